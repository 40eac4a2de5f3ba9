import { common, type llm } from '@weft/contracts';
import { unavailable } from '@weft/errors';
import { silentLogger } from '@weft/runtime';
import { ExtractiveProvider } from './builtin/extractive-provider';
import { type GenerationEvent, type LanguageModelProvider } from './language-model-provider';
import { ModelCatalog } from './model-catalog';
import { openBounds, requestOf } from './requests.fixture';
import { streamGenerate } from './stream-generate';

const started: GenerationEvent = { kind: 'started', providerModel: 'm-1' };
const text = (value: string): GenerationEvent => ({ kind: 'text', text: value });
const usage: common.Usage = {
  inputTokens: 1,
  outputTokens: 2,
  cachedInputTokens: 0,
  reasoningTokens: 0,
  estimated: false,
};
const completed: GenerationEvent = { kind: 'completed', finishReason: common.FinishReason.STOP, usage };

/** Streams through a provider that does what `answer` does. */
async function streamOf(
  answer: () => AsyncIterable<GenerationEvent>,
  heartbeatIntervalMs = 60_000,
  logger = silentLogger,
) {
  const provider: LanguageModelProvider = Object.assign(new ExtractiveProvider(), {
    name: 'scripted',
    streamGenerate: async () => answer(),
  });
  const catalog = await ModelCatalog.create({
    builtin: provider,
    provider: undefined,
    defaultModel: undefined,
  });
  const bounds = openBounds();
  const request = requestOf('hi', { model: 'builtin-extractive' });
  return { bounds, stream: streamGenerate({ catalog, logger, heartbeatIntervalMs }, request, bounds) };
}

async function eventsOf(answer: () => AsyncIterable<GenerationEvent>): Promise<llm.StreamGenerateResponse[]> {
  const { stream } = await streamOf(answer);
  return all(stream);
}

async function all<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of stream) items.push(item);
  return items;
}

describe('streamGenerate', () => {
  it('numbers the events from 1 without holes', async () => {
    const events = await eventsOf(async function* () {
      yield* [started, text('a'), text('b'), completed];
    });
    expect(events.map(({ sequence, event }) => [sequence, event?.$case])).toEqual([
      [1, 'started'],
      [2, 'text'],
      [3, 'text'],
      [4, 'completed'],
    ]);
  });

  it('says who answers', async () => {
    const [first] = await eventsOf(async function* () {
      yield* [started, completed];
    });
    expect(first?.event?.value).toEqual({ provider: 'scripted', providerModel: 'm-1', failedCalls: [] });
  });

  it("carries the provider's usage", async () => {
    const events = await eventsOf(async function* () {
      yield* [started, completed];
    });
    expect(events.at(-1)?.event?.value).toEqual({ finishReason: common.FinishReason.STOP, usage });
  });

  it('estimates the usage that the provider does not report', async () => {
    const events = await eventsOf(async function* () {
      yield* [started, text('Hello,'), text(' world!'), { ...completed, usage: undefined }];
    });
    expect(events.at(-1)?.event?.value).toMatchObject({
      usage: { inputTokens: 8, outputTokens: 4, estimated: true },
    });
  });

  it('ends with one failed event and the usage until then', async () => {
    const events = await eventsOf(async function* () {
      yield* [started, text('Hello, world!')];
      throw unavailable('PROVIDER_CONNECTION_LOST', 'broken', { retryDelayMs: 2_000 });
    });
    expect(events.map(({ event }) => event?.$case)).toEqual(['started', 'text', 'failed']);
    expect(events.at(-1)?.event?.value).toMatchObject({
      error: { code: 14, reason: 'PROVIDER_CONNECTION_LOST', retryDelay: { seconds: 2 } },
      usage: { outputTokens: 4, estimated: true },
    });
  });

  it('tells nothing of a defect but that there is one', async () => {
    const events = await eventsOf(async function* () {
      yield started;
      throw new TypeError('secret detail');
    });
    expect([events.at(-1)?.event?.$case, JSON.stringify(events).includes('secret')]).toEqual([
      'failed',
      false,
    ]);
  });

  it('counts the text of tool calls in the usage of a failure', async () => {
    const events = await eventsOf(async function* () {
      yield* [
        started,
        { kind: 'tool-call', index: 0, id: 'c', name: 'clock', argumentsJson: '{"zone":"UTC"}' },
      ];
      throw unavailable('X', 'broken');
    });
    expect(events.at(-1)?.event?.value).toMatchObject({ usage: { outputTokens: expect.any(Number) } });
    expect((events.at(-1)?.event?.value as llm.GenerationFailed).usage?.outputTokens).toBeGreaterThan(3);
  });

  it('throws a refusal', async () => {
    const { stream } = await streamOf(() => {
      throw unavailable('PROVIDER_UNREACHABLE', 'down');
    });
    await expect(stream.next()).rejects.toMatchObject({ reason: 'PROVIDER_UNREACHABLE' });
  });

  it('throws the reason of an abort and yields no failed event', async () => {
    const gone = unavailable('GONE', 'gone');
    const { stream, bounds } = await streamOf(async function* () {
      yield started;
      bounds.controller.abort(gone);
      throw gone;
    });
    await stream.next();
    await expect(stream.next()).rejects.toBe(gone);
  });

  it('sends heartbeats in a silence, as often as it lasts, and loses nothing', async () => {
    const end = Promise.withResolvers<void>();
    const { stream } = await streamOf(async function* () {
      yield started;
      await end.promise;
      yield completed;
    }, 1);
    const cases: (string | undefined)[] = [];
    for await (const { event } of stream) {
      cases.push(event?.$case);
      if (cases.length === 3) end.resolve();
    }
    expect([cases.slice(0, 3), cases.at(-1)]).toEqual([['started', 'heartbeat', 'heartbeat'], 'completed']);
  });

  it('sends no heartbeat before the answer has begun', async () => {
    const begin = Promise.withResolvers<void>();
    const { stream } = await streamOf(async function* () {
      await begin.promise;
      yield* [started, completed];
    }, 1);
    const first = stream.next();
    setTimeout(begin.resolve, 20);
    expect((await first).value).toMatchObject({ sequence: 1, event: { $case: 'started' } });
  });

  it('lets go of the provider when its reader leaves', async () => {
    const left = jest.fn();
    const { stream } = await streamOf(async function* () {
      try {
        yield started;
        yield* [text('a'), completed];
      } finally {
        left();
      }
    });
    await stream.next();
    await stream.return();
    expect(left).toHaveBeenCalledTimes(1);
  });

  it('logs a failure without its content', async () => {
    const warn = jest.fn();
    const answer = async function* (): AsyncGenerator<GenerationEvent> {
      yield* [started, text('the content')];
      throw unavailable('X', 'broken');
    };
    const { stream } = await streamOf(answer, 60_000, { ...silentLogger, warn });
    await all(stream);
    expect([warn.mock.calls.length, JSON.stringify(warn.mock.calls).includes('the content')]).toEqual([
      1,
      false,
    ]);
  });
});
