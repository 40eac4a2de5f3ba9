import { streamedChat } from './exchange';

const scripted = { model: 'm', answer: 'one two', tokenCount: 2 };

function reader() {
  return streamedChat({ name: 'direct', origin: '', apiKey: 'k', pid: 0 }, scripted).openReader();
}

function chunk(content: string): Buffer {
  return Buffer.from(`data: {"choices":[{"delta":{"content":"${content}"}}]}\n\n`);
}

it('takes the first text of a stream for its first token, not the role, and none after it', () => {
  const read = reader();
  expect([chunk(''), chunk('one'), chunk(' two')].map((piece) => read.data(piece))).toEqual([
    false,
    true,
    false,
  ]);
});

it('finds the first token in a chunk that comes in pieces', () => {
  const read = reader();
  const piece = chunk('one');
  expect([piece.subarray(0, 30), piece.subarray(30)].map((part) => read.data(part))).toEqual([false, true]);
});

it('accepts a stream whose texts together are the answer', () => {
  const read = reader();
  [chunk(''), chunk('o'), chunk('ne two'), Buffer.from('data: [DONE]\n\n')].forEach((piece) =>
    read.data(piece),
  );
  expect(read.end(200)).toBeUndefined();
});

it('does not accept a stream from which a token is missing', () => {
  const read = reader();
  [chunk('one'), Buffer.from('data: [DONE]\n\n')].forEach((piece) => read.data(piece));
  expect(read.end(200)).toContain('another answer');
});
