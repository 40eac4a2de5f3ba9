import { retrieval } from '@weft/contracts';

import { useRetrievalStand } from './retrieval-stand.fixture';

const stand = useRetrievalStand();
const { embeddings } = stand;

const { SearchMode } = retrieval;
const modes = [
  ['hybrid', SearchMode.HYBRID],
  ['vector', SearchMode.VECTOR],
  ['keyword', SearchMode.KEYWORD],
] as const;

describe('SearchService', () => {
  const birds: [string, string, Record<string, unknown>][] = [
    [
      'heron.md',
      '# Birds\n\n## Heron\n\nThe heron stands in shallow water and waits for fish.',
      { water: true, size: 98 },
    ],
    ['owl.md', '# Birds\n\n## Owl\n\nThe owl hunts mice at night in the forest.', { water: false, size: 36 }],
    [
      'duck.md',
      '# Birds\n\n## Duck\n\nThe duck swims on water and dives for plants.',
      { water: true, size: 55 },
    ],
    ['chess.txt', 'A game of chess begins with the white pieces.', { size: 'none' }],
    ['kanji.txt', '私は東京都に住んでいます。', {}],
    ['german.txt', 'Der Reiher steht im flachen Wasser. Größe und Ärger.', {}],
  ];

  const put = (collection: string, inputs: readonly (typeof birds)[number][]) =>
    stand.documents.ingestDocuments({
      collection,
      documents: inputs.map(([uri, content, metadata]) => ({ uri, content: Buffer.from(content), metadata })),
    });
  const hitsOf = async (request: Partial<retrieval.SearchDocumentsRequest>) =>
    (await stand.search.searchDocuments({ collections: ['birds'], query: 'heron in water', ...request }))
      .hits;
  const urisOf = async (request: Partial<retrieval.SearchDocumentsRequest>) =>
    (await hitsOf(request)).map(({ passage }) => passage!.uri);

  beforeAll(async () => {
    for (const name of ['birds', 'more', 'empty']) await stand.collections.createCollection({ name });
    await put('birds', birds);
    await put('more', [['stork.txt', 'The stork is a cousin of the heron.', {}]]);
  });

  it.each(modes)('finds the passage that answers best: %s', async (_, mode) => {
    expect((await urisOf({ query: 'heron waits for fish', mode }))[0]).toBe('heron.md');
  });

  it('takes hybrid for the mode that is not said', async () => {
    expect(await hitsOf({ mode: SearchMode.UNSPECIFIED })).toEqual(await hitsOf({ mode: SearchMode.HYBRID }));
  });

  it('says where a passage stands and under which headings', async () => {
    const [hit] = await hitsOf({ query: 'owl hunts' });
    const [stored] = await stand.service.database.query<{ plain_text: string }>(
      'acme',
      'select plain_text from documents where uri = $1',
      ['owl.md'],
    );
    expect(hit?.passage).toMatchObject({
      number: 1,
      collection: 'birds',
      uri: 'owl.md',
      title: 'Birds',
      headings: ['Birds', 'Owl'],
      text: stored!.plain_text.slice(hit!.passage!.startOffset, hit!.passage!.endOffset),
    });
  });

  it.each<[string, retrieval.SearchMode, boolean, boolean]>([
    ['both in hybrid search', SearchMode.HYBRID, true, true],
    ['cosine alone in vector search', SearchMode.VECTOR, true, false],
    ['BM25 alone in keyword search', SearchMode.KEYWORD, false, true],
  ])('gives the scores of the parts: %s', async (_, mode, vector, keyword) => {
    const [hit] = await hitsOf({ mode });
    expect([hit?.vectorScore !== undefined, hit?.keywordScore !== undefined]).toEqual([vector, keyword]);
  });

  it('sums the normalized parts with the weight of the setting', async () => {
    const hits = await hitsOf({ mode: SearchMode.HYBRID, topK: 200 });
    const cosines = hits.map(({ vectorScore }) => vectorScore!);
    const [least, most] = [Math.min(...cosines), Math.max(...cosines)];
    const best = Math.max(...hits.map(({ keywordScore }) => keywordScore!));
    const sums = hits.map(({ vectorScore, keywordScore }) => {
      return (0.7 * keywordScore!) / best + (0.3 * (vectorScore! - least)) / (most - least);
    });
    hits.forEach(({ passage }, index) => expect(passage?.score).toBeCloseTo(sums[index]!, 5));
  });

  it('computes BM25 over all chunks of the collection', async () => {
    await stand.collections.createCollection({ name: 'exact' });
    await put('exact', [
      ['1', 'apple pear', {}],
      ['2', 'apple apple plum quince', {}],
      ['3', 'plum', {}],
    ]);
    const hits = await hitsOf({ collections: ['exact'], query: 'apples', mode: SearchMode.KEYWORD });
    const idf = Math.log(1 + (3 - 2 + 0.5) / (2 + 0.5));
    const score = (frequency: number, length: number) =>
      (idf * frequency * 2.2) / (frequency + 1.2 * (0.25 + (0.75 * length) / (7 / 3)));
    expect(hits.map(({ keywordScore }) => keywordScore)).toEqual([
      expect.closeTo(score(2, 4), 5),
      expect.closeTo(score(1, 2), 5),
    ]);
  });

  it('finds the forms of a word', async () => {
    expect(await urisOf({ query: 'diving', mode: SearchMode.KEYWORD })).toEqual(['duck.md']);
  });

  it.each([
    ['part of a run of characters', '東京都', 'kanji.txt'],
    ['words without their accents', 'grosse arger reiher', 'german.txt'],
  ])('finds text of other languages: %s', async (_, query, uri) => {
    expect((await urisOf({ query, mode: SearchMode.KEYWORD }))[0]).toBe(uri);
  });

  it('finds nothing by keywords that are nowhere', async () => {
    expect(await hitsOf({ query: 'xylophone', mode: SearchMode.KEYWORD })).toEqual([]);
  });

  it('still finds by meaning when the query has stop words alone', async () => {
    expect(await hitsOf({ query: 'to be or not to be', topK: 3 })).toHaveLength(3);
  });

  it('returns eight passages where none is said, and never more than asked for', async () => {
    await stand.collections.createCollection({ name: 'many' });
    await put(
      'many',
      Array.from({ length: 12 }, (_, index) => [`${index}`, `word ${index}`, {}]),
    );
    const counts = await Promise.all(
      [0, 3, 200].map(async (topK) => (await hitsOf({ collections: ['many'], query: 'word', topK })).length),
    );
    expect(counts).toEqual([8, 3, 12]);
  });

  it('puts equal passages into one order, every time', async () => {
    await stand.collections.createCollection({ name: 'equal' });
    await put(
      'equal',
      Array.from({ length: 30 }, (_, index) => [`${index}`, 'the same words', {}]),
    );
    const runs = await Promise.all(
      [1, 2, 3].map(() => urisOf({ collections: ['equal'], query: 'same words', topK: 10 })),
    );
    expect(new Set(runs.map((run) => run.join())).size).toBe(1);
  });

  describe('with a filter', () => {
    it.each(modes)('keeps what passes, as many as asked for: %s', async (_, mode) => {
      expect((await urisOf({ query: 'birds', filter: { water: true }, topK: 2, mode })).sort()).toEqual([
        'duck.md',
        'heron.md',
      ]);
    });

    it('compares numbers, and no number with a text', async () => {
      expect(
        (await urisOf({ query: 'a', mode: SearchMode.VECTOR, filter: { size: { gte: 36, lt: 98 } } })).sort(),
      ).toEqual(['duck.md', 'owl.md']);
    });

    it('finds the full number of passages where few of very many pass', async () => {
      await stand.collections.createCollection({ name: 'rare' });
      for (let first = 0; first < 200; first += 100) {
        await put(
          'rare',
          Array.from({ length: 100 }, (_, index) => {
            const number = first + index;
            return [`${number}`, `word ${number}`, { rare: number % 50 === 0 }];
          }),
        );
      }
      expect(
        await urisOf({ collections: ['rare'], query: 'word', filter: { rare: true }, topK: 4 }),
      ).toHaveLength(4);
    });

    it('refuses an operator that there is not, naming its path', async () => {
      await expect(hitsOf({ filter: { size: { about: 3 } } })).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
        violations: [expect.objectContaining({ field: 'filter.size.about' })],
      });
    });
  });

  describe('over several collections', () => {
    it('ranks their passages together', async () => {
      const uris = await urisOf({
        collections: ['birds', 'more', 'birds'],
        query: 'heron',
        mode: SearchMode.KEYWORD,
      });
      expect(uris.sort()).toEqual(['heron.md', 'stork.txt']);
    });

    it('tells the revision of each', async () => {
      const { revisions } = await stand.search.searchDocuments({
        collections: ['birds', 'more', 'empty'],
        query: 'heron',
      });
      expect(revisions).toEqual({ birds: birds.length, more: 1, empty: 0 });
    });

    it('says which one is missing', async () => {
      await expect(hitsOf({ collections: ['birds', 'nothing'] })).rejects.toMatchObject({
        code: 'NOT_FOUND',
        metadata: { name: 'nothing' },
      });
    });

    describe('of different models', () => {
      beforeAll(async () => {
        embeddings.model = 'other';
        await stand.collections.createCollection({ name: 'foreign' });
        await put('foreign', [['heron.txt', 'Ein heron.', {}]]);
        embeddings.model = 'hash';
      });

      it.each([
        ['hybrid', SearchMode.HYBRID],
        ['vector', SearchMode.VECTOR],
      ])('is refused where vectors are needed: %s', async (_, mode) => {
        await expect(hitsOf({ collections: ['birds', 'foreign'], mode })).rejects.toMatchObject({
          code: 'FAILED_PRECONDITION',
          reason: 'EMBEDDING_MODELS_DIFFER',
        });
      });

      it('works by keywords', async () => {
        const uris = await urisOf({
          collections: ['birds', 'foreign'],
          query: 'heron',
          mode: SearchMode.KEYWORD,
        });
        expect(uris).toContain('heron.txt');
      });

      it('is refused when the query comes back as a vector of another model', async () => {
        await expect(hitsOf({ collections: ['foreign'] })).rejects.toMatchObject({
          code: 'FAILED_PRECONDITION',
          reason: 'EMBEDDING_MISMATCH',
        });
      });
    });
  });

  it('finds nothing in a collection without documents, and embeds nothing for it', async () => {
    const calls = embeddings.calls.length;
    expect([await hitsOf({ collections: ['empty'] }), embeddings.calls.length]).toEqual([[], calls]);
  });

  it('embeds no query for a keyword search', async () => {
    const calls = embeddings.calls.length;
    await hitsOf({ mode: SearchMode.KEYWORD });
    expect(embeddings.calls).toHaveLength(calls);
  });

  it('refuses a query without text', async () => {
    await expect(hitsOf({ query: ' \n ' })).rejects.toMatchObject({
      violations: [expect.objectContaining({ field: 'query' })],
    });
  });
});
