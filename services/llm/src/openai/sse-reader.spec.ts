import { SseReader } from './sse-reader';

function read(...chunks: (string | Buffer)[]) {
  const seen = { events: [] as string[], unfinished: [] as string[], tooLong: 0 };
  const reader = new SseReader({
    event: (data) => seen.events.push(data),
    unfinished: (data) => seen.unfinished.push(data),
    tooLong: () => (seen.tooLong += 1),
  });
  for (const chunk of chunks) reader.feed(Buffer.from(chunk));
  reader.end();
  return seen;
}

describe('SseReader', () => {
  it.each([
    ['LF', '\n'],
    ['CRLF', '\r\n'],
    ['CR', '\r'],
  ])('reads lines that end with %s', (_, end) => {
    expect(read(`data: a${end}${end}data: b${end}${end}`).events).toEqual(['a', 'b']);
  });

  it('passes over comments and other fields', () => {
    expect(read(': ping\n\nevent: x\nid: 1\ndata: a\n\n').events).toEqual(['a']);
  });

  it('joins the lines of one event', () => {
    expect(read('data: a\ndata: b\n\n').events).toEqual(['a\nb']);
  });

  it('tells an event without its end from a whole one', () => {
    expect(read('data: a\n\ndata: b')).toMatchObject({ events: ['a'], unfinished: ['b'] });
  });

  it('tells of nothing unfinished after a whole event', () => {
    expect(read('data: a\n\n').unfinished).toEqual([]);
  });

  it('joins a character that is cut', () => {
    const bytes = Buffer.from('data: 😀\n\n');
    expect(read(...Array.from(bytes, (byte) => Buffer.of(byte))).events).toEqual(['😀']);
  });

  it('passes over a byte order mark', () => {
    expect(read('\ufeffdata: a\n\n').events).toEqual(['a']);
  });

  it('does not keep an event that is too long', () => {
    const chunk = 'x'.repeat(256 * 1024);
    expect(read('data: ', chunk, chunk, chunk, chunk, chunk, '\n\ndata: b\n\n')).toEqual({
      events: [],
      unfinished: [],
      tooLong: 1,
    });
  });
});
