import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { retrieval } from '@weft/contracts';
import { unavailable } from '@weft/errors';
import { startTestService } from '@weft/testing';

import { text } from '../retrieval-stand.fixture';
import { retrievalService } from '../service';
import { createHashEmbeddingService } from '../test-documents/hash-embedding-service';
import { resultsOf, useIngestionStand } from './ingestion-stand.fixture';

const { IngestionState, IngestOutcome } = retrieval;

const { stand, collection, accept, watch, finished, holdEmbeddings } = useIngestionStand();
const { embeddings } = stand;

it('tries a document again after an outage of embeddings', async () => {
  let outages = 1;
  embeddings.before = async () => {
    if (outages-- > 0) throw unavailable('PROVIDER_DOWN', 'The provider is down.');
  };
  expect(await finished((await accept([{}])).id)).toMatchObject({ created: 1, failed: 0 });
});

describe('cancelling', () => {
  it('fails what is pending and stores nothing of it, not even what was begun', async () => {
    const { begun, release } = holdEmbeddings();
    const { id } = await accept([{ uri: '1.txt' }, { uri: '2.txt' }, { uri: '3.txt' }]);
    await begun;
    const { ingestion } = await stand.ingestions.cancelIngestion({ id });
    release();
    const reasons = resultsOf(await watch(id)).map(({ document }) => document?.error?.reason);
    const after = await accept([{ uri: 'after.txt' }]);
    await watch(after.id);
    const listed = (await stand.documents.listDocuments({ collection: collection.name })).documents.map(
      ({ uri }) => uri,
    );
    expect([ingestion?.state, reasons, listed]).toEqual([
      IngestionState.CANCELLED,
      Array(3).fill('INGESTION_CANCELLED'),
      ['after.txt'],
    ]);
  });

  it('leaves one that is done as it is', async () => {
    const { id } = await accept([{}]);
    const done = await finished(id);
    expect((await stand.ingestions.cancelIngestion({ id })).ingestion).toEqual(done);
  });
});

it('fails what is pending of a collection that is deleted', async () => {
  const { begun, release } = holdEmbeddings();
  const { id } = await accept([{ uri: '1.txt' }, { uri: '2.txt' }]);
  await begun;
  await stand.collections.deleteCollection({ name: collection.name });
  await stand.collections.createCollection({ name: collection.name });
  release();
  const reasons = resultsOf(await watch(id)).map(({ document }) => document?.error?.reason);
  const after = await finished((await accept([{ uri: 'after.txt' }])).id);
  expect([
    reasons,
    after.created,
    (await stand.collections.getCollection({ name: collection.name })).collection,
  ]).toEqual([
    ['COLLECTION_DELETED', 'COLLECTION_DELETED'],
    1,
    expect.objectContaining({ documentCount: 1 }),
  ]);
});

describe('a process that stops while documents are pending', () => {
  let dataDir: string;

  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'weft-retrieval-'));
  });
  afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

  it('gives them back, and the next one goes on at once', async () => {
    const embeddings = createHashEmbeddingService();
    // Longer than the test: what was begun is free because it was given back.
    const env = { WEFT_RETRIEVAL_INGESTION_LEASE_MS: '600000' };
    const start = () => startTestService(retrievalService, { peers: [embeddings.service], dataDir, env });
    const tenant = { tenantId: 'acme' };
    const begun = Promise.withResolvers<void>();
    embeddings.before = async (_, signal) => {
      begun.resolve();
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    };
    const first = await start();
    await first.client(retrieval.CollectionServiceDefinition, tenant).createCollection({ name: 'docs' });
    const inputs = ['1.txt', '2.txt', '3.txt'].map((uri) => ({ uri, content: text(uri) }));
    const { ingestion } = await first
      .client(retrieval.DocumentServiceDefinition, tenant)
      .ingestDocuments({ collection: 'docs', documents: inputs, asynchronous: true });
    await begun.promise;
    await first.stop();

    embeddings.before = async () => undefined;
    const second = await start();
    const client = second.client(retrieval.IngestionServiceDefinition, tenant);
    const outcomes: retrieval.IngestOutcome[] = [];
    for await (const { event } of client.watchIngestion({ id: ingestion!.id }))
      if (event?.$case === 'result') outcomes.push(event.value.outcome);
    await second.stop();
    expect(outcomes).toEqual(Array(3).fill(IngestOutcome.CREATED));
  });
});
