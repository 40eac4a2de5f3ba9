import { WeftError } from '@weft/errors';
import { type FakeProvider, type Script, startFakeProvider } from '@weft/fake-provider';
import { silentLogger } from '@weft/runtime';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { type OpenAiConfig } from '../config';
import { collect, openBounds, requestOf, textOf } from '../requests.fixture';
import { OpenAiProvider } from './openai-provider';

const words = 'one two three four five six';
const gone = new WeftError('CANCELLED', 'CALLER_GONE', 'gone');

describe('OpenAiProvider', () => {
  let fake: FakeProvider;
  let provider: OpenAiProvider;
  beforeAll(async () => {
    fake = await startFakeProvider();
  });
  afterAll(() => fake.close());
  beforeEach(() => {
    fake.reset();
    provider = connect({});
  });
  afterEach(() => provider.close());

  function connect(config: Partial<OpenAiConfig>): OpenAiProvider {
    const usual = { connectTimeoutMs: 2_000, headersTimeoutMs: 20_000, idleTimeoutMs: 20_000, apiKey: 'key' };
    return new OpenAiProvider({ baseUrl: fake.baseUrl, ...usual, ...config }, silentLogger);
  }

  async function impatient(config: Partial<OpenAiConfig>): Promise<void> {
    await provider.close();
    provider = connect(config);
  }

  const generate = (bounds = openBounds()) => provider.generate(requestOf('hi'), bounds);
  const stream = (bounds = openBounds()) => provider.streamGenerate(requestOf('hi'), bounds);
  const streamed = async (script: Script) => {
    fake.enqueue(script);
    return collect(await stream());
  };

  it('generates a whole answer', async () => {
    fake.enqueue({ text: words });
    expect((await generate()).message.content).toBe(words);
  });

  it('streams an answer', async () => {
    const { events, error } = await streamed({ text: words });
    expect([textOf(events), events.at(-1)?.kind, error]).toEqual([words, 'completed', undefined]);
  });

  it('sends its key', async () => {
    await generate();
    await impatient({ apiKey: undefined });
    await generate();
    expect(fake.requests.map(({ headers }) => typeof headers.authorization)).toEqual(['string', 'undefined']);
  });

  it('lists the models', async () => {
    expect((await provider.listModels()).map(({ name }) => name)).toEqual(['fake-model', 'fake-embedding']);
  });

  it('keeps connections for the next call, after streams as well', async () => {
    const before = fake.connections;
    for (let call = 0; call < 10; call += 1) {
      await streamed({ text: words });
      await generate();
    }
    // The next call may begin before undici has taken back the connection of the last, hence a second one.
    expect(fake.connections - before).toBeLessThanOrEqual(2);
  });

  describe('refusals', () => {
    it.each([
      [400, 'INVALID_ARGUMENT'],
      [401, 'FAILED_PRECONDITION'],
      [404, 'NOT_FOUND'],
      [429, 'RESOURCE_EXHAUSTED'],
    ])('of HTTP %i are %s, whole and streamed, and are not repeated', async (status, code) => {
      fake.enqueue({ error: { status } }, { error: { status } });
      await expect(generate()).rejects.toMatchObject({ code });
      await expect(stream()).rejects.toMatchObject({ code });
      expect(fake.requests).toHaveLength(2);
    });

    it('carry Retry-After', async () => {
      fake.enqueue({ error: { status: 429, retryAfter: 7 } });
      await expect(stream()).rejects.toMatchObject({ reason: 'PROVIDER_RATE_LIMITED', retryDelayMs: 7_000 });
    });
  });

  describe('retries', () => {
    it.each<[string, Script]>([
      ['a server error', { error: { status: 503 } }],
      ['a reset before the headers', { cut: { at: 'headers', how: 'reset' } }],
      ['an end before the headers', { cut: { at: 'headers', how: 'fin' } }],
    ])('once after %s', async (_, script) => {
      fake.enqueue(script, { text: words });
      expect(textOf((await collect(await stream())).events)).toBe(words);
    });

    it('no more than once', async () => {
      fake.setDefault({ error: { status: 500 } });
      await expect(generate()).rejects.toMatchObject({ code: 'UNAVAILABLE', reason: 'PROVIDER_UNAVAILABLE' });
      expect(fake.requests).toHaveLength(2);
    });

    it.each<[string, Script]>([
      ['tokens', { text: words, cut: { at: 2, how: 'reset' } }],
      ['headers', { text: words, cut: { at: 0, how: 'reset' } }],
    ])('not after %s of a stream have come', async (_, script) => {
      await streamed(script);
      expect(fake.requests).toHaveLength(1);
    });

    it('not after a whole answer has begun', async () => {
      fake.enqueue({ cut: { at: 0, how: 'reset' } });
      await expect(generate()).rejects.toMatchObject({ reason: 'PROVIDER_CONNECTION_LOST' });
      expect(fake.requests).toHaveLength(1);
    });

    it('stay within 1.1 times the calls while the provider is down', async () => {
      fake.setDefault({ error: { status: 503 } });
      const calls = Array.from({ length: 300 }, () => generate().catch((error: WeftError) => error.code));
      expect(new Set(await Promise.all(calls))).toEqual(new Set(['UNAVAILABLE']));
      expect(fake.requests.length).toBeLessThanOrEqual(330);
    });
  });

  describe('breaks', () => {
    it.each(['fin', 'reset'] as const)('by %s within a stream keep the text until then', async (how) => {
      const { events, error } = await streamed({ text: words, cut: { at: 3, how } });
      expect([textOf(events), error]).toEqual([
        'one two three',
        expect.objectContaining({ code: 'UNAVAILABLE' }),
      ]);
    });

    it.each(['end', 'mid-line'] as const)('by %s are truncation', async (how) => {
      const { error } = await streamed({ text: words, cut: { at: 3, how } });
      expect(error).toMatchObject({ code: 'UNAVAILABLE', reason: 'PROVIDER_STREAM_TRUNCATED' });
    });

    it('of the JSON are malformed', async () => {
      const { error } = await streamed({ text: words, badJson: { at: 2 } });
      expect(error).toMatchObject({ code: 'INTERNAL', reason: 'PROVIDER_STREAM_MALFORMED' });
    });

    it('of the JSON of a whole answer are malformed', async () => {
      fake.enqueue({ badJson: { at: 0 } });
      await expect(generate()).rejects.toMatchObject({ reason: 'PROVIDER_STREAM_MALFORMED' });
    });

    it.each<Script>([
      { framing: { lineEnding: 'crlf' } },
      { framing: { lineEnding: 'cr' } },
      { framing: { lastNewline: false } },
      { framing: { done: false } },
      { framing: { chunkBytes: 1 } },
      { framing: { chunkBytes: 7, lineEnding: 'crlf', lastNewline: false } },
    ])('are none of the layouts %j', async (script) => {
      const text = 'Grüße 😀 日本 ok';
      const { events, error } = await streamed({ text, ...script });
      expect([textOf(events), events.at(-1)?.kind, error]).toEqual([text, 'completed', undefined]);
    });

    it('leave the connection unused when nothing listens', async () => {
      const closed = await unusedPort();
      await impatient({ baseUrl: `http://127.0.0.1:${closed}/v1` });
      await expect(generate()).rejects.toMatchObject({ code: 'UNAVAILABLE', reason: 'PROVIDER_UNREACHABLE' });
    });
  });

  describe('stalls', () => {
    const stalled = { code: 'DEADLINE_EXCEEDED', reason: 'PROVIDER_STALLED' };

    it('within a stream end by the idle time', async () => {
      await impatient({ idleTimeoutMs: 50 });
      const { events, error } = await streamed({ text: words, stall: { at: 2 } });
      expect([textOf(events), error]).toEqual(['one two', expect.objectContaining(stalled)]);
    });

    it('are not hidden by comments', async () => {
      await impatient({ idleTimeoutMs: 50 });
      const { error } = await streamed({ text: words, stall: { at: 2, commentIntervalMs: 5 } });
      expect(error).toMatchObject(stalled);
    });

    it('close the connection', async () => {
      await impatient({ idleTimeoutMs: 50 });
      await streamed({ text: words, stall: { at: 2 } });
      expect((await fake.waitForRequest(({ outcome }) => outcome !== 'pending')).outcome).toBe('hung-up');
    });

    it('before the headers of a stream end by the headers time, and are not repeated', async () => {
      await impatient({ headersTimeoutMs: 50 });
      fake.enqueue({ stall: { at: 'headers' } });
      await expect(stream()).rejects.toMatchObject(stalled);
      expect(fake.requests).toHaveLength(1);
    });

    it('within a whole answer end by the idle time', async () => {
      await impatient({ idleTimeoutMs: 50 });
      fake.enqueue({ stall: { at: 0 } });
      await expect(generate()).rejects.toMatchObject(stalled);
    });

    it('are not slow answers: tokens begin the idle time again', async () => {
      await impatient({ idleTimeoutMs: 200 });
      const { events, error } = await streamed({ text: words, delayBetweenTokensMs: 60 });
      expect([textOf(events), error]).toEqual([words, undefined]);
    });

    it('are not slow readers: the idle time rests while the reader keeps the provider waiting', async () => {
      await impatient({ idleTimeoutMs: 50 });
      fake.enqueue({ text: 'x'.repeat(10_000), repeat: 2_000 });
      const answer = (await stream())[Symbol.asyncIterator]();
      await answer.next();
      await fake.waitForRequest(({ paused }) => paused);
      // Longer than the idle time: nothing but the clock can show that it rests.
      await new Promise((resolve) => setTimeout(resolve, 150));
      const { events, error } = await collect({ [Symbol.asyncIterator]: () => answer });
      expect([events.at(-1)?.kind, error]).toEqual(['completed', undefined]);
    });
  });

  describe('aborts', () => {
    it('within a stream close the connection and end the stream with their reason', async () => {
      fake.enqueue({ text: words, stall: { at: 5 } });
      const bounds = openBounds();
      const answer = await stream(bounds);
      const reading = collect(answer);
      await fake.waitForRequest(({ tokensSent }) => tokensSent === 5);
      bounds.controller.abort(gone);
      const seen = await fake.waitForRequest(({ outcome }) => outcome !== 'pending');
      expect([(await reading).error, seen.outcome, seen.tokensSent]).toEqual([gone, 'hung-up', 5]);
    });

    it('before the headers close the connection', async () => {
      fake.enqueue({ stall: { at: 'headers' } });
      const bounds = openBounds();
      const answer = generate(bounds);
      await Promise.all([
        fake.waitForRequest(() => true).then(() => bounds.controller.abort(gone)),
        expect(answer).rejects.toBe(gone),
      ]);
      expect((await fake.waitForRequest(({ outcome }) => outcome !== 'pending')).outcome).toBe('hung-up');
    });

    it('before the call send nothing', async () => {
      const bounds = openBounds();
      bounds.controller.abort(gone);
      await expect(stream(bounds)).rejects.toBe(gone);
      await generate();
      expect(fake.requests).toHaveLength(1);
    });

    it('while the connection is being made send nothing', async () => {
      const bounds = openBounds();
      const answer = stream(bounds);
      bounds.controller.abort(gone);
      await expect(answer).rejects.toBe(gone);
      await generate();
      expect(fake.requests).toHaveLength(1);
    });

    it('after the answer keep the connection', async () => {
      const before = fake.connections;
      for (let call = 0; call < 5; call += 1) {
        const bounds = openBounds();
        await collect(await stream(bounds));
        bounds.controller.abort(gone);
      }
      expect(fake.connections - before).toBeLessThanOrEqual(2);
    });

    it('leave no listener on the signal', async () => {
      const bounds = openBounds();
      const removed = jest.spyOn(bounds.signal, 'removeEventListener');
      const added = jest.spyOn(bounds.signal, 'addEventListener');
      await collect(await stream(bounds));
      expect([added.mock.calls.length, removed.mock.calls.length]).toEqual([1, 1]);
    });

    it('happen when the reader leaves', async () => {
      fake.enqueue({ text: words, stall: { at: 5 } });
      for await (const event of await stream()) if (event.kind === 'text') break;
      expect((await fake.waitForRequest(({ outcome }) => outcome !== 'pending')).outcome).toBe('hung-up');
    });
  });

  it('pauses the provider while its reader does not read', async () => {
    fake.enqueue({ text: 'x'.repeat(10_000), repeat: 100_000 });
    const answer = (await stream())[Symbol.asyncIterator]();
    await answer.next();
    const seen = await fake.waitForRequest(({ paused }) => paused);
    await answer.return?.();
    expect(seen.tokensSent).toBeLessThan(100_000);
  });

  it('does not outlive a server that accepts and never answers', async () => {
    const silent = createServer(() => undefined);
    const port = await listen(silent);
    await impatient({ baseUrl: `http://127.0.0.1:${port}/v1`, headersTimeoutMs: 50 });
    await expect(stream()).rejects.toMatchObject({ reason: 'PROVIDER_STALLED' });
    silent.close();
  });
});

function listen(server: Server): Promise<number> {
  return new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)),
  );
}

async function unusedPort(): Promise<number> {
  const server = createServer();
  const port = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}
