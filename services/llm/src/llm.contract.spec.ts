import { common, llm } from '@weft/contracts';
import { type FakeProvider, type Script, startFakeProvider } from '@weft/fake-provider';
import { startTestService, type TestClient, type TestService } from '@weft/testing';
import { passageOf, requestOf, user } from './requests.fixture';
import { llmService } from './service';

const words = 'one two three four five six';
type Event = NonNullable<llm.StreamGenerateResponse['event']>;

describe('LlmService over gRPC', () => {
  let fake: FakeProvider;
  let service: TestService;
  let client: TestClient<llm.LlmServiceDefinition>;
  beforeAll(async () => {
    fake = await startFakeProvider();
    service = await startTestService(llmService, {
      env: { OPENAI_BASE_URL: fake.baseUrl, OPENAI_API_KEY: 'key', WEFT_PROVIDER_IDLE_TIMEOUT_MS: '300' },
    });
    client = service.client(llm.LlmServiceDefinition, { tenantId: 'acme' });
  });
  afterAll(async () => {
    await service.stop();
    await fake.close();
  });
  beforeEach(() => fake.reset());

  const chats = () => fake.requests.filter(({ path }) => path.endsWith('/chat/completions'));

  /** Streams the answer of a script to its end. */
  async function stream(script: Script, fields: Partial<llm.GenerateRequest> = {}) {
    fake.enqueue(script);
    const responses: llm.StreamGenerateResponse[] = [];
    for await (const response of client.streamGenerate({ call: requestOf('hi', fields) }))
      responses.push(response);
    const events = responses.map(({ event }) => event!);
    return { responses, events, last: events.at(-1)! };
  }

  describe('Generate', () => {
    it('answers through the provider', async () => {
      fake.enqueue({
        text: words,
        usage: { promptTokens: 9, completionTokens: 6, cachedTokens: 4, reasoningTokens: 1 },
      });
      expect(await client.generate(requestOf('hi'))).toEqual({
        message: common.Message.fromPartial({ role: common.Role.ASSISTANT, content: words }),
        finishReason: common.FinishReason.STOP,
        usage: {
          inputTokens: 9,
          outputTokens: 6,
          cachedInputTokens: 4,
          reasoningTokens: 1,
          estimated: false,
        },
        providerModel: 'fake-model',
        provider: 'openai',
        failedCalls: [],
      });
    });

    it('estimates the usage that the provider does not report', async () => {
      fake.enqueue({ text: words, usage: 'missing' });
      const { usage } = await client.generate(requestOf('hi'));
      expect(usage).toMatchObject({ outputTokens: 6, estimated: true });
    });

    it('carries tool calls', async () => {
      fake.enqueue({ toolCalls: [{ id: 'c1', name: 'clock', arguments: { zone: 'UTC' } }] });
      const { message, finishReason } = await client.generate(requestOf('time?'));
      expect([message?.toolCalls, finishReason]).toEqual([
        [{ id: 'c1', name: 'clock', argumentsJson: '{"zone":"UTC"}' }],
        common.FinishReason.TOOL_CALLS,
      ]);
    });

    it('answers with the built-in model from the passages', async () => {
      const passages = [passageOf(1, 'The gateway owns API keys.')];
      const request = requestOf('Who owns API keys?', { model: 'builtin-extractive', passages });
      const { message, provider } = await client.generate(request);
      expect([message?.content.includes('“The gateway owns API keys.” [1]'), provider]).toEqual([
        true,
        'builtin',
      ]);
    });

    it('sends the built-in model nothing to the provider', async () => {
      await client.generate(requestOf('hi', { model: 'builtin-extractive' }));
      expect(chats()).toEqual([]);
    });

    it("asks the provider's own model for default", async () => {
      await client.generate(requestOf('hi', { model: 'default' }));
      expect(chats()[0]?.body).toMatchObject({ model: 'fake-model' });
    });

    it('does not know a model that nobody has', async () => {
      await expect(client.generate(requestOf('hi', { model: 'nobody' }))).rejects.toMatchObject({
        code: 'NOT_FOUND',
        reason: 'MODEL_NOT_FOUND',
      });
    });

    it.each([
      [400, 'INVALID_ARGUMENT', 'PROVIDER_REJECTED_REQUEST'],
      [401, 'FAILED_PRECONDITION', 'PROVIDER_CREDENTIALS'],
      [404, 'NOT_FOUND', 'MODEL_NOT_FOUND'],
      [429, 'RESOURCE_EXHAUSTED', 'PROVIDER_RATE_LIMITED'],
      [500, 'UNAVAILABLE', 'PROVIDER_UNAVAILABLE'],
    ])('maps HTTP %i of the provider', async (status, code, reason) => {
      fake.enqueue({ error: { status } }, { error: { status } });
      await expect(client.generate(requestOf('hi'))).rejects.toMatchObject({ code, reason });
    });

    it('tells of the call that failed before the one that answered', async () => {
      fake.enqueue({ error: { status: 503 } }, { text: words });
      const { failedCalls } = await client.generate(requestOf('hi'));
      expect(failedCalls).toEqual([
        {
          provider: 'openai',
          providerModel: 'fake-model',
          errorReason: 'PROVIDER_UNAVAILABLE',
          usage: expect.objectContaining({ inputTokens: 0, outputTokens: 0 }),
          startTime: expect.any(Date),
          endTime: expect.any(Date),
        },
      ]);
    });

    it('hands on when to try again', async () => {
      fake.enqueue({ error: { status: 429, retryAfter: 7 } });
      await expect(client.generate(requestOf('hi'))).rejects.toMatchObject({ retryDelayMs: 7_000 });
    });

    it('ends at the deadline of the call and closes the connection', async () => {
      fake.enqueue({ stall: { at: 'headers' } });
      await expect(client.generate(requestOf('hi'), { timeoutMs: 200 })).rejects.toMatchObject({
        code: 'DEADLINE_EXCEEDED',
      });
      expect((await fake.waitForRequest(({ outcome }) => outcome !== 'pending')).outcome).toBe('hung-up');
    });

    it.each([
      ['messages', { messages: [] }],
      ['model', { model: '' }],
      [
        'tools[0].parameters_schema_json',
        { tools: [{ name: 'f', description: '', parametersSchemaJson: '{' }] },
      ],
      ['parameters.temperature', { parameters: common.GenerationParameters.fromPartial({ temperature: 3 }) }],
    ])('refuses a bad request and names %s', async (field, fields) => {
      await expect(client.generate(requestOf('hi', fields))).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
        violations: [expect.objectContaining({ field })],
      });
    });
  });

  describe('StreamGenerate', () => {
    it('numbers its events from 1 without holes, begins with started and ends with the one terminal event', async () => {
      const { responses, events } = await stream({ text: words });
      const cases = events.map(({ $case }) => $case);
      expect(responses.map(({ sequence }) => sequence)).toEqual(responses.map((_, index) => index + 1));
      expect([cases[0], cases.slice(1, -1).every((name) => name === 'text'), cases.at(-1)]).toEqual([
        'started',
        true,
        'completed',
      ]);
    });

    it('carries the whole text', async () => {
      const { events } = await stream({ text: words });
      expect(textOf(events)).toBe(words);
    });

    it("carries the provider's usage and finish reason", async () => {
      const { last } = await stream({ text: words, finishReason: 'content_filter' });
      expect(last.value).toEqual({
        finishReason: common.FinishReason.CONTENT_FILTER,
        usage: {
          inputTokens: 1,
          outputTokens: 6,
          cachedInputTokens: 0,
          reasoningTokens: 0,
          estimated: false,
        },
      });
    });

    it('estimates the usage that the provider does not report', async () => {
      const { last } = await stream({ text: words, usage: 'missing' });
      expect(last.value).toMatchObject({ usage: { outputTokens: 6, estimated: true } });
    });

    it('streams tool calls in pieces', async () => {
      const { events } = await stream({
        toolCalls: [{ id: 'c1', name: 'clock', arguments: { zone: 'Europe/Berlin' } }],
      });
      const pieces = events.flatMap((event) => (event.$case === 'toolCall' ? [event.value] : []));
      expect([pieces[0]?.id, pieces[0]?.name, pieces.map((piece) => piece.argumentsJson).join('')]).toEqual([
        'c1',
        'clock',
        '{"zone":"Europe/Berlin"}',
      ]);
    });

    it('sends the first token while the provider still writes', async () => {
      fake.enqueue({ text: words, delayBetweenTokensMs: 3_600_000 });
      const abort = new AbortController();
      const answer = client.streamGenerate({ call: requestOf('hi') }, { signal: abort.signal });
      const iterator = answer[Symbol.asyncIterator]();
      const events = [(await iterator.next()).value?.event, (await iterator.next()).value?.event];
      abort.abort();
      await iterator.next().catch(() => undefined);
      expect(events[1]).toEqual({ $case: 'text', value: { text: 'one' } });
    });

    it('streams from the built-in model', async () => {
      const passages = [passageOf(4, 'The gateway owns API keys.')];
      const messages = [user('Who owns API keys?')];
      const { events } = await stream({}, { model: 'builtin-extractive', messages, passages });
      expect(textOf(events)).toContain('“The gateway owns API keys.” [4]');
    });

    it('tells in a refusal how many calls went out', async () => {
      await expect(stream({ error: { status: 429 } })).rejects.toMatchObject({
        metadata: { provider_calls: '1', provider_refusals: '1', provider: 'openai' },
      });
    });

    it('refuses before the first event as an RPC error', async () => {
      await expect(stream({ error: { status: 429 } })).rejects.toMatchObject({
        reason: 'PROVIDER_RATE_LIMITED',
      });
    });

    it.each<[string, number, Script]>([
      ['PROVIDER_STREAM_TRUNCATED', 14, { text: words, cut: { at: 3, how: 'end' } }],
      ['PROVIDER_STREAM_TRUNCATED', 14, { text: words, cut: { at: 3, how: 'mid-line' } }],
      ['PROVIDER_CONNECTION_LOST', 14, { text: words, cut: { at: 3, how: 'reset' } }],
      ['PROVIDER_CONNECTION_LOST', 14, { text: words, cut: { at: 3, how: 'fin' } }],
      ['PROVIDER_STREAM_MALFORMED', 13, { text: words, badJson: { at: 3 } }],
      ['PROVIDER_FAILED', 14, { text: words, errorEvent: { at: 3 } }],
      ['PROVIDER_STALLED', 4, { text: words, stall: { at: 3 } }],
      ['PROVIDER_STALLED', 4, { text: words, stall: { at: 3, commentIntervalMs: 10 } }],
    ])('ends with one failed event: %s', async (reason, code, script) => {
      const { events, last } = await stream(script);
      expect([
        events.filter(({ $case }) => $case === 'completed' || $case === 'failed').length,
        textOf(events),
        last,
      ]).toEqual([
        1,
        'one two three',
        {
          $case: 'failed',
          value: {
            error: expect.objectContaining({ code, reason }),
            usage: {
              inputTokens: 8,
              outputTokens: 3,
              cachedInputTokens: 0,
              reasoningTokens: 0,
              estimated: true,
            },
          },
        },
      ]);
    });

    it('closes the provider when the caller cancels', async () => {
      fake.enqueue({ text: words, stall: { at: 5 } });
      const abort = new AbortController();
      const read = async () => {
        for await (const { event } of client.streamGenerate(
          { call: requestOf('hi') },
          { signal: abort.signal },
        )) {
          if (event?.$case === 'text') abort.abort();
        }
      };
      await expect(read()).rejects.toThrow();
      const seen = await fake.waitForRequest(({ outcome }) => outcome !== 'pending');
      expect([seen.outcome, seen.tokensSent]).toEqual(['hung-up', 5]);
    });

    it('pauses the provider while the caller does not read', async () => {
      fake.enqueue({ text: 'x'.repeat(10_000), repeat: 100_000 });
      const abort = new AbortController();
      const answer = client.streamGenerate({ call: requestOf('hi') }, { signal: abort.signal });
      const iterator = answer[Symbol.asyncIterator]();
      await iterator.next();
      const seen = await fake.waitForRequest(({ paused }) => paused);
      abort.abort();
      await iterator.next().catch(() => undefined);
      expect(seen.tokensSent).toBeLessThan(100_000);
    });
  });
});

describe('LlmService without a provider', () => {
  let service: TestService;
  beforeAll(async () => {
    service = await startTestService(llmService);
  });
  afterAll(() => service.stop());

  it('answers default with the built-in model', async () => {
    const client = service.client(llm.LlmServiceDefinition, { tenantId: 'acme' });
    const { providerModel } = await client.generate(requestOf('hi', { model: 'default' }));
    expect(providerModel).toBe('builtin-extractive');
  });
});

function textOf(events: Event[]): string {
  return events.map((event) => (event.$case === 'text' ? event.value.text : '')).join('');
}
