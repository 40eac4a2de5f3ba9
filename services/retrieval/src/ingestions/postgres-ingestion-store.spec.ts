import { join } from 'node:path';
import { newId } from '@weft/runtime';
import { openTestDatabase, type TestDatabase } from '@weft/testing';
import { draftOf } from '../document-draft';
import { type StoredDocument } from '../document';
import { PostgresCollectionStore } from '../postgres-collection-store';
import { PostgresIngestionStore } from './postgres-ingestion-store';

// Starts a real database.
jest.setTimeout(30_000);

const outbox = { notify: () => undefined };

describe('PostgresIngestionStore', () => {
  let test: TestDatabase;
  let collections: PostgresCollectionStore;
  let store: PostgresIngestionStore;
  /** Its claims end at once, as those of a worker that was killed do after a while. */
  let killed: PostgresIngestionStore;

  const limits = { pendingDocumentsMax: 100, pendingBytesMax: 1e6 };

  beforeAll(async () => {
    const migrationsFolder = join(__dirname, '..', '..', 'migrations');
    test = await openTestDatabase({ schema: 'retrieval', migrationsFolder });
    collections = new PostgresCollectionStore(test.database, outbox);
    store = new PostgresIngestionStore(test.database, outbox, { ...limits, leaseMs: 60_000 });
    killed = new PostgresIngestionStore(test.database, outbox, { ...limits, leaseMs: 0 });
  });
  afterAll(() => test.close());
  beforeEach(async () => {
    for (const tenantId of ['a', 'b', 'c'])
      await collections.create(tenantId, {
        name: 'docs',
        description: '',
        embeddingModel: '',
        chunking: { maxCharacters: 100, overlapCharacters: 0 },
      });
  });
  afterEach(async () => {
    for (const tenantId of ['a', 'b', 'c']) {
      await collections.delete(tenantId, 'docs');
      await test.database.query(tenantId, 'delete from ingestion_documents');
      await test.database.query(tenantId, 'delete from ingestions');
    }
  });

  const accept = (tenantId: string, ...uris: string[]) => {
    const documents = uris.map((uri) =>
      draftOf({ uri, content: Buffer.from('content'), mediaType: '', title: '', metadata: {} }),
    );
    return store.accept(tenantId, { collection: 'docs', documents, requestId: '', requestDigest: '' });
  };
  const now = new Date();
  const document: StoredDocument = {
    id: newId(),
    collection: 'docs',
    uri: '1',
    title: '',
    mediaType: 'text/plain',
    contentHash: '',
    fingerprint: '',
    sizeBytes: 7,
    chunkCount: 1,
    metadata: {},
    createTime: now,
    updateTime: now,
  };
  const unchanged = { outcome: 'unchanged' as const, document };
  const claimed = async (times: number, from = store) => {
    const order: string[] = [];
    for (let time = 0, last = ''; time < times; time += 1) {
      const next = await from.claim(last);
      last = next?.tenantId ?? '';
      order.push(next === undefined ? 'none' : `${next.tenantId}${next.document.uri}`);
    }
    return order;
  };

  it('hands out documents of all tenants in turn', async () => {
    await accept('a', '1', '2', '3', '4');
    await accept('b', '1');
    await accept('c', '1', '2');
    expect(await claimed(8)).toEqual(['a1', 'b1', 'c1', 'a2', 'c2', 'a3', 'a4', 'none']);
  });

  it('hands out a document with its content', async () => {
    await accept('a', '1');
    const claim = await store.claim('');
    expect([claim?.collection, Buffer.from(claim!.content).toString()]).toEqual(['docs', 'content']);
  });

  it('hands out no document while an earlier one of its uri is pending', async () => {
    await accept('a', 'x', 'y', 'x');
    const first = await store.claim('');
    const order = [first?.document.uri, ...(await claimed(2))];
    await store.settle(first!, unchanged);
    expect([...order, ...(await claimed(1))]).toEqual(['x', 'ay', 'none', 'ax']);
  });

  it('hands a document out again when its worker was killed', async () => {
    await accept('a', '1');
    expect(await claimed(2, killed)).toEqual(['a1', 'a1']);
  });

  it('settles a document for its last claim alone', async () => {
    const { id } = await accept('a', '1');
    const before = await killed.claim('');
    const after = await store.claim('');
    await expect(store.settle(before!, unchanged)).rejects.toMatchObject({ reason: 'CLAIM_LOST' });
    await store.settle(after!, unchanged);
    expect(await store.get('a', id)).toMatchObject({ unchanged: 1, finishTime: expect.anything() });
  });

  it('settles a document once', async () => {
    const { id } = await accept('a', '1', '2');
    const claim = await store.claim('');
    await store.settle(claim!, unchanged);
    await expect(store.settle(claim!, unchanged)).rejects.toMatchObject({ reason: 'CLAIM_LOST' });
    expect(await store.get('a', id)).toMatchObject({ unchanged: 1, finishTime: undefined });
  });

  it('tells a worker that its claim is another’s', async () => {
    await accept('a', '1');
    const before = await killed.claim('');
    const held = await store.claim('');
    expect([await killed.renew(before!), await store.renew(held!)]).toEqual([false, true]);
  });

  it('hands out what is put off when its time has come, and counts what counts', async () => {
    await accept('a', '1');
    await store.putOff((await store.claim(''))!, { delayMs: 60_000, counted: true });
    const later = await store.claim('');
    await test.database.query('a', 'update ingestion_documents set due_time = now()');
    await store.putOff((await store.claim(''))!, { delayMs: 0, counted: false });
    expect([later, await store.claim('')]).toEqual([
      undefined,
      expect.objectContaining({ attempts: 2, retries: 2 }),
    ]);
  });

  it('says when an ingestion has begun', async () => {
    const { id, begun } = await accept('a', '1');
    await store.claim('');
    expect([begun, (await store.get('a', id)).begun]).toEqual([false, true]);
  });

  it('forgets what finished long ago, and nothing else', async () => {
    const { id: old } = await accept('a', '1');
    await store.settle((await store.claim(''))!, unchanged);
    const { id: pending } = await accept('a', '2');
    const early = await store.prune(60_000);
    await test.database.query(
      'a',
      `update ingestions set finish_time = now() - interval '2 minutes' where finish_time is not null`,
    );
    const late = await store.prune(60_000);
    await expect(store.get('a', old)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const left = await test.database.query('a', 'select 1 from ingestion_documents');
    expect([early, late, (await store.get('a', pending)).id, left.length]).toEqual([0, 1, pending, 1]);
  });
});
