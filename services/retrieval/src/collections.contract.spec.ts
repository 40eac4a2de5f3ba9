import { events } from '@weft/contracts';

import { useRetrievalStand } from './retrieval-stand.fixture';

const stand = useRetrievalStand();

describe('CollectionService', () => {
  it('makes a collection with the defaults of the contract', async () => {
    const { collection } = await stand.collections.createCollection({
      name: 'docs',
      description: 'Our guides.',
    });
    expect(collection).toMatchObject({
      name: 'docs',
      description: 'Our guides.',
      embeddingModel: 'hash',
      dimensions: 0,
      chunking: { maxCharacters: 1200, overlapCharacters: 150 },
      documentCount: 0,
      revision: 0,
    });
  });

  it('keeps the model and the chunking that are asked for', async () => {
    await stand.collections.createCollection({
      name: 'own',
      embeddingModel: 'other',
      chunking: { maxCharacters: 500, overlapCharacters: 0 },
    });
    expect((await stand.collections.getCollection({ name: 'own' })).collection).toMatchObject({
      embeddingModel: 'other',
      chunking: { maxCharacters: 500, overlapCharacters: 0 },
    });
  });

  it('refuses a name that is taken', async () => {
    await stand.collections.createCollection({ name: 'taken' });
    await expect(stand.collections.createCollection({ name: 'taken' })).rejects.toMatchObject({
      code: 'ALREADY_EXISTS',
      reason: 'COLLECTION_EXISTS',
    });
  });

  it.each([
    ['chunks too small', { maxCharacters: 5, overlapCharacters: 0 }, 'chunking.max_characters'],
    [
      'an overlap of more than half',
      { maxCharacters: 100, overlapCharacters: 51 },
      'chunking.overlap_characters',
    ],
  ])('refuses %s, naming the field', async (_, chunking, field) => {
    await expect(stand.collections.createCollection({ name: 'bad', chunking })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      violations: [expect.objectContaining({ field })],
    });
  });

  it('says that there is no such collection', async () => {
    await expect(stand.collections.getCollection({ name: 'nothing' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      reason: 'COLLECTION_NOT_FOUND',
    });
  });

  it('lists by name, page by page', async () => {
    const lister = stand.clients('lister').collections;
    for (const name of ['c', 'a', 'b']) await lister.createCollection({ name });
    const first = await lister.listCollections({ pageSize: 2 });
    const second = await lister.listCollections({ pageSize: 2, pageToken: first.nextPageToken });
    const names = [first, second].map((page) => page.collections.map(({ name }) => name));
    expect([names, second.nextPageToken]).toEqual([[['a', 'b'], ['c']], '']);
  });

  it('refuses the page token of another list', async () => {
    const { nextPageToken } = await stand.collections.listCollections({ pageSize: 1 });
    await expect(
      stand.documents.listDocuments({ collection: 'docs', pageToken: nextPageToken }),
    ).rejects.toMatchObject({
      violations: [expect.objectContaining({ field: 'page_token' })],
    });
  });

  describe('deleting', () => {
    const content = Buffer.from('some words');

    it('leaves nothing of the collection in any table', async () => {
      const leaver = stand.clients('leaver');
      await leaver.collections.createCollection({ name: 'gone' });
      await leaver.documents.ingestDocuments({ collection: 'gone', documents: [{ uri: 'a.txt', content }] });
      await leaver.collections.deleteCollection({ name: 'gone' });
      const tables = ['collections', 'documents', 'chunks', 'chunk_vectors', 'postings'];
      const counts = await Promise.all(
        tables.map((table) =>
          stand.service.database.query<{ n: number }>('leaver', `select count(*)::int as n from ${table}`),
        ),
      );
      expect(counts.map(([row]) => row?.n)).toEqual([0, 0, 0, 0, 0]);
    });

    it('tells the bus', async () => {
      const told = Promise.withResolvers<string[]>();
      const subscription = await stand.service.events.subscribe({
        consumer: 'test',
        subjects: ['weft.retrieval.collection_deleted.v1'],
        handle: async (envelopes) => {
          const own = envelopes.filter(({ tenantId }) => tenantId === 'teller');
          if (own.length > 0)
            told.resolve(own.map(({ payload }) => events.CollectionDeleted.decode(payload).collection));
        },
      });
      const teller = stand.clients('teller').collections;
      await teller.createCollection({ name: 'told' });
      await teller.deleteCollection({ name: 'told' });
      expect(await told.promise).toEqual(['told']);
      await subscription.close();
    });

    it('lets a new collection take the name, without the old documents', async () => {
      await stand.collections.createCollection({ name: 'again' });
      await stand.documents.ingestDocuments({ collection: 'again', documents: [{ uri: 'a.txt', content }] });
      await stand.collections.deleteCollection({ name: 'again' });
      await stand.collections.createCollection({ name: 'again' });
      expect((await stand.documents.listDocuments({ collection: 'again' })).documents).toEqual([]);
    });

    it('says that there is no such collection', async () => {
      await expect(stand.collections.deleteCollection({ name: 'nothing' })).rejects.toMatchObject({
        code: 'NOT_FOUND',
      });
    });
  });
});
