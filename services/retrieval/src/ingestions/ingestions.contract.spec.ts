import { events, retrieval } from '@weft/contracts';

import { text } from '../retrieval-stand.fixture';
import { resultsOf, useIngestionStand } from './ingestion-stand.fixture';

const { IngestionState, IngestOutcome } = retrieval;

const { stand, collection, accept, watch, finished, holdEmbeddings } = useIngestionStand();

describe('asynchronous ingestion', () => {
  it('answers before anything is embedded', async () => {
    const { release } = holdEmbeddings();
    const ingestion = await accept([{ uri: '1.txt' }, { uri: '2.txt' }]);
    release();
    await watch(ingestion.id);
    expect(ingestion).toMatchObject({
      collection: collection.name,
      documentCount: 2,
      pending: 2,
      finishTime: undefined,
    });
  });

  it('stores what was accepted', async () => {
    const { id } = await accept([{ uri: '1.txt' }, { uri: '2.txt', content: text('others') }]);
    await watch(id);
    const listed = await stand.documents.listDocuments({ collection: collection.name });
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
    const rows = await stand.service.database.query(
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
    const request = { collections: [collection.name], query: 'fourth' };
    const { hits } = await stand.search.searchDocuments(request);
    expect([
      results.map(({ documentIndex }) => documentIndex),
      hits.map(({ passage }) => passage?.text),
    ]).toEqual([[0, 1, 2, 3], ['fourth']]);
  });

  it('tells of it with events that carry no content', async () => {
    const told: [string, unknown][] = [];
    const all = Promise.withResolvers<void>();
    const subscription = await stand.service.events.subscribe({
      consumer: `test-${collection.name}`,
      subjects: ['weft.retrieval.ingestion_progressed.v1', 'weft.retrieval.ingestion_finished.v1'],
      handle: async (envelopes) => {
        for (const { subject, payload } of envelopes) {
          const isEnd = subject.includes('finished');
          const event = isEnd
            ? events.IngestionFinished.decode(payload)
            : events.IngestionProgressed.decode(payload);
          if (event.collection === collection.name) told.push([isEnd ? 'finished' : 'progressed', event]);
          if (isEnd && event.collection === collection.name) all.resolve();
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
          collection: collection.name,
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
        {
          ingestionId: id,
          collection: collection.name,
          created: 0,
          replaced: 0,
          unchanged: 0,
          failed: 1,
          cancelled: false,
        },
      ],
    ]);
  });

  it('lists ingestions of a collection, newest first, page by page', async () => {
    const ids: string[] = [];
    for (const uri of ['1.txt', '2.txt', '3.txt']) {
      const { id } = await accept([{ uri }]);
      await watch(id);
      ids.unshift(id);
    }
    const first = await stand.ingestions.listIngestions({ collection: collection.name, pageSize: 2 });
    const second = await stand.ingestions.listIngestions({
      collection: collection.name,
      pageSize: 2,
      pageToken: first.nextPageToken,
    });
    expect([...first.ingestions, ...second.ingestions].map(({ id }) => id)).toEqual(ids);
  });

  it.each<[string, (request: retrieval.IngestDocumentsRequest) => Promise<unknown>, string]>([
    [
      'a document that can never be stored',
      (request) =>
        stand.documents.ingestDocuments({ ...request, documents: [{ uri: 'a\nb', content: text('a') }] }),
      'documents[0].uri',
    ],
    [
      'a stream',
      (ingestion) => stand.documents.streamIngestDocuments({ ingestion })[Symbol.asyncIterator]().next(),
      'ingestion.asynchronous',
    ],
  ])('refuses %s', async (_, send, field) => {
    const request = { collection: collection.name, documents: [], asynchronous: true, requestId: '' };
    const full = { ...request, documents: [{ uri: 'a', content: text('a') }] };
    await expect(send(retrieval.IngestDocumentsRequest.fromPartial(full))).rejects.toMatchObject({
      violations: [expect.objectContaining({ field })],
    });
  });

  it('says that there is no such collection', async () => {
    await stand.collections.deleteCollection({ name: collection.name });
    await expect(accept([{}])).rejects.toMatchObject({ reason: 'COLLECTION_NOT_FOUND' });
  });
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
      for await (const { event } of stand.ingestions.watchIngestion({ id }, { signal: caller.signal }))
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
      stand.documents.ingestDocuments({
        collection: collection.name,
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
    const globex = stand.clients('globex');
    await globex.collections.createCollection({ name: collection.name });
    const { ingestion } = await globex.documents.ingestDocuments({
      collection: collection.name,
      documents: [{ uri: 'a', content: text('a') }],
      asynchronous: true,
    });
    release();
    await watch(id);
    expect(ingestion?.documentCount).toBe(1);
  });
});

describe('an ingestion of another tenant', () => {
  it.each<[string, (client: typeof stand.ingestions, id: string) => Promise<unknown>]>([
    ['got', (client, id) => client.getIngestion({ id })],
    ['watched', (client, id) => client.watchIngestion({ id })[Symbol.asyncIterator]().next()],
    ['cancelled', (client, id) => client.cancelIngestion({ id })],
  ])('is not there to be %s', async (_, ask) => {
    const { id } = await accept([{}]);
    const stranger = stand.clients('stranger').ingestions;
    await expect(ask(stranger, id)).rejects.toMatchObject({
      code: 'NOT_FOUND',
      reason: 'INGESTION_NOT_FOUND',
    });
    expect((await finished(id)).created).toBe(1);
  });

  it('is not listed', async () => {
    await watch((await accept([{}])).id);
    const stranger = stand.clients('stranger').ingestions;
    expect((await stranger.listIngestions({})).ingestions).toEqual([]);
  });
});
