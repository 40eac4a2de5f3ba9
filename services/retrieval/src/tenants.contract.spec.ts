import { retrieval } from '@weft/contracts';
import fc from 'fast-check';

import { type RetrievalClients, useRetrievalStand } from './retrieval-stand.fixture';

// Goal: nobody sees anything of another tenant. Method: two tenants put random documents under the same names; whatever each of them then
// searches, lists or asks for by id, only what it put itself comes back.

const tenants = ['acme', 'globex'] as const;
type Tenant = (typeof tenants)[number];

describe('tenants', () => {
  const { clients: clientsOf } = useRetrievalStand();

  const word = fc.constantFrom('heron', 'stork', 'owl', 'duck', 'crane');
  const put = fc.record({
    tenant: fc.constantFrom<Tenant>(...tenants),
    uri: fc.constantFrom('a', 'b', 'c'),
    words: fc.array(word, { minLength: 1, maxLength: 5 }),
  });

  it('find only their own documents, whatever the other puts under the same names', async () => {
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(put, { minLength: 1, maxLength: 8 }), word, async (puts, query) => {
        run += 1;
        const collection = `run${run}`;
        for (const tenant of tenants)
          await clientsOf(tenant).collections.createCollection({ name: collection });
        for (const { tenant, uri, words } of puts) {
          const content = Buffer.from(`${words.join(' ')} of${tenant}`);
          await clientsOf(tenant).documents.ingestDocuments({ collection, documents: [{ uri, content }] });
        }
        for (const tenant of tenants) {
          const own = new Map(
            puts.filter((each) => each.tenant === tenant).map(({ uri, words }) => [uri, words]),
          );
          const { search, documents } = clientsOf(tenant);
          const listed = await documents.listDocuments({ collection });
          expect(listed.documents.map(({ uri }) => uri)).toEqual([...own.keys()].sort());
          for (const mode of [
            retrieval.SearchMode.HYBRID,
            retrieval.SearchMode.VECTOR,
            retrieval.SearchMode.KEYWORD,
          ]) {
            const { hits } = await search.searchDocuments({
              collections: [collection],
              query,
              mode,
              topK: 50,
            });
            expect(hits.filter(({ passage }) => !passage!.text.includes(`of${tenant}`))).toEqual([]);
            const matching = [...own.values()].filter((words) => words.includes(query)).length;
            const expected = mode === retrieval.SearchMode.KEYWORD ? matching : own.size;
            expect(hits).toHaveLength(expected);
          }
        }
      }),
      { numRuns: 8 },
    );
  });

  describe('that ask for what is another tenant’s', () => {
    let id: string;

    beforeAll(async () => {
      const { collections, documents } = clientsOf('owner');
      await collections.createCollection({ name: 'private' });
      const content = Buffer.from('secret words');
      const { results } = await documents.ingestDocuments({
        collection: 'private',
        documents: [{ uri: 'a', content }],
      });
      id = results[0]!.document!.id;
    });

    it.each<[string, (clients: RetrievalClients) => Promise<unknown>]>([
      ['a collection', ({ collections }) => collections.getCollection({ name: 'private' })],
      ['a collection to delete', ({ collections }) => collections.deleteCollection({ name: 'private' })],
      [
        'a collection to search',
        ({ search }) => search.searchDocuments({ collections: ['private'], query: 'secret' }),
      ],
      ['a collection to list', ({ documents }) => documents.listDocuments({ collection: 'private' })],
      [
        'a collection to fill',
        ({ documents }) =>
          documents.ingestDocuments({
            collection: 'private',
            documents: [{ uri: 'a', content: Buffer.from('x') }],
          }),
      ],
      ['a document', ({ documents }) => documents.getDocument({ id })],
      ['a document to delete', ({ documents }) => documents.deleteDocument({ id })],
    ])('are told that there is none: %s', async (_, ask) => {
      await expect(ask(clientsOf('stranger'))).rejects.toMatchObject({ code: 'NOT_FOUND' });
    });

    it('change nothing of it', async () => {
      const { search } = clientsOf('owner');
      const { hits } = await search.searchDocuments({ collections: ['private'], query: 'secret' });
      expect(hits.map(({ passage }) => passage?.documentId)).toEqual([id]);
    });
  });
});
