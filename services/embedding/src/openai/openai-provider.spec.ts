import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { type FakeProvider, startFakeProvider } from '@weft/fake-provider';
import { OpenAiProvider } from './openai-provider';

describe('OpenAiProvider', () => {
  const never = new AbortController().signal;
  let fake: FakeProvider;
  let server: Server | undefined;

  beforeAll(async () => {
    fake = await startFakeProvider({ apiKey: 'right', dimensions: 4 });
  });
  afterAll(() => fake.close());
  beforeEach(() => fake.reset());
  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
    server = undefined;
  });

  const providerOf = (change: Partial<ConstructorParameters<typeof OpenAiProvider>[0]> = {}) =>
    new OpenAiProvider({
      baseUrl: fake.baseUrl,
      apiKey: 'right',
      timeoutMs: 5_000,
      textsPerRequest: 100,
      ...change,
    });
  const embed = (change = {}, signal = never) =>
    providerOf(change).embed('fake-embedding', ['one', 'two words'], signal);
  const listen = async (listener: RequestListener) => {
    server = createServer(listener);
    await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  };

  it('embeds texts in order, with the tokens that the provider counted', async () => {
    const { texts, estimated } = await embed();
    const counted = fake.requests[0]!.usage.promptTokens;
    const total = texts.reduce((sum, { tokenCount }) => sum + tokenCount, 0);
    expect([texts.map(({ vector }) => vector.length), total, estimated]).toEqual([[4, 4], counted, false]);
  });

  it('asks for the model and the texts, and nothing about the caller', async () => {
    await embed();
    expect(fake.requests[0]?.body).toEqual({
      model: 'fake-embedding',
      input: ['one', 'two words'],
      encoding_format: 'base64',
    });
  });

  it.each([
    [
      429,
      { retryAfter: 7 },
      { code: 'RESOURCE_EXHAUSTED', reason: 'PROVIDER_RATE_LIMITED', retryDelayMs: 7000 },
    ],
    [429, {}, { code: 'RESOURCE_EXHAUSTED', reason: 'PROVIDER_RATE_LIMITED', retryDelayMs: 1000 }],
    [500, {}, { code: 'UNAVAILABLE', reason: 'PROVIDER_UNAVAILABLE' }],
    [503, { retryAfter: 3 }, { code: 'UNAVAILABLE', reason: 'PROVIDER_UNAVAILABLE', retryDelayMs: 3000 }],
    [503, { body: '<html>busy</html>' }, { code: 'UNAVAILABLE', reason: 'PROVIDER_UNAVAILABLE' }],
    [404, {}, { code: 'NOT_FOUND', reason: 'MODEL_NOT_FOUND' }],
    [403, {}, { code: 'FAILED_PRECONDITION', reason: 'PROVIDER_CREDENTIALS' }],
    [
      400,
      { code: 'context_length_exceeded' },
      {
        code: 'INVALID_ARGUMENT',
        metadata: expect.objectContaining({ provider_code: 'context_length_exceeded' }),
      },
    ],
  ])('maps HTTP %d with %j', async (status, error, expected) => {
    fake.enqueue({ endpoint: 'embeddings', error: { status, ...error } });
    await expect(embed()).rejects.toMatchObject(expected);
  });

  it('says that the key is wrong, without the key', async () => {
    const error = await embed({ apiKey: 'sk-wrong' }).catch((caught: unknown) => caught);
    expect(error).toMatchObject({
      code: 'FAILED_PRECONDITION',
      reason: 'PROVIDER_CREDENTIALS',
      message: expect.not.stringContaining('sk-wrong'),
    });
  });

  it('does not pass on what the provider says of the texts', async () => {
    fake.enqueue({ endpoint: 'embeddings', error: { status: 400, message: 'bad text: two words' } });
    const error = (await embed().catch((caught: unknown) => caught)) as Error;
    expect(error.message).not.toContain('two words');
  });

  it('tries once', async () => {
    fake.setDefault({ endpoint: 'embeddings', error: { status: 503 } });
    await embed().catch(() => undefined);
    expect(fake.requests.length).toBe(1);
  });

  it('is UNAVAILABLE when nobody listens', async () => {
    await expect(embed({ baseUrl: 'http://127.0.0.1:1/v1' })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      reason: 'PROVIDER_UNAVAILABLE',
    });
  });

  it('is UNAVAILABLE when the connection is reset', async () => {
    fake.enqueue({ endpoint: 'embeddings', cut: { at: 'headers', how: 'reset' } });
    await expect(embed()).rejects.toMatchObject({ code: 'UNAVAILABLE', reason: 'PROVIDER_UNAVAILABLE' });
  });

  it('gives up when no headers come', async () => {
    fake.enqueue({ endpoint: 'embeddings', stall: { at: 'headers' } });
    await expect(embed({ timeoutMs: 100 })).rejects.toMatchObject({
      code: 'DEADLINE_EXCEEDED',
      reason: 'PROVIDER_TIMEOUT',
    });
  });

  it.each([
    ['stalls', () => undefined],
    ['trickles', (write: () => void) => setInterval(write, 20).unref()],
  ])('gives up when the body %s', async (_how, goOn) => {
    const baseUrl = await listen((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write('{"data":[');
      goOn(() => response.write(' '));
    });
    await expect(embed({ baseUrl, timeoutMs: 200 })).rejects.toMatchObject({
      code: 'DEADLINE_EXCEEDED',
      reason: 'PROVIDER_TIMEOUT',
    });
  });

  it.each([
    ['is not JSON', '{"data":['],
    ['has too few vectors', '{"data":[]}'],
    ['is an HTML page', '<html></html>'],
  ])('is UNAVAILABLE when the answer %s', async (_what, body) => {
    const baseUrl = await listen((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(body);
    });
    await expect(embed({ baseUrl })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      reason: 'PROVIDER_BAD_ANSWER',
    });
  });

  it("closes the provider's socket when the caller goes away", async () => {
    fake.enqueue({ endpoint: 'embeddings', stall: { at: 'headers' } });
    const controller = new AbortController();
    const cancelled = embed({}, controller.signal).catch((error: unknown) => error);
    await fake.waitForRequest(({ body }) => body !== undefined);
    controller.abort();
    const request = await fake.waitForRequest(({ outcome }) => outcome === 'hung-up');
    expect([await cancelled, request.outcome]).toEqual([
      expect.objectContaining({ code: 'CANCELLED' }),
      'hung-up',
    ]);
  });
});
