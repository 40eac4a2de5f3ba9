import { embedding } from '@weft/contracts';
import { type FakeProvider, startFakeProvider } from '@weft/fake-provider';
import { startTestService, type TestClient, type TestService } from '@weft/testing';
import fc from 'fast-check';
import { embeddingService } from './service';

const { EmbeddingServiceDefinition } = embedding;
type EmbeddingClient = TestClient<embedding.EmbeddingServiceDefinition>;

const vectors = ({ embeddings }: embedding.CreateEmbeddingsResponse) =>
  embeddings.map(({ values }) => values);
const invalid = (...fields: string[]) => ({
  code: 'INVALID_ARGUMENT',
  violations: fields.map((field) => expect.objectContaining({ field })),
});

describe('EmbeddingService', () => {
  let fake: FakeProvider;
  let service: TestService;
  let acme: EmbeddingClient;
  let globex: EmbeddingClient;

  beforeAll(async () => {
    fake = await startFakeProvider({ dimensions: 8 });
    service = await startTestService(embeddingService, {
      env: { OPENAI_BASE_URL: fake.baseUrl, WEFT_EMBEDDING_PROVIDER_BATCH: '3', WEFT_EMBEDDING_WORKERS: '1' },
    });
    acme = service.client(EmbeddingServiceDefinition, { tenantId: 'acme' });
    globex = service.client(EmbeddingServiceDefinition, { tenantId: 'globex' });
  });
  afterAll(async () => {
    await service.stop();
    await fake.close();
  });
  beforeEach(() => fake.reset());

  /** Vectors go to the cache behind the answer. */
  const untilCached = async (tenantId: string, count: number) => {
    const rows = () =>
      service.database.query(tenantId, 'select 1 from embeddings where tenant_id = $1', [tenantId]);
    while ((await rows()).length < count) await new Promise((resolve) => setImmediate(resolve));
  };
  const cachedRows = async (tenantId: string) =>
    (await service.database.query(tenantId, 'select 1 from embeddings where tenant_id = $1', [tenantId]))
      .length;

  describe('with the built-in model', () => {
    it('is the default, with 512 numbers', async () => {
      const answer = await acme.createEmbeddings({ inputs: ['hello'] });
      expect([answer.model, answer.dimensions, answer.embeddings[0]?.values.length]).toEqual([
        'builtin-use-lite',
        512,
        512,
      ]);
    });

    it('embeds texts in order', async () => {
      const texts = ['one', 'a second text', 'three'];
      const together = vectors(await acme.createEmbeddings({ inputs: texts }));
      const alone = await Promise.all(texts.map((text) => globex.createEmbeddings({ inputs: [text] })));
      const distances = alone.map((answer, index) =>
        Math.hypot(...vectors(answer)[0]!.map((value, place) => value - together[index]![place]!)),
      );
      expect(Math.max(...distances)).toBeLessThan(1e-3);
    });

    it('counts cached texts as cached input', async () => {
      const initech = service.client(EmbeddingServiceDefinition, { tenantId: 'initech' });
      const first = await initech.createEmbeddings({ inputs: ['seen before'] });
      await untilCached('initech', 1);
      const second = await initech.createEmbeddings({ inputs: ['seen before', 'not seen'] });
      expect([first.usage?.cachedInputTokens, second.usage?.cachedInputTokens]).toEqual([
        0,
        first.usage?.inputTokens,
      ]);
    });

    it('serves the same vector from the cache', async () => {
      const first = vectors(await acme.createEmbeddings({ inputs: ['to be kept'] }));
      await untilCached('acme', 1);
      expect(vectors(await acme.createEmbeddings({ inputs: ['to be kept'] }))).toEqual(first);
    });

    it('answers when the cache does not work', async () => {
      const umbrella = service.client(EmbeddingServiceDefinition, { tenantId: 'umbrella' });
      const query = jest.spyOn(service.database, 'query').mockRejectedValue(new Error('lost'));
      const answer = await umbrella.createEmbeddings({ inputs: ['hello'] });
      const asked = query.mock.calls.length > 0;
      query.mockRestore();
      expect([asked, answer.embeddings.length]).toEqual([true, 1]);
    });
  });

  describe('with a provider', () => {
    const model = 'fake-embedding';
    let count = 0;
    const newText = () => `text number ${(count += 1)}`;

    it('sends other models to it, in batches that it takes', async () => {
      const answer = await acme.createEmbeddings({ model, inputs: Array.from({ length: 7 }, newText) });
      const sizes = fake.requests.map(({ body }) => (body as { input: string[] }).input.length).sort();
      expect([answer.model, answer.dimensions, answer.embeddings.length, sizes]).toEqual([
        model,
        8,
        7,
        [1, 3, 3],
      ]);
    });

    it('takes its count of tokens', async () => {
      const { usage } = await acme.createEmbeddings({ model, inputs: [newText(), newText()] });
      expect(usage).toMatchObject({
        inputTokens: fake.requests[0]!.usage.promptTokens,
        cachedInputTokens: 0,
        estimated: false,
      });
    });

    it('says when tokens are estimated', async () => {
      fake.enqueue({ endpoint: 'embeddings', usage: 'missing' });
      const { usage } = await acme.createEmbeddings({ model, inputs: [newText()] });
      expect(usage?.estimated).toBe(true);
    });

    it('asks once for many requests of the same text', async () => {
      fake.setDefault({ endpoint: 'embeddings', delayBeforeHeadersMs: 50 });
      const text = newText();
      await Promise.all(Array.from({ length: 100 }, () => acme.createEmbeddings({ model, inputs: [text] })));
      expect(fake.requests.length).toBe(1);
    });

    it('shares nothing between models', async () => {
      const text = newText();
      const before = await cachedRows('acme');
      await acme.createEmbeddings({ model, inputs: [text] });
      await untilCached('acme', before + 1);
      await acme.createEmbeddings({ model: 'fake-embedding-2', inputs: [text] });
      expect(fake.requests.map(({ body }) => (body as { model: string }).model)).toEqual([
        model,
        'fake-embedding-2',
      ]);
    });

    it('hands on how long to wait when it is asked for too much', async () => {
      fake.enqueue({ endpoint: 'embeddings', error: { status: 429, retryAfter: 4 } });
      await expect(acme.createEmbeddings({ model, inputs: [newText()] })).rejects.toMatchObject({
        code: 'RESOURCE_EXHAUSTED',
        retryDelayMs: 4000,
      });
    });

    it('finds no model that it does not have', async () => {
      fake.enqueue({ endpoint: 'embeddings', error: { status: 404 } });
      await expect(acme.createEmbeddings({ model: 'nope', inputs: ['x'] })).rejects.toMatchObject({
        code: 'NOT_FOUND',
        reason: 'MODEL_NOT_FOUND',
      });
    });

    it('lets go of it when the caller goes away', async () => {
      fake.enqueue({ endpoint: 'embeddings', stall: { at: 'headers' } });
      const controller = new AbortController();
      const call = acme
        .createEmbeddings({ model, inputs: [newText()] }, { signal: controller.signal })
        .catch(() => 'gone');
      await fake.waitForRequest(({ body }) => body !== undefined);
      controller.abort();
      const request = await fake.waitForRequest(({ outcome }) => outcome === 'hung-up');
      expect([await call, request.outcome]).toEqual(['gone', 'hung-up']);
    });

    it('caches nothing of a request that failed', async () => {
      const before = await cachedRows('acme');
      fake.enqueue({ endpoint: 'embeddings', error: { status: 500 } });
      await acme.createEmbeddings({ model, inputs: [newText()] }).catch(() => undefined);
      expect(await cachedRows('acme')).toBe(before);
    });
  });

  describe('bad input', () => {
    it('names each empty text', async () => {
      await expect(acme.createEmbeddings({ inputs: ['a', '', 'b', ''] })).rejects.toMatchObject(
        invalid('inputs[1]', 'inputs[3]'),
      );
    });

    it.each<[string, string[]]>([
      ['inputs', []],
      ['inputs', Array.from({ length: 2049 }, () => 'x')],
      ['inputs[0]', ['x'.repeat(100_001)]],
    ])('is refused, naming %s', async (field, inputs) => {
      await expect(acme.createEmbeddings({ inputs })).rejects.toMatchObject(invalid(field));
    });

    it('finds no model by a name that none can have', async () => {
      await expect(acme.createEmbeddings({ model: 'a\0b', inputs: ['x'] })).rejects.toMatchObject({
        reason: 'MODEL_NOT_FOUND',
      });
    });
  });

  describe('ListEmbeddingModels', () => {
    it('lists the built-in model as default', async () => {
      const { models } = await acme.listEmbeddingModels({});
      expect(models).toEqual([
        { name: 'builtin-use-lite', provider: 'builtin', dimensions: 512, default: true },
      ]);
    });

    it('refuses a token that it did not return', async () => {
      await expect(acme.listEmbeddingModels({ pageToken: 'x' })).rejects.toMatchObject(invalid('page_token'));
    });
  });

  describe('tenants', () => {
    it('never lets one tenant profit from what another embedded', async () => {
      const step = fc.record({ tenant: fc.constantFrom('one', 'two'), text: fc.constantFrom('a', 'b', 'c') });
      const seen = new Set<string>();
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 5 }), async (steps) => {
          for (const { tenant, text } of steps) {
            const client = service.client(EmbeddingServiceDefinition, { tenantId: tenant });
            const { usage } = await client.createEmbeddings({ model: 'fake-embedding', inputs: [text] });
            const own = seen.has(`${tenant} ${text}`);
            expect(usage!.cachedInputTokens > 0).toBe(own);
            seen.add(`${tenant} ${text}`);
            await untilCached(tenant, [...seen].filter((key) => key.startsWith(tenant)).length);
          }
        }),
        { numRuns: 20 },
      );
    });
  });
});

describe('EmbeddingService without a provider', () => {
  let service: TestService;

  beforeAll(async () => {
    service = await startTestService(embeddingService);
  });
  afterAll(() => service.stop());

  it('finds no model but its own', async () => {
    const client = service.client(EmbeddingServiceDefinition, { tenantId: 'acme' });
    await expect(
      client.createEmbeddings({ model: 'text-embedding-3-small', inputs: ['x'] }),
    ).rejects.toMatchObject({
      code: 'NOT_FOUND',
      reason: 'MODEL_NOT_FOUND',
    });
  });
});
