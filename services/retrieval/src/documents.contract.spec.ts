import { events, retrieval } from '@weft/contracts';
import { unavailable } from '@weft/errors';
import { startTestService, type TestClient, type TestService } from '@weft/testing';
import { retrievalService } from './service';
import {
  createHashEmbeddingService,
  type HashEmbeddingService,
} from './test-documents/hash-embedding-service';
import { docxParagraph, makeDocx } from './test-documents/make-docx';
import { makePdf } from './test-documents/make-pdf';

// Starts real threads and databases.
jest.setTimeout(30_000);

const { IngestOutcome, DocumentState } = retrieval;
const text = (content: string) => Buffer.from(content);

describe('DocumentService', () => {
  let service: TestService;
  let embeddings: HashEmbeddingService;
  let collections: TestClient<retrieval.CollectionServiceDefinition>;
  let documents: TestClient<retrieval.DocumentServiceDefinition>;
  let search: TestClient<retrieval.SearchServiceDefinition>;
  let collection: string;
  let made = 0;

  beforeAll(async () => {
    embeddings = createHashEmbeddingService();
    service = await startTestService(retrievalService, {
      peers: [embeddings.service],
      env: { WEFT_RETRIEVAL_DOCUMENT_BYTES_MAX: '100000', WEFT_RETRIEVAL_CHUNKS_MAX: '1200' },
    });
    collections = service.client(retrieval.CollectionServiceDefinition, { tenantId: 'acme' });
    documents = service.client(retrieval.DocumentServiceDefinition, { tenantId: 'acme' });
    search = service.client(retrieval.SearchServiceDefinition, { tenantId: 'acme' });
  });
  afterAll(() => service.stop());
  beforeEach(async () => {
    embeddings.model = 'hash';
    embeddings.dimensions = 64;
    embeddings.modelOf = () => undefined;
    embeddings.before = async () => undefined;
    made += 1;
    collection = `c${made}`;
    await collections.createCollection({
      name: collection,
      chunking: { maxCharacters: 100, overlapCharacters: 20 },
    });
  });

  const ingest = async (...inputs: Partial<retrieval.DocumentInput>[]) => {
    const full = inputs.map((input) => ({ uri: 'a.txt', content: text('words'), ...input }));
    return (await documents.ingestDocuments({ collection, documents: full })).results;
  };
  const outcomesOf = (results: retrieval.IngestResult[]) => results.map(({ outcome }) => outcome);
  const stored = async () => (await collections.getCollection({ name: collection })).collection!;
  const found = async (query: string) => {
    const mode = retrieval.SearchMode.KEYWORD;
    const { hits } = await search.searchDocuments({ collections: [collection], query, mode });
    return hits.map(({ passage }) => passage!);
  };
  const rowCount = async (table: string, documentId: string) => {
    const sql = `select count(*)::int as n from ${table} where document_id = $1`;
    return (await service.database.query<{ n: number }>('acme', sql, [documentId]))[0]!.n;
  };

  describe('ingesting', () => {
    it('stores a document with what is known of it', async () => {
      const [result] = await ingest({
        uri: 'guide.md',
        content: text('# Guide\n\nHow it works.'),
        metadata: { lang: 'en' },
      });
      expect(result).toMatchObject({
        outcome: IngestOutcome.CREATED,
        document: {
          collection,
          uri: 'guide.md',
          title: 'Guide',
          mediaType: 'text/markdown',
          sizeBytes: 22,
          state: DocumentState.READY,
          chunkCount: 1,
          metadata: { lang: 'en' },
        },
      });
    });

    it('makes every format findable', async () => {
      await ingest(
        { uri: 'a.md', content: text('# Markdown\n\nA heron.') },
        { uri: 'a.html', content: text('<p>A stork.</p>') },
        { uri: 'a.txt', content: text('A crane.') },
        { uri: 'a.pdf', content: makePdf([[{ text: 'An ibis.', y: 700 }]]) },
        { uri: 'a.docx', content: await makeDocx(docxParagraph('An egret.')) },
      );
      const hits = await Promise.all(['herons', 'storks', 'cranes', 'ibis', 'egrets'].map(found));
      expect(hits.map((passages) => passages.map(({ uri }) => uri))).toEqual([
        ['a.md'],
        ['a.html'],
        ['a.txt'],
        ['a.pdf'],
        ['a.docx'],
      ]);
    });

    it('fixes the vectors of the collection with the first document', async () => {
      await ingest({});
      expect(await stored()).toMatchObject({
        embeddingModel: 'hash',
        dimensions: 64,
        documentCount: 1,
        chunkCount: 1,
      });
    });

    it('leaves a document as it is that comes again', async () => {
      await ingest({ metadata: { a: 1, b: 2 } });
      const before = await stored();
      const results = await ingest({ metadata: { b: 2, a: 1 } });
      expect([outcomesOf(results), await stored()]).toEqual([[IngestOutcome.UNCHANGED], before]);
    });

    it('does not embed a document that comes again', async () => {
      await ingest({});
      const calls = embeddings.calls.length;
      await ingest({});
      expect(embeddings.calls).toHaveLength(calls);
    });

    it.each([
      ['content', { content: text('heron') }],
      ['metadata', { metadata: { year: 2024 } }],
      ['title', { title: 'Title' }],
    ])('replaces a document of another %s and counts a revision', async (_, change) => {
      const [created] = await ingest({});
      const [replaced] = await ingest(change);
      expect([replaced?.outcome, replaced?.document?.id, (await stored()).revision]).toEqual([
        IngestOutcome.REPLACED,
        created?.document?.id,
        2,
      ]);
    });

    it('finds nothing of a version that was replaced', async () => {
      await ingest({ content: text('heron') });
      await ingest({ content: text('stork') });
      expect([await found('heron'), (await found('stork')).length]).toEqual([[], 1]);
    });

    it('answers in the order of the request', async () => {
      const uris = Array.from({ length: 20 }, (_, index) => `${20 - index}.txt`);
      const results = await ingest(...uris.map((uri) => ({ uri, content: text(`words of ${uri}`) })));
      expect(results.map(({ document, documentIndex }) => [document?.uri, documentIndex])).toEqual(
        uris.map((uri, index) => [uri, index]),
      );
    });

    it('takes the last of several versions in one request', async () => {
      await ingest({ content: text('heron') });
      const results = await ingest(
        { content: text('heron') },
        { content: text('stork') },
        { content: text('heron') },
      );
      expect([outcomesOf(results), (await found('heron')).length]).toEqual([
        [IngestOutcome.UNCHANGED, IngestOutcome.REPLACED, IngestOutcome.REPLACED],
        1,
      ]);
    });

    it('keeps one whole version when requests for one uri run at the same time', async () => {
      const versions = Array.from({ length: 8 }, (_, index) => `version${'abcdefgh'[index]} `.repeat(60));
      const results = await Promise.all(versions.map((version) => ingest({ content: text(version) })));
      const id = results[0]![0]!.document!.id;
      const chunks = await service.database.query<{ text: string }>(
        'acme',
        'select text from chunks where document_id = $1',
        [id],
      );
      const words = new Set(chunks.flatMap((chunk) => chunk.text.split(/\s+/)));
      expect([(await stored()).documentCount, words.size]).toEqual([1, 1]);
    });

    it('embeds what is read while calls are busy with one call for many documents', async () => {
      const everythingRead = Promise.withResolvers<void>();
      embeddings.before = () => everythingRead.promise;
      const before = embeddings.calls.length;
      const inputs = Array.from({ length: 50 }, (_, index) => ({
        uri: `${index}.txt`,
        content: text(`number ${index}`),
      }));
      let read = 0;
      for await (const { event } of documents.streamIngestDocuments({
        ingestion: { collection, documents: inputs },
      })) {
        if (event?.$case === 'progress' && event.value.stage === 'embed') read += 1;
        if (read === inputs.length) everythingRead.resolve();
      }
      expect(embeddings.calls.length - before).toBe(3);
    });

    it('stores a thousand chunks', async () => {
      const [result] = await ingest({
        content: text(
          'Ninety characters of a sentence that goes on and on until it comes to its end, at last.\n\n'.repeat(
            1000,
          ),
        ),
      });
      expect(await rowCount('chunk_vectors', result!.document!.id)).toBe(result!.document!.chunkCount);
    });

    it('says that there is no such collection', async () => {
      await expect(
        documents.ingestDocuments({ collection: 'nothing', documents: [{ uri: 'a', content: text('a') }] }),
      ).rejects.toMatchObject({
        code: 'NOT_FOUND',
        reason: 'COLLECTION_NOT_FOUND',
      });
    });

    it('refuses metadata that no database takes, naming the field', async () => {
      await expect(ingest({}, { metadata: { a: 'b\u0000' } })).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
        violations: [expect.objectContaining({ field: 'documents[1].metadata' })],
      });
    });
  });

  describe('a document that cannot be read', () => {
    it('does not stop the others', async () => {
      const results = await ingest(
        { uri: '1.txt' },
        { uri: '2.pdf', content: text('no pdf') },
        { uri: '3.txt' },
      );
      expect(outcomesOf(results)).toEqual([
        IngestOutcome.CREATED,
        IngestOutcome.FAILED,
        IngestOutcome.CREATED,
      ]);
    });

    it.each<[string, Partial<retrieval.DocumentInput>, object]>([
      [
        'unreadable',
        { uri: 'a.pdf', content: text('no pdf') },
        { reason: 'DOCUMENT_UNREADABLE', metadata: { format: 'pdf' } },
      ],
      ['empty', { content: text('') }, { reason: 'DOCUMENT_EMPTY' }],
      [
        'too large',
        { content: Buffer.alloc(100_001, 'a') },
        { reason: 'DOCUMENT_TOO_LARGE', metadata: { limit: 'bytes', maximum: '100000', actual: '100001' } },
      ],
      ['of a type that cannot be read', { mediaType: 'video/mp4' }, { reason: 'DOCUMENT_TYPE_UNSUPPORTED' }],
    ])('tells that it is %s', async (_, input, error) => {
      const [result] = await ingest(input);
      expect(result?.document).toMatchObject({
        id: '',
        state: DocumentState.FAILED,
        error: { code: 3, ...error },
      });
    });

    it('leaves the earlier version where it was', async () => {
      const [created] = await ingest({ uri: 'a.pdf', mediaType: 'text/plain', content: text('heron') });
      const [failed] = await ingest({ uri: 'a.pdf', content: text('broken') });
      expect([failed?.document?.id, failed?.document?.state, (await found('heron')).length]).toEqual([
        created?.document?.id,
        DocumentState.FAILED,
        1,
      ]);
    });

    it('changes no revision', async () => {
      await ingest({ content: text('') });
      expect((await stored()).revision).toBe(0);
    });
  });

  describe('vectors that do not fit', () => {
    it.each([
      ['another model of the same length', () => (embeddings.model = 'changed')],
      ['another length', () => (embeddings.dimensions = 32)],
    ])('are refused before anything is written: %s', async (_, change) => {
      await ingest({ uri: 'first.txt' });
      change();
      const [result] = await ingest({ uri: 'second.txt' });
      const status = result?.document?.error;
      expect([status?.code, status?.reason, (await stored()).documentCount]).toEqual([
        9,
        'EMBEDDING_MISMATCH',
        1,
      ]);
    });

    it('are refused when two first documents come with different ones at the same time', async () => {
      await service.database.query('acme', `update collections set embedding_model = '' where name = $1`, [
        collection,
      ]);
      embeddings.modelOf = ([first]) => first;
      const uris = ['one', 'two'];
      const results = await Promise.all(uris.map((uri) => ingest({ uri, content: text(uri) })));
      const reasons = results.map(([result]) => result?.document?.error?.reason);
      expect([reasons.sort(), (await stored()).documentCount]).toEqual([
        ['EMBEDDING_MISMATCH', undefined],
        1,
      ]);
    });
  });

  it('tells an outage of embeddings as the failure of each document', async () => {
    embeddings.before = async () => {
      throw unavailable('PROVIDER_DOWN', 'The provider is down.');
    };
    const results = await ingest({ uri: '1.txt' }, { uri: '2.txt' });
    expect(results.map(({ document }) => document?.error?.reason)).toEqual([
      'PROVIDER_DOWN',
      'PROVIDER_DOWN',
    ]);
  });

  describe('telling progress', () => {
    const eventsOf = async (inputs: Partial<retrieval.DocumentInput>[]) => {
      const full = inputs.map((input) => ({ uri: 'a.txt', content: text('words'), ...input }));
      const received: retrieval.StreamIngestDocumentsResponse[] = [];
      for await (const event of documents.streamIngestDocuments({
        ingestion: { collection, documents: full },
      }))
        received.push(event);
      return received;
    };

    it('numbers the events from 1 without holes', async () => {
      const events = await eventsOf([{ uri: '1.txt' }, { uri: '2.txt' }]);
      expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, index) => index + 1));
    });

    it('ends with one completed event that counts the outcomes', async () => {
      await ingest({ uri: '1.txt' }, { uri: '2.txt' });
      const events = await eventsOf([
        { uri: '1.txt' },
        { uri: '2.txt', content: text('others') },
        { uri: '3.txt' },
        { uri: '4.txt', content: text('') },
      ]);
      const completed = events.filter(({ event }) => event?.$case === 'completed');
      expect([completed, events.at(-1)]).toEqual([
        [events.at(-1)],
        expect.objectContaining({
          event: { $case: 'completed', value: { created: 1, replaced: 1, unchanged: 1, failed: 1 } },
        }),
      ]);
    });

    it('tells the stages of a document in order, and how many chunks are done', async () => {
      const events = await eventsOf([{ content: text('Some words in a sentence. '.repeat(100)) }]);
      const progress = events.flatMap(({ event }) => (event?.$case === 'progress' ? [event.value] : []));
      const last = progress.at(-1)!;
      expect([
        progress.map(({ stage }) => stage),
        last.chunksDone === last.chunksTotal && last.chunksTotal > 1,
      ]).toEqual([['parse', 'embed', 'embed', 'store'], true]);
    });

    it('gives one result a document, in order', async () => {
      const events = await eventsOf([
        { uri: '1.txt' },
        { uri: '2.txt', content: text('') },
        { uri: '3.txt' },
      ]);
      const results = events.flatMap(({ event }) =>
        event?.$case === 'result' ? [event.value.document?.uri] : [],
      );
      expect(results).toEqual(['1.txt', '2.txt', '3.txt']);
    });
  });

  it('names the field of a streamed request that is wrong', async () => {
    const ingestion = { collection, documents: [{ uri: 'a\nb', content: text('words') }] };
    const events = documents.streamIngestDocuments({ ingestion });
    await expect(events[Symbol.asyncIterator]().next()).rejects.toMatchObject({
      violations: [expect.objectContaining({ field: 'ingestion.documents[0].uri' })],
    });
  });

  describe('cancelling', () => {
    it('stops the work, and keeps whole what was stored before', async () => {
      const caller = new AbortController();
      const stopped = Promise.withResolvers<void>();
      embeddings.before = async (texts, signal) => {
        if (!texts.some((each) => each.includes('second'))) return;
        const gone = new Promise<void>((resolve) =>
          signal.addEventListener('abort', () => resolve(), { once: true }),
        );
        await gone;
        stopped.resolve();
        throw new Error('the caller is gone');
      };
      const inputs = ['first', 'second', 'third'].map((word) => ({
        uri: `${word}.txt`,
        content: text(`the ${word} one`),
      }));
      const stream = documents.streamIngestDocuments(
        { ingestion: { collection, documents: inputs } },
        { signal: caller.signal },
      );
      const read = (async () => {
        for await (const { event } of stream) if (event?.$case === 'result') caller.abort();
      })();
      await expect(read).rejects.toMatchObject({ code: 'CANCELLED' });
      await stopped.promise;
      expect((await documents.listDocuments({ collection })).documents.map(({ uri }) => uri)).toEqual([
        'first.txt',
      ]);
    });
  });

  describe('reading and deleting', () => {
    it('gets a document by its id', async () => {
      const [created] = await ingest({});
      expect((await documents.getDocument({ id: created!.document!.id })).document).toEqual(
        created!.document,
      );
    });

    it.each(['00000000-0000-7000-8000-000000000000', 'no id'])(
      'says that there is no document %s',
      async (id) => {
        await expect(documents.getDocument({ id })).rejects.toMatchObject({
          code: 'NOT_FOUND',
          reason: 'DOCUMENT_NOT_FOUND',
        });
      },
    );

    it('lists by uri, page by page', async () => {
      await ingest({ uri: 'b' }, { uri: 'a' }, { uri: 'c' });
      const first = await documents.listDocuments({ collection, pageSize: 2 });
      const second = await documents.listDocuments({
        collection,
        pageSize: 2,
        pageToken: first.nextPageToken,
      });
      expect([first, second].map((page) => page.documents.map(({ uri }) => uri))).toEqual([
        ['a', 'b'],
        ['c'],
      ]);
    });

    it('deletes a document with everything that was found of it', async () => {
      const [created] = await ingest({ content: text('heron') });
      const { id } = created!.document!;
      await documents.deleteDocument({ id });
      const left = await Promise.all(
        ['chunks', 'chunk_vectors', 'postings'].map((table) => rowCount(table, id)),
      );
      expect([left, await found('heron')]).toEqual([[0, 0, 0], []]);
    });

    it('counts the collection down and its revision up when a document is deleted', async () => {
      const [created] = await ingest({}, { uri: 'b.txt' });
      await documents.deleteDocument({ id: created!.document!.id });
      expect(await stored()).toMatchObject({ documentCount: 1, chunkCount: 1, revision: 3 });
    });

    it('says that a deleted document is not there', async () => {
      const [created] = await ingest({});
      await documents.deleteDocument({ id: created!.document!.id });
      await expect(documents.deleteDocument({ id: created!.document!.id })).rejects.toMatchObject({
        code: 'NOT_FOUND',
      });
    });
  });

  it('writes an event with every change, in the order of the revisions', async () => {
    const told: [string, number][] = [];
    const all = Promise.withResolvers<void>();
    const subscription = await service.events.subscribe({
      consumer: `test-${collection}`,
      subjects: ['weft.retrieval.document_ingested.v1', 'weft.retrieval.document_deleted.v1'],
      handle: async (envelopes) => {
        for (const { subject, payload } of envelopes) {
          const ingested = subject.includes('ingested');
          const event = ingested
            ? events.DocumentIngested.decode(payload)
            : events.DocumentDeleted.decode(payload);
          if (event.collection !== collection) continue;
          const replaced = 'replaced' in event && event.replaced;
          told.push([ingested ? (replaced ? 'replaced' : 'ingested') : 'deleted', event.revision]);
        }
        if (told.length === 3) all.resolve();
      },
    });
    const [created] = await ingest({});
    await ingest({ content: text('other') });
    await ingest({ content: text('') });
    await documents.deleteDocument({ id: created!.document!.id });
    await all.promise;
    expect(told).toEqual([
      ['ingested', 1],
      ['replaced', 2],
      ['deleted', 3],
    ]);
    await subscription.close();
  });
});
