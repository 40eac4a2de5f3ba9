import { type llm } from '@weft/contracts';
import { type FakeProvider, type Script, startFakeProvider } from '@weft/fake-provider';
import { silentLogger } from '@weft/runtime';
import { ExtractiveProvider } from './builtin/extractive-provider';
import { generate } from './generate';
import { ModelCatalog } from './model-catalog';
import { ModelList } from './model-list';
import { OpenAiProvider } from './openai/openai-provider';
import { openBounds, requestOf } from './requests.fixture';
import { streamGenerate } from './stream-generate';

const reset: Script = { cut: { at: 'headers', how: 'reset' } };
const refused = (status: number): Script => ({ error: { status } });

describe('the calls to a provider that one request takes', () => {
  let fake: FakeProvider;
  let provider: OpenAiProvider;
  let catalog: ModelCatalog;
  beforeEach(async () => {
    fake = await startFakeProvider();
    await connect();
  });
  afterEach(async () => {
    await provider.close();
    await fake.close();
  });

  /** Each test has a budget of retries of its own. */
  async function connect(): Promise<void> {
    const timeouts = { connectTimeoutMs: 2_000, headersTimeoutMs: 20_000, idleTimeoutMs: 20_000 };
    provider = new OpenAiProvider({ baseUrl: fake.baseUrl, apiKey: 'key', ...timeouts }, silentLogger);
    const list = new ModelList(provider, 60_000, silentLogger);
    await list.get();
    catalog = await ModelCatalog.create({
      builtin: new ExtractiveProvider(),
      provider: list,
      defaultModel: undefined,
    });
  }

  const chatCount = () => fake.requests.filter(({ path }) => path.endsWith('/chat/completions')).length;
  /** The first event. */
  const streamed = async (request: llm.GenerateRequest) => {
    const context = { catalog, logger: silentLogger, heartbeatIntervalMs: 60_000 };
    const events = streamGenerate(context, request, openBounds());
    const { value } = await events.next();
    await events.return();
    return value;
  };
  const whole = (request: llm.GenerateRequest) => generate(catalog, request, openBounds());
  const ways = [
    ['whole', whole],
    ['streamed', streamed],
  ] as const;

  describe.each(ways)('of a %s answer', (_, ask) => {
    it.each<[string, string, string, Script[]]>([
      ['the call that the provider refused', '1', '1', [refused(429)]],
      ['the call for a model that the provider does not have', '1', '1', [refused(404)]],
      ['both calls when the repetition is refused too', '2', '2', [refused(500), refused(400)]],
      ['both calls when the connection breaks', '2', '0', [reset, reset]],
      [
        'both calls when the connection breaks and then the provider refuses',
        '2',
        '1',
        [reset, refused(503)],
      ],
    ])('are told of when it fails: %s', async (_, calls, refusals, scripts) => {
      fake.enqueue(...scripts);
      await expect(ask(requestOf('hi'))).rejects.toMatchObject({
        metadata: { provider_calls: calls, provider_refusals: refusals, provider: 'openai' },
      });
      expect(chatCount()).toBe(Number(calls));
    });

    it('are none when nobody has the model', async () => {
      await expect(ask(requestOf('hi', { model: 'nobody' }))).rejects.toMatchObject({
        reason: 'MODEL_NOT_FOUND',
        metadata: { provider_calls: '0', provider_refusals: '0' },
      });
    });

    it('are none when the provider cannot be reached', async () => {
      await fake.close();
      await expect(ask(requestOf('hi'))).rejects.toMatchObject({
        reason: 'PROVIDER_UNREACHABLE',
        metadata: { provider_calls: '0' },
      });
    });
  });

  it('are one when the whole answer cannot be read', async () => {
    fake.enqueue({ badJson: { at: 0 } });
    await expect(whole(requestOf('hi'))).rejects.toMatchObject({
      metadata: { provider_calls: '1', provider_refusals: '0' },
    });
  });

  it.each<[string, Script, object]>([
    ['took nothing when it was refused', refused(503), { inputTokens: 0, outputTokens: 0, estimated: true }],
    ['are estimated when the connection broke', reset, { inputTokens: 8, outputTokens: 0, estimated: true }],
  ])('that failed before the one that answers %s', async (_, script, usage) => {
    fake.enqueue(script, { text: 'ok' }, script, { text: 'ok' });
    const { failedCalls } = await whole(requestOf('hi'));
    const first = (await streamed(requestOf('hi'))) as llm.StreamGenerateResponse;
    const told = [{ provider: 'openai', providerModel: 'fake-model', usage }];
    expect([failedCalls, (first.event!.value as llm.GenerationStarted).failedCalls]).toMatchObject([
      told,
      told,
    ]);
  });
});
