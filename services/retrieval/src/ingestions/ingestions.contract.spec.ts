import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { events, retrieval } from '@weft/contracts';
import { unavailable } from '@weft/errors';
import { startTestService, type TestClient, type TestService } from '@weft/testing';
import { retrievalService } from '../service';
import {
  createHashEmbeddingService,
  type HashEmbeddingService,
} from '../test-documents/hash-embedding-service';

// Starts real threads and databases.
jest.setTimeout(30_000);

const { IngestOutcome, IngestionState } = retrieval;
const text = (content: string) => Buffer.from(content);

describe('asynchronous ingestion', () => {
  let service: TestService;
  let embeddings: HashEmbeddingService;
  let collections: TestClient<retrieval.CollectionServiceDefinition>;
  let documents: TestClient<retrieval.DocumentServiceDefinition>;
  let ingestions: TestClient<retrieval.IngestionServiceDefinition>;
  let collection: string;
  let made = 0;

  beforeAll(async () => {
    embeddings = createHashEmbeddingService();
    service = await startTestService(retrievalService, {
      peers: [embeddings.service],
      env: {
        WEFT_RETRIEVAL_INGESTION_PENDING_DOCUMENTS_MAX: '5',
        WEFT_RETRIEVAL_INGESTION_PENDING_MIB_MAX: '1',
        WEFT_RETRIEVAL_INGESTION_SWEEP_MS: '50',
      },
    });
    collections = service.client(retrieval.CollectionServiceDefinition, { tenantId: 'acme' });
    documents = service.client(retrieval.DocumentServiceDefinition, { tenantId: 'acme' });
    ingestions = service.client(retrieval.IngestionServiceDefinition, { tenantId: 'acme' });
  });
  afterAll(() => service.stop());
  beforeEach(async () => {
    embeddings.before = async () => undefined;
    made += 1;
    collection = `c${made}`;
    await collections.createCollection({ name: collection });
  });

  type Input = Partial<retrieval.DocumentInput>;
  const accept = async (inputs: Input[], requestId = '') => {
    const full = inputs.map((input) => ({ uri: 'a.txt', content: text('words'), ...input }));
    const response = await documents.ingestDocuments({
      collection,
      documents: full,
      asynchronous: true,
      requestId,
    });
    return response.ingestion!;
  };
  const watch = async (id: string) => {
    const received: retrieval.WatchIngestionResponse[] = [];
    for await (const event of ingestions.watchIngestion({ id })) received.push(event);
    return received;
  };
  const resultsOf = (received: retrieval.WatchIngestionResponse[]) =>
    received.flatMap(({ event }) => (event?.$case === 'result' ? [event.value] : []));
  const finished = async (id: string) => {
    await watch(id);
    return (await ingestions.getIngestion({ id })).ingestion!;
  };
  /** Holds all calls for embeddings until they are let go. */
  const holdEmbeddings = () => {
    const release = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    embeddings.before = async () => {
      begun.resolve();
      await release.promise;
    };
    return { begun: begun.promise, release: () => release.resolve() };
  };

  it('answers before anything is embedded', async () => {
    const { release } = holdEmbeddings();
    const ingestion = await accept([{ uri: '1.txt' }, { uri: '2.txt' }]);
    release();
    await watch(ingestion.id);
    expect(ingestion).toMatchObject({ collection, documentCount: 2, pending: 2, finishTime: undefined });
  });

  it('stores what was accepted', async () => {
    const { id } = await accept([{ uri: '1.txt' }, { uri: '2.txt', content: text('others') }]);
    await watch(id);
    const listed = await documents.listDocuments({ collection });
    expect(listed.documents.map(({ uri }) => uri)).toEqual(['1.txt', '2.txt']);
  });

  it('counts what became of the documents', async () => {
    await watch((await accept([{ uri: '1.txt' }, { uri: '2.txt' }])).id);
    const inputs = [
      { uri: '1.txt' },
      { uri: '2.txt', content: text('new') },
      { uri: '3.txt' },
      { uri: '4.pdf' },
    ];
    expect(await finished((await accept(inputs)).id)).toMatchObject({
      state: IngestionState.DONE,
      created: 1,
      replaced: 1,
      unchanged: 1,
      failed: 1,
      pending: 0,
      finishTime: expect.any(Date),
    });
  });

  it('says why a document failed, and which', async () => {
    const { id } = await accept([{ uri: '1.txt' }, { uri: '2.pdf', content: text('no pdf') }]);
    const failed = resultsOf(await watch(id)).find(({ outcome }) => outcome === IngestOutcome.FAILED);
    expect(failed).toMatchObject({
      documentIndex: 1,
      document: { id: '', uri: '2.pdf', sizeBytes: 6, error: { reason: 'DOCUMENT_UNREADABLE' } },
    });
  });

  it('keeps no content of what is done', async () => {
    const { id } = await accept([{ uri: '1.txt' }, { uri: '2.pdf' }]);
    await watch(id);
    const rows = await service.database.query(
      'acme',
      'select 1 from ingestion_documents where ingestion_id = $1 and content is not null',
      [id],
    );
    expect(rows).toEqual([]);
  });

  it('lets the last of several versions of a uri stay', async () => {
    const versions = ['first', 'second', 'third', 'fourth'];
    const { id } = await accept(versions.map((word) => ({ content: text(word) })));
    const results = resultsOf(await watch(id));
    const search = service.client(retrieval.SearchServiceDefinition, { tenantId: 'acme' });
    const { hits } = await search.searchDocuments({ collections: [collection], query: 'fourth' });
    expect([
      results.map(({ documentIndex }) => documentIndex),
      hits.map(({ passage }) => passage?.text),
    ]).toEqual([[0, 1, 2, 3], ['fourth']]);
  });

  it('tries a document again after an outage of embeddings', async () => {
    let outages = 1;
    embeddings.before = async () => {
      if (outages-- > 0) throw unavailable('PROVIDER_DOWN', 'The provider is down.');
    };
    expect(await finished((await accept([{}])).id)).toMatchObject({ created: 1, failed: 0 });
  });

  it('tells of it with events that carry no content', async () => {
    const told: [string, unknown][] = [];
    const all = Promise.withResolvers<void>();
    const subscription = await service.events.subscribe({
      consumer: `test-${collection}`,
      subjects: ['weft.retrieval.ingestion_progressed.v1', 'weft.retrieval.ingestion_finished.v1'],
      handle: async (envelopes) => {
        for (const { subject, payload } of envelopes) {
          const isEnd = subject.includes('finished');
          const event = isEnd
            ? events.IngestionFinished.decode(payload)
            : events.IngestionProgressed.decode(payload);
          if (event.collection === collection) told.push([isEnd ? 'finished' : 'progressed', event]);
          if (isEnd && event.collection === collection) all.resolve();
        }
      },
    });
    const { id } = await accept([{ uri: '1.pdf', content: text('no pdf') }]);
    await all.promise;
    await subscription.close();
    expect(told).toEqual([
      [
        'progressed',
        {
          ingestionId: id,
          collection,
          documentIndex: 0,
          documentId: '',
          outcome: 'failed',
          errorReason: 'DOCUMENT_UNREADABLE',
          done: 1,
          documentCount: 1,
        },
      ],
      [
        'finished',
        { ingestionId: id, collection, created: 0, replaced: 0, unchanged: 0, failed: 1, cancelled: false },
      ],
    ]);
  });

  describe('watching', () => {
    it('numbers the events from 1 without holes and ends with one that counts', async () => {
      const received = await watch((await accept([{ uri: '1.txt' }, { uri: '2.txt' }, { uri: '3.pdf' }])).id);
      const last = received.at(-1)?.event;
      expect([received.map(({ sequence }) => sequence), received[0]?.event?.$case, last]).toEqual([
        received.map((_, index) => index + 1),
        'progress',
        { $case: 'completed', value: { created: 2, replaced: 0, unchanged: 0, failed: 1 } },
      ]);
    });

    it('gives one result a document, however late it is opened', async () => {
      const { id } = await accept([{ uri: '1.txt' }, { uri: '2.txt' }]);
      const live = resultsOf(await watch(id));
      expect([live.length, resultsOf(await watch(id))]).toEqual([2, live]);
    });

    it('ends when the caller leaves', async () => {
      const { begun, release } = holdEmbeddings();
      const { id } = await accept([{}]);
      await begun;
      const caller = new AbortController();
      const read = (async () => {
        for await (const { event } of ingestions.watchIngestion({ id }, { signal: caller.signal }))
          if (event?.$case === 'progress') caller.abort();
      })();
      await expect(read).rejects.toMatchObject({ code: 'CANCELLED' });
      release();
      await watch(id);
    });
  });

  describe('a request id', () => {
    it('answers the same request with what it began', async () => {
      const first = await accept([{}], 'again');
      const second = await accept([{}], 'again');
      await watch(first.id);
      expect(second.id).toBe(first.id);
    });

    it('is refused for other documents', async () => {
      const { id } = await accept([{}], 'other');
      await expect(accept([{ content: text('others') }], 'other')).rejects.toMatchObject({
        code: 'ALREADY_EXISTS',
        reason: 'REQUEST_ID_USED',
      });
      await watch(id);
    });

    it('is refused where nothing is accepted', async () => {
      await expect(
        documents.ingestDocuments({
          collection,
          documents: [{ uri: 'a', content: text('a') }],
          requestId: 'x',
        }),
      ).rejects.toMatchObject({ violations: [expect.objectContaining({ field: 'request_id' })] });
    });
  });

  describe('limits', () => {
    it('refuse documents beyond what may wait, naming the limit', async () => {
      const { release } = holdEmbeddings();
      const inputs = Array.from({ length: 5 }, (_, index) => ({ uri: `${index}.txt` }));
      const { id } = await accept(inputs);
      const refused = accept([{ uri: '6.txt' }]);
      await expect(refused).rejects.toMatchObject({
        code: 'RESOURCE_EXHAUSTED',
        reason: 'INGESTION_QUEUE_FULL',
        metadata: { limit: 'documents', maximum: '5', waiting: '5' },
      });
      release();
      await watch(id);
    });

    it('refuse bytes beyond what may wait', async () => {
      await expect(accept([{ content: Buffer.alloc(1_100_000, 'a ') }])).rejects.toMatchObject({
        metadata: expect.objectContaining({ limit: 'bytes', maximum: '1048576' }),
      });
    });

    it('of one tenant are not another’s', async () => {
      const { release } = holdEmbeddings();
      const { id } = await accept(Array.from({ length: 5 }, (_, index) => ({ uri: `${index}.txt` })));
      const tenant = { tenantId: 'globex' };
      await service
        .client(retrieval.CollectionServiceDefinition, tenant)
        .createCollection({ name: collection });
      const { ingestion } = await service
        .client(retrieval.DocumentServiceDefinition, tenant)
        .ingestDocuments({
          collection,
          documents: [{ uri: 'a', content: text('a') }],
          asynchronous: true,
        });
      release();
      await watch(id);
      expect(ingestion?.documentCount).toBe(1);
    });
  });

  describe('cancelling', () => {
    it('fails what is pending and stores nothing of it, not even what was begun', async () => {
      const { begun, release } = holdEmbeddings();
      const { id } = await accept([{ uri: '1.txt' }, { uri: '2.txt' }, { uri: '3.txt' }]);
      await begun;
      const { ingestion } = await ingestions.cancelIngestion({ id });
      release();
      const reasons = resultsOf(await watch(id)).map(({ document }) => document?.error?.reason);
      const after = await accept([{ uri: 'after.txt' }]);
      await watch(after.id);
      const listed = (await documents.listDocuments({ collection })).documents.map(({ uri }) => uri);
      expect([ingestion?.state, reasons, listed]).toEqual([
        IngestionState.CANCELLED,
        Array(3).fill('INGESTION_CANCELLED'),
        ['after.txt'],
      ]);
    });

    it('leaves one that is done as it is', async () => {
      const { id } = await accept([{}]);
      const done = await finished(id);
      expect((await ingestions.cancelIngestion({ id })).ingestion).toEqual(done);
    });
  });

  it('fails what is pending of a collection that is deleted', async () => {
    const { begun, release } = holdEmbeddings();
    const { id } = await accept([{ uri: '1.txt' }, { uri: '2.txt' }]);
    await begun;
    await collections.deleteCollection({ name: collection });
    await collections.createCollection({ name: collection });
    release();
    const reasons = resultsOf(await watch(id)).map(({ document }) => document?.error?.reason);
    const after = await finished((await accept([{ uri: 'after.txt' }])).id);
    expect([
      reasons,
      after.created,
      (await collections.getCollection({ name: collection })).collection,
    ]).toEqual([
      ['COLLECTION_DELETED', 'COLLECTION_DELETED'],
      1,
      expect.objectContaining({ documentCount: 1 }),
    ]);
  });

  it('lists ingestions of a collection, newest first, page by page', async () => {
    const ids: string[] = [];
    for (const uri of ['1.txt', '2.txt', '3.txt']) {
      const { id } = await accept([{ uri }]);
      await watch(id);
      ids.unshift(id);
    }
    const first = await ingestions.listIngestions({ collection, pageSize: 2 });
    const second = await ingestions.listIngestions({
      collection,
      pageSize: 2,
      pageToken: first.nextPageToken,
    });
    expect([...first.ingestions, ...second.ingestions].map(({ id }) => id)).toEqual(ids);
  });

  it.each<[string, (request: retrieval.IngestDocumentsRequest) => Promise<unknown>, string]>([
    [
      'a document that can never be stored',
      (request) =>
        documents.ingestDocuments({ ...request, documents: [{ uri: 'a\nb', content: text('a') }] }),
      'documents[0].uri',
    ],
    [
      'a stream',
      (ingestion) => documents.streamIngestDocuments({ ingestion })[Symbol.asyncIterator]().next(),
      'ingestion.asynchronous',
    ],
  ])('refuses %s', async (_, send, field) => {
    const request = { collection, documents: [], asynchronous: true, requestId: '' };
    const full = { ...request, documents: [{ uri: 'a', content: text('a') }] };
    await expect(send(retrieval.IngestDocumentsRequest.fromPartial(full))).rejects.toMatchObject({
      violations: [expect.objectContaining({ field })],
    });
  });

  it('says that there is no such collection', async () => {
    await collections.deleteCollection({ name: collection });
    await expect(accept([{}])).rejects.toMatchObject({ reason: 'COLLECTION_NOT_FOUND' });
  });

  describe('of another tenant', () => {
    it.each<[string, (client: typeof ingestions, id: string) => Promise<unknown>]>([
      ['got', (client, id) => client.getIngestion({ id })],
      ['watched', (client, id) => client.watchIngestion({ id })[Symbol.asyncIterator]().next()],
      ['cancelled', (client, id) => client.cancelIngestion({ id })],
    ])('is not there to be %s', async (_, ask) => {
      const { id } = await accept([{}]);
      const stranger = service.client(retrieval.IngestionServiceDefinition, { tenantId: 'stranger' });
      await expect(ask(stranger, id)).rejects.toMatchObject({
        code: 'NOT_FOUND',
        reason: 'INGESTION_NOT_FOUND',
      });
      expect((await finished(id)).created).toBe(1);
    });

    it('is not listed', async () => {
      await watch((await accept([{}])).id);
      const stranger = service.client(retrieval.IngestionServiceDefinition, { tenantId: 'stranger' });
      expect((await stranger.listIngestions({})).ingestions).toEqual([]);
    });
  });
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
