import { cache } from '@weft/contracts';
import { startTestService, type TestClient, type TestService } from '@weft/testing';
import fc from 'fast-check';
import { cacheService } from './service';

const { CacheServiceDefinition } = cache;
type CacheClient = TestClient<cache.CacheServiceDefinition>;

const requestDigest = 'a'.repeat(64);
const key = (change: Partial<cache.CacheKey> = {}): cache.CacheKey => ({
  assistant: 'docs',
  assistantVersion: 1,
  model: 'gpt',
  promptDigest: '',
  policy: 'default@1',
  collectionRevisions: { docs: 1, wiki: 2 },
  requestDigest,
  ...change,
});
const entry = (text: string, change: Partial<cache.CacheEntry> = {}) => ({
  payload: Buffer.from(text),
  payloadType: 'weft.orchestrator.v1.ChatResponse',
  complete: true,
  ...change,
});
const textOf = (response: cache.LookupEntryResponse) => response.entry?.payload.toString();
const invalid = (field: string) => ({
  code: 'INVALID_ARGUMENT',
  violations: [expect.objectContaining({ field })],
});

/** Asks until there is an answer. */
async function until(ask: () => Promise<unknown[]>): Promise<void> {
  while ((await ask()).length === 0) await new Promise((resolve) => setImmediate(resolve));
}

describe('CacheService', () => {
  let service: TestService;
  let acme: CacheClient;
  let globex: CacheClient;

  beforeAll(async () => {
    service = await startTestService(cacheService, {
      env: { WEFT_CACHE_MAX_ENTRIES_PER_TENANT: '20', WEFT_CACHE_SWEEP_INTERVAL_MS: '700' },
    });
    acme = service.client(CacheServiceDefinition, { tenantId: 'acme' });
    globex = service.client(CacheServiceDefinition, { tenantId: 'globex' });
  });
  afterAll(() => service.stop());
  beforeEach(async () => {
    await Promise.all([acme.purgeEntries({}), globex.purgeEntries({})]);
  });

  it('serves an answer that was stored', async () => {
    await acme.storeEntry({ key: key(), entry: entry('hello') });
    const { entry: found } = await acme.lookupEntry({ key: key() });
    expect([found?.payload.toString(), found?.payloadType, found?.complete]).toEqual([
      'hello',
      'weft.orchestrator.v1.ChatResponse',
      true,
    ]);
  });

  it('answers a miss without an entry', async () => {
    expect((await acme.lookupEntry({ key: key() })).entry).toBeUndefined();
  });

  it('finds an answer whatever the order of the collections', async () => {
    await acme.storeEntry({ key: key({ collectionRevisions: { docs: 1, wiki: 2 } }), entry: entry('hello') });
    const found = await acme.lookupEntry({ key: key({ collectionRevisions: { wiki: 2, docs: 1 } }) });
    expect(textOf(found)).toBe('hello');
  });

  it.each<[string, Partial<cache.CacheKey>]>([
    ['assistant', { assistant: 'other' }],
    ['assistant version', { assistantVersion: 2 }],
    ['model', { model: 'gpt-2' }],
    ['prompt digest', { promptDigest: 'b' }],
    ['policy', { policy: 'default@2' }],
    ['collection revision', { collectionRevisions: { docs: 2, wiki: 2 } }],
    ['set of collections', { collectionRevisions: { docs: 1 } }],
    ['request digest', { requestDigest: 'b'.repeat(64) }],
  ])('misses when only the %s differs', async (_what, change) => {
    await acme.storeEntry({ key: key(), entry: entry('hello') });
    expect(textOf(await acme.lookupEntry({ key: key(change) }))).toBeUndefined();
  });

  it('replaces the answer under the same key', async () => {
    await acme.storeEntry({ key: key(), entry: entry('first') });
    await acme.storeEntry({ key: key(), entry: entry('second') });
    expect(textOf(await acme.lookupEntry({ key: key() }))).toBe('second');
  });

  it('refuses an answer that is not whole', async () => {
    await expect(
      acme.storeEntry({ key: key(), entry: entry('hel', { complete: false }) }),
    ).rejects.toMatchObject({
      code: 'FAILED_PRECONDITION',
      reason: 'ENTRY_INCOMPLETE',
    });
  });

  it('keeps the whole answer when a broken one follows', async () => {
    await acme.storeEntry({ key: key(), entry: entry('whole') });
    await acme.storeEntry({ key: key(), entry: entry('brok', { complete: false }) }).catch(() => undefined);
    expect(textOf(await acme.lookupEntry({ key: key() }))).toBe('whole');
  });

  it('serves an answer for an hour when no time is given', async () => {
    await acme.storeEntry({ key: key(), entry: entry('hello') });
    const { entry: found } = await acme.lookupEntry({ key: key() });
    expect(found!.expireTime!.getTime() - found!.createTime!.getTime()).toBe(3_600_000);
  });

  it('does not take the times of the caller', async () => {
    await acme.storeEntry({ key: key(), entry: entry('hello', { expireTime: new Date('2999-01-01') }) });
    const { entry: found } = await acme.lookupEntry({ key: key() });
    expect(found!.expireTime!.getUTCFullYear()).toBeLessThan(2999);
  });

  it('does not serve an answer that has expired, before it is removed either', async () => {
    await acme.storeEntry({ key: key(), entry: entry('old'), ttl: { seconds: 0, nanos: 1_000_000 } });
    await until(() => service.database.query('acme', 'select 1 from entries where expire_time <= now()'));
    expect(textOf(await acme.lookupEntry({ key: key() }))).toBeUndefined();
  });

  it('removes what has expired in the background, and nothing else', async () => {
    await acme.storeEntry({
      key: key({ model: 'old' }),
      entry: entry('old'),
      ttl: { seconds: 0, nanos: 1_000_000 },
    });
    await acme.storeEntry({ key: key({ model: 'new' }), entry: entry('new') });
    const texts = () =>
      service.database.query<{ text: string }>(
        'acme',
        `select encode(payload, 'escape') as text from entries`,
      );
    await until(async () => ((await texts()).length === 1 ? [1] : []));
    expect(await texts()).toEqual([{ text: 'new' }]);
  });

  it.each([
    ['31 days', { seconds: 31 * 86_400, nanos: 0 }],
    ['nothing', { seconds: 0, nanos: 0 }],
    ['less than nothing', { seconds: -5, nanos: 0 }],
  ])('refuses a time of %s, naming ttl', async (_what, ttl) => {
    await expect(acme.storeEntry({ key: key(), entry: entry('hello'), ttl })).rejects.toMatchObject(
      invalid('ttl'),
    );
  });

  it.each<[string, () => Promise<unknown>]>([
    ['key', () => acme.lookupEntry({})],
    ['entry', () => acme.storeEntry({ key: key() })],
    ['entry.payload', () => acme.storeEntry({ key: key(), entry: entry('') })],
    ['entry.payload', () => acme.storeEntry({ key: key(), entry: entry('x'.repeat(1_048_577)) })],
    ['key.request_digest', () => acme.lookupEntry({ key: key({ requestDigest: 'short' }) })],
    ['key.assistant_version', () => acme.lookupEntry({ key: key({ assistantVersion: 0 }) })],
  ])('refuses bad input, naming %s', async (name, call) => {
    await expect(call()).rejects.toMatchObject(invalid(name));
  });

  it('keeps the newest answers when a tenant has too many', async () => {
    for (let version = 1; version <= 25; version += 1) {
      await acme.storeEntry({ key: key({ assistantVersion: version }), entry: entry(`${version}`) });
    }
    const found = await Promise.all(
      [1, 25].map((assistantVersion) => acme.lookupEntry({ key: key({ assistantVersion }) })),
    );
    expect(found.map(textOf)).toEqual([undefined, '25']);
  });

  it('never keeps more answers of a tenant than its bound', async () => {
    await Promise.all(
      Array.from({ length: 60 }, (_, index) =>
        acme.storeEntry({ key: key({ assistantVersion: index + 1 }), entry: entry('x') }),
      ),
    );
    expect((await acme.purgeEntries({})).removed).toBeLessThanOrEqual(20);
  });

  it('leaves the answers of others when a tenant has too many', async () => {
    await globex.storeEntry({ key: key(), entry: entry('theirs') });
    for (let version = 1; version <= 25; version += 1) {
      await acme.storeEntry({ key: key({ assistantVersion: version }), entry: entry('ours') });
    }
    expect(textOf(await globex.lookupEntry({ key: key() }))).toBe('theirs');
  });

  it('purges the answers of one assistant alone', async () => {
    await acme.storeEntry({ key: key({ assistant: 'docs' }), entry: entry('docs') });
    await acme.storeEntry({ key: key({ assistant: 'help' }), entry: entry('help') });
    const { removed } = await acme.purgeEntries({ assistant: 'docs' });
    const left = await Promise.all(
      ['docs', 'help'].map((assistant) => acme.lookupEntry({ key: key({ assistant }) })),
    );
    expect([removed, ...left.map(textOf)]).toEqual([1, undefined, 'help']);
  });

  it('purges nothing of another tenant', async () => {
    await globex.storeEntry({ key: key(), entry: entry('theirs') });
    await acme.purgeEntries({});
    expect(textOf(await globex.lookupEntry({ key: key() }))).toBe('theirs');
  });

  it('never serves one tenant what another stored', async () => {
    const step = fc.record({
      tenant: fc.constantFrom('acme', 'globex'),
      action: fc.constantFrom('store', 'lookup', 'purge'),
      assistant: fc.constantFrom('docs', 'help'),
      version: fc.integer({ min: 1, max: 2 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
        for (const { tenant, action, assistant, version } of steps) {
          const client = tenant === 'acme' ? acme : globex;
          const named = key({ assistant, assistantVersion: version });
          if (action === 'store') await client.storeEntry({ key: named, entry: entry(`of ${tenant}`) });
          if (action === 'purge') await client.purgeEntries({ assistant });
          const text = textOf(await client.lookupEntry({ key: named }));
          expect([undefined, `of ${tenant}`]).toContain(text);
        }
      }),
      { numRuns: 30 },
    );
  });
});
