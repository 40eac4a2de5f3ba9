import { type FakeProvider, startFakeProvider } from './fake-provider';
import { ask, eventsOf, open, textOf } from './read-answer.fixture';

const stream = { stream: true };

describe('faults', () => {
  let provider: FakeProvider;
  beforeAll(async () => {
    provider = await startFakeProvider({ maxBodyBytes: 10_000 });
  });
  afterAll(() => provider.close());
  beforeEach(() => provider.reset());

  it('resets the connection before the headers', async () => {
    provider.enqueue({ cut: { at: 'headers', how: 'reset' } });
    await expect(ask(provider)).rejects.toMatchObject({ code: 'ECONNRESET' });
  });

  it('closes the connection before the headers', async () => {
    provider.enqueue({ cut: { at: 'headers', how: 'fin' } });
    await expect(ask(provider)).rejects.toMatchObject({ message: 'socket hang up' });
  });

  it.each(['fin', 'reset'] as const)('breaks the body by %s after the tokens sent', async (how) => {
    provider.enqueue({ text: ['a', 'b', 'c'], cut: { at: 2, how } });
    const { text, brokenBy } = await ask(provider, stream);
    expect([textOf(text), brokenBy]).toEqual(['ab', 'ECONNRESET']);
  });

  it('ends the body properly between two events', async () => {
    provider.enqueue({ text: ['a', 'b', 'c'], cut: { at: 2, how: 'end' } });
    const { text, brokenBy } = await ask(provider, stream);
    expect([textOf(text), brokenBy, text.includes('[DONE]')]).toEqual(['ab', undefined, false]);
  });

  it('ends the body properly within a line', async () => {
    provider.enqueue({ text: ['a', 'b'], cut: { at: 1, how: 'mid-line' } });
    const { text, brokenBy } = await ask(provider, stream);
    expect([/data: \{[^\n]*[^}\n]$/.test(text), brokenBy]).toEqual([true, undefined]);
  });

  it('takes a point beyond the answer for its end', async () => {
    provider.enqueue({ text: ['a', 'b'], cut: { at: 99, how: 'end' } });
    const { text } = await ask(provider, stream);
    expect([textOf(text), text.includes('"stop"')]).toEqual(['ab', false]);
  });

  it('breaks a JSON body', async () => {
    provider.enqueue({ cut: { at: 0, how: 'fin' } });
    expect((await ask(provider)).brokenBy).toBe('ECONNRESET');
  });

  it('stalls before the headers until the client goes', async () => {
    provider.enqueue({ stall: { at: 'headers' } });
    const asking = ask(provider, {}, { connection: 'close' });
    const seen = await provider.waitForRequest(() => true);
    expect(seen.headersSentAt).toBeUndefined();
    await Promise.all([provider.close(), expect(asking).rejects.toThrow()]);
    provider = await startFakeProvider({ maxBodyBytes: 10_000 });
  });

  it('stalls after the tokens sent', async () => {
    provider.enqueue({ text: ['a', 'b'], stall: { at: 1 } });
    const { response } = await open(provider, stream);
    const [first] = await nextChunks(response, 1);
    response.destroy();
    expect(textOf(first!)).toBe('a');
  });

  it('sends comments while it stalls', async () => {
    provider.enqueue({ text: ['a', 'b'], stall: { at: 1, commentIntervalMs: 1 } });
    const { response } = await open(provider, stream);
    const chunks = await nextChunks(response, 3);
    response.destroy();
    expect(chunks.slice(1)).toEqual([': still here\n\n', ': still here\n\n']);
  });

  it('answers 429 with Retry-After', async () => {
    provider.enqueue({ error: { status: 429, message: 'slow down', retryAfter: 7 } });
    const { status, headers } = await ask(provider);
    expect([status, headers['retry-after']]).toEqual([429, '7']);
  });

  it('answers errors in the shape of the OpenAI API', async () => {
    provider.enqueue({ error: { status: 503, message: 'down', type: 't', code: 'c' } });
    expect(JSON.parse((await ask(provider)).text)).toEqual({
      error: { message: 'down', type: 't', param: null, code: 'c' },
    });
  });

  it('answers errors with a body that is not JSON', async () => {
    provider.enqueue({ error: { status: 502, body: '<html>' } });
    expect((await ask(provider)).text).toBe('<html>');
  });

  it('sends an error as an event and ends the body', async () => {
    provider.enqueue({ text: ['a', 'b'], errorEvent: { at: 1, message: 'broken' } });
    const { text } = await ask(provider, stream);
    expect(eventsOf(text).at(-1)?.error?.message).toBe('broken');
  });

  it('sends an event that is not JSON', async () => {
    provider.enqueue({ text: ['a'], badJson: { at: 1 } });
    const { text } = await ask(provider, stream);
    expect(() => eventsOf(text)).toThrow(SyntaxError);
  });

  it('answers with JSON that is not JSON', async () => {
    provider.enqueue({ badJson: { at: 0 } });
    const { text } = await ask(provider);
    expect(() => JSON.parse(text)).toThrow(SyntaxError);
  });

  it.each([
    ['crlf', /^(data: [^\r\n]+\r\n\r\n)+$/],
    ['cr', /^(data: [^\r\n]+\r\r)+$/],
  ] as const)('ends lines with %s', async (lineEnding, layout) => {
    provider.enqueue({ framing: { lineEnding } });
    expect((await ask(provider, stream)).text).toMatch(layout);
  });

  it('leaves out the last newline', async () => {
    provider.enqueue({ framing: { lastNewline: false } });
    expect((await ask(provider, stream)).text).toMatch(/\n\ndata: \[DONE\]$/);
  });

  it('leaves out [DONE]', async () => {
    provider.enqueue({ framing: { done: false } });
    expect((await ask(provider, stream)).text).not.toContain('[DONE]');
  });

  it('cuts the body at every byte', async () => {
    provider.enqueue({ text: 'ü', framing: { chunkBytes: 1 } });
    const { chunks } = await ask(provider, stream);
    expect(chunks.every((chunk) => chunk.length === 1)).toBe(true);
  });

  it('refuses a body over the limit', async () => {
    expect((await ask(provider, { padding: 'x'.repeat(10_000) })).status).toBe(413);
  });

  it('refuses a body over the limit whose length is not announced', async () => {
    const { status } = await ask(
      provider,
      { padding: 'x'.repeat(10_000) },
      { 'transfer-encoding': 'chunked' },
    );
    expect(status).toBe(413);
  });

  it.each(['delayBeforeHeadersMs', 'delayBeforeFirstTokenMs', 'delayBetweenTokensMs'])(
    'waits %s',
    async (delay) => {
      provider.enqueue({ text: ['a', 'b'], [delay]: 3_600_000 });
      const asking = ask(provider, stream).catch(() => undefined);
      const seen = await provider.waitForRequest(({ body }) => body !== undefined);
      await provider.close();
      await asking;
      expect(seen.tokensSent).toBe(delay === 'delayBetweenTokensMs' ? 1 : 0);
      provider = await startFakeProvider({ maxBodyBytes: 10_000 });
    },
  );
});

async function nextChunks(response: AsyncIterable<Buffer>, count: number): Promise<string[]> {
  const chunks: string[] = [];
  const iterator = response[Symbol.asyncIterator]();
  while (chunks.length < count) chunks.push(((await iterator.next()).value as Buffer).toString());
  return chunks;
}
