import { WeftError } from '@weft/errors';
import { silentLogger } from '@weft/runtime';
import { TextEmbedder } from './embed-texts';
import { type EmbeddingCache } from './embedding-cache';
import { type EmbeddedText, type EmbeddedTexts, type EmbeddingProvider } from './embedding-provider';
import { ModelDimensions } from './model-dimensions';

/** A provider that answers when the test says so. The number of a vector is the length of its text. */
class HeldProvider implements EmbeddingProvider {
  readonly name = 'held';
  limits = { textsMax: 2, charactersMax: Infinity, callsAtOnce: 1 };
  readonly calls: { texts: readonly string[]; signal: AbortSignal }[] = [];
  private waiting: (() => void)[] = [];
  private onCall: () => void = () => undefined;

  async embed(_model: string, texts: readonly string[], signal: AbortSignal): Promise<EmbeddedTexts> {
    if (signal.aborted) throw new WeftError('CANCELLED', 'CALLER_GONE', 'gone');
    this.calls.push({ texts, signal });
    this.onCall();
    await new Promise<void>((resolve) => this.waiting.push(resolve));
    return {
      texts: texts.map(({ length }) => ({ vector: Float32Array.of(length, 0), tokenCount: length })),
      estimated: false,
    };
  }

  answer(): void {
    this.waiting.shift()?.();
  }

  async untilCalls(count: number): Promise<void> {
    while (this.calls.length < count) await new Promise<void>((resolve) => (this.onCall = resolve));
  }

  async close(): Promise<void> {
    return undefined;
  }
}

class CacheInMemory implements EmbeddingCache {
  readonly rows = new Map<string, EmbeddedText>();

  async find(tenantId: string, model: string, digests: readonly string[]) {
    const found = digests.flatMap((digest): [string, EmbeddedText][] => {
      const row = this.rows.get(`${tenantId} ${model} ${digest}`);
      return row === undefined ? [] : [[digest, row]];
    });
    return new Map(found);
  }

  async add(tenantId: string, model: string, entries: ReadonlyMap<string, EmbeddedText>) {
    for (const [digest, entry] of entries) this.rows.set(`${tenantId} ${model} ${digest}`, entry);
  }
}

describe('TextEmbedder', () => {
  let provider: HeldProvider;
  let cache: CacheInMemory;
  let embedder: TextEmbedder;
  const never = new AbortController().signal;

  beforeEach(() => {
    provider = new HeldProvider();
    cache = new CacheInMemory();
    embedder = new TextEmbedder(cache, new ModelDimensions(), silentLogger);
  });

  const embed = (
    texts: string[],
    options: { tenantId?: string; model?: string; signal?: AbortSignal } = {},
  ) => embedder.embed({ tenantId: 'acme', model: 'm', provider, texts, signal: never, ...options });
  const lengths = async (answer: ReturnType<typeof embed>) => (await answer).map(({ vector }) => vector[0]);
  const cached = async (answer: ReturnType<typeof embed>) => (await answer).map((result) => result.cached);
  /** Lets every call pass as soon as it comes. */
  const answerAll = (): void => {
    provider.embed = async (_model, texts, signal) => {
      provider.calls.push({ texts, signal });
      return {
        texts: texts.map(({ length }) => ({ vector: Float32Array.of(length, 0), tokenCount: length })),
        estimated: false,
      };
    };
  };

  it('gives each text its vector, in order, in calls that the provider takes', async () => {
    answerAll();
    const found = await lengths(embed(['a', 'bb', 'ccc']));
    expect([found, provider.calls.map(({ texts }) => texts)]).toEqual([
      [1, 2, 3],
      [['a', 'bb'], ['ccc']],
    ]);
  });

  it('asks the provider once for 500 requests of the same text', async () => {
    const answers = Array.from({ length: 500 }, () => lengths(embed(['same'])));
    await provider.untilCalls(1);
    provider.answer();
    const found = await Promise.all(answers);
    expect([provider.calls.length, new Set(found.flat())]).toEqual([1, new Set([4])]);
  });

  it('makes one request pay and the others not', async () => {
    const answers = [embed(['same']), embed(['same'])];
    await provider.untilCalls(1);
    provider.answer();
    expect(await Promise.all(answers.map(cached))).toEqual([[false], [true]]);
  });

  it('embeds a text that is there twice once, and counts it once', async () => {
    answerAll();
    expect([await cached(embed(['a', 'a'])), provider.calls[0]?.texts]).toEqual([[false, true], ['a']]);
  });

  it('takes from the cache what is there, and asks for the rest', async () => {
    answerAll();
    await embed(['a']);
    await embedder.drain();
    expect([await cached(embed(['a', 'bb'])), provider.calls.map(({ texts }) => texts)]).toEqual([
      [true, false],
      [['a'], ['bb']],
    ]);
  });

  it.each([
    ['tenant', { tenantId: 'globex' }],
    ['model', { model: 'other' }],
  ])('shares nothing with another %s', async (_what, other) => {
    answerAll();
    await embed(['a']);
    await embedder.drain();
    expect(await cached(embed(['a'], other))).toEqual([false]);
  });

  it('asks once for each tenant that wants the same text at the same time', async () => {
    const answers = [embed(['same']), embed(['same'], { tenantId: 'globex' })];
    await provider.untilCalls(2);
    provider.answer();
    provider.answer();
    expect(await Promise.all(answers.map(cached))).toEqual([[false], [false]]);
  });

  it('goes on for those who stay when one goes away', async () => {
    const controller = new AbortController();
    const leaving = embed(['same'], { signal: controller.signal }).catch(
      (error: { code: string }) => error.code,
    );
    const staying = lengths(embed(['same']));
    await provider.untilCalls(1);
    controller.abort();
    const left = await leaving;
    provider.answer();
    expect([left, await staying, provider.calls.length]).toEqual(['CANCELLED', [4], 1]);
  });

  it('stops the provider when the last one has gone away', async () => {
    const controllers = [new AbortController(), new AbortController()];
    const answers = controllers.map(({ signal }) => embed(['same'], { signal }).catch(() => undefined));
    await provider.untilCalls(1);
    controllers.forEach((controller) => controller.abort());
    await Promise.all(answers);
    expect(provider.calls[0]?.signal.aborted).toBe(true);
  });

  it('begins anew for one who comes after all have gone away', async () => {
    const controller = new AbortController();
    const gone = embed(['same'], { signal: controller.signal }).catch(() => undefined);
    await provider.untilCalls(1);
    controller.abort();
    await gone;
    const answer = lengths(embed(['same']));
    await provider.untilCalls(2);
    provider.answer();
    provider.answer();
    expect(await answer).toEqual([4]);
  });

  it('asks for no further texts when nobody waits', async () => {
    const controller = new AbortController();
    const gone = embed(['a', 'b', 'c', 'd'], { signal: controller.signal }).catch(() => undefined);
    await provider.untilCalls(1);
    controller.abort();
    await gone;
    provider.answer();
    await embedder.drain();
    expect(provider.calls.map(({ texts }) => texts)).toEqual([['a', 'b']]);
  });

  it('keeps what was embedded before the caller went away', async () => {
    const controller = new AbortController();
    const gone = embed(['a', 'b', 'c'], { signal: controller.signal }).catch(() => undefined);
    await provider.untilCalls(1);
    provider.answer();
    await provider.untilCalls(2);
    controller.abort();
    await gone;
    provider.answer();
    await embedder.drain();
    answerAll();
    expect(await cached(embed(['a', 'b']))).toEqual([true, true]);
  });

  it('does not wait for the cache to answer', async () => {
    answerAll();
    let finish!: () => void;
    cache.add = () => new Promise<void>((resolve) => (finish = resolve));
    const found = await lengths(embed(['a']));
    const events: string[] = [];
    const drained = embedder.drain().then(() => events.push('drained'));
    await new Promise((resolve) => setImmediate(resolve));
    events.push('writing');
    finish();
    await drained;
    expect([found, events]).toEqual([[1], ['writing', 'drained']]);
  });

  it.each(['find', 'add'] as const)(
    'answers all the same when %s of the cache fails, and logs it',
    async (method) => {
      answerAll();
      const warn = jest.fn();
      jest.spyOn(cache, method).mockRejectedValue(new Error('lost'));
      embedder = new TextEmbedder(cache, new ModelDimensions(), { ...silentLogger, warn });
      const found = await lengths(embed(['a']));
      await embedder.drain();
      expect([found, warn.mock.calls.length]).toEqual([[1], 1]);
    },
  );

  it('fails everybody who waits when the provider fails, and forgets the failure', async () => {
    const failure = new WeftError('UNAVAILABLE', 'PROVIDER_UNAVAILABLE', 'down');
    const working = provider.embed.bind(provider);
    provider.embed = () => Promise.reject(failure);
    const outcomes = await Promise.all(
      [embed(['a']), embed(['a'])].map((answer) => answer.catch((error: unknown) => error)),
    );
    await embedder.drain();
    provider.embed = working;
    const again = lengths(embed(['a']));
    await provider.untilCalls(1);
    provider.answer();
    expect([outcomes, await again]).toEqual([[failure, failure], [1]]);
  });

  it('keeps no vector of another dimension than the model had', async () => {
    answerAll();
    await embed(['a']);
    provider.embed = async (_model, texts) => ({
      texts: texts.map(() => ({ vector: new Float32Array(3), tokenCount: 1 })),
      estimated: false,
    });
    await expect(embed(['b'])).rejects.toMatchObject({
      code: 'FAILED_PRECONDITION',
      reason: 'EMBEDDING_DIMENSION_MISMATCH',
    });
    await embedder.drain();
    expect(cache.rows.size).toBe(1);
  });
});
