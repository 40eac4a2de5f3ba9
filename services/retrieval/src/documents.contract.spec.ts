import { events, retrieval } from '@weft/contracts';

import { outcomesOf, useDocumentStand } from './document-stand.fixture';
import { text } from './retrieval-stand.fixture';
import { docxParagraph, makeDocx } from './test-documents/make-docx';
import { makePdf } from './test-documents/make-pdf';

const { DocumentState, IngestOutcome } = retrieval;

const { stand, collection, ingest, stored, found, rowCount } = useDocumentStand();
const { embeddings } = stand;

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
        collection: collection.name,
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
    const chunks = await stand.service.database.query<{ text: string }>(
      'acme',
      'select text from chunks where document_id = $1',
      [id],
    );
    const words = new Set(chunks.flatMap((chunk) => chunk.text.split(/\s+/)));
    expect([(await stored()).documentCount, words.size]).toEqual([1, 1]);
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
      stand.documents.ingestDocuments({
        collection: 'nothing',
        documents: [{ uri: 'a', content: text('a') }],
      }),
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

describe('reading and deleting', () => {
  it('gets a document by its id', async () => {
    const [created] = await ingest({});
    expect((await stand.documents.getDocument({ id: created!.document!.id })).document).toEqual(
      created!.document,
    );
  });

  it.each(['00000000-0000-7000-8000-000000000000', 'no id'])(
    'says that there is no document %s',
    async (id) => {
      await expect(stand.documents.getDocument({ id })).rejects.toMatchObject({
        code: 'NOT_FOUND',
        reason: 'DOCUMENT_NOT_FOUND',
      });
    },
  );

  it('lists by uri, page by page', async () => {
    await ingest({ uri: 'b' }, { uri: 'a' }, { uri: 'c' });
    const first = await stand.documents.listDocuments({ collection: collection.name, pageSize: 2 });
    const second = await stand.documents.listDocuments({
      collection: collection.name,
      pageSize: 2,
      pageToken: first.nextPageToken,
    });
    expect([first, second].map((page) => page.documents.map(({ uri }) => uri))).toEqual([['a', 'b'], ['c']]);
  });

  it('deletes a document with everything that was found of it', async () => {
    const [created] = await ingest({ content: text('heron') });
    const { id } = created!.document!;
    await stand.documents.deleteDocument({ id });
    const left = await Promise.all(
      ['chunks', 'chunk_vectors', 'postings'].map((table) => rowCount(table, id)),
    );
    expect([left, await found('heron')]).toEqual([[0, 0, 0], []]);
  });

  it('counts the collection down and its revision up when a document is deleted', async () => {
    const [created] = await ingest({}, { uri: 'b.txt' });
    await stand.documents.deleteDocument({ id: created!.document!.id });
    expect(await stored()).toMatchObject({ documentCount: 1, chunkCount: 1, revision: 3 });
  });

  it('says that a deleted document is not there', async () => {
    const [created] = await ingest({});
    await stand.documents.deleteDocument({ id: created!.document!.id });
    await expect(stand.documents.deleteDocument({ id: created!.document!.id })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });
});

it('writes an event with every change, in the order of the revisions', async () => {
  const told: [string, number][] = [];
  const all = Promise.withResolvers<void>();
  const subscription = await stand.service.events.subscribe({
    consumer: `test-${collection.name}`,
    subjects: ['weft.retrieval.document_ingested.v1', 'weft.retrieval.document_deleted.v1'],
    handle: async (envelopes) => {
      for (const { subject, payload } of envelopes) {
        const ingested = subject.includes('ingested');
        const event = ingested
          ? events.DocumentIngested.decode(payload)
          : events.DocumentDeleted.decode(payload);
        if (event.collection !== collection.name) continue;
        const replaced = 'replaced' in event && event.replaced;
        told.push([ingested ? (replaced ? 'replaced' : 'ingested') : 'deleted', event.revision]);
      }
      if (told.length === 3) all.resolve();
    },
  });
  const [created] = await ingest({});
  await ingest({ content: text('other') });
  await ingest({ content: text('') });
  await stand.documents.deleteDocument({ id: created!.document!.id });
  await all.promise;
  expect(told).toEqual([
    ['ingested', 1],
    ['replaced', 2],
    ['deleted', 3],
  ]);
  await subscription.close();
});
