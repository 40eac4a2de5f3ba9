import { createServerEngine, type Database, type ServerEngine, type Statement } from '@weft/postgres';
import { type IndexQuery, PostgresSearchIndex, retrievalService, VectorIndexes } from '@weft/retrieval';
import { type Logger, silentLogger } from '@weft/runtime';
import { createOwnDatabase, type OwnDatabase, runSql } from '../postgres/own-database.fixture';
import { startReplica } from './retrieval-replica.fixture';
import { clusteredVectors, type VectorCollection, writeVectors } from './vector-rows.fixture';

const dimensions = 32;
const topK = 20;
/** Asks the index whatever the size of the collection. */
const always = { exactChunksMax: 0, scanCost: 0 };

describe('the index of vectors', () => {
  let own: OwnDatabase;
  let engine: ServerEngine;
  let database: Database;
  let indexes: VectorIndexes;
  /** 19,900 vectors of 20,000. */
  let big: VectorCollection;
  /** The other 100: half a percent. */
  let small: VectorCollection;
  const queries = clusteredVectors(1000, dimensions, 7).slice(0, 20);

  beforeAll(async () => {
    own = await createOwnDatabase();
    engine = await createServerEngine({ databaseUrl: own.url, logger: silentLogger });
    const { migrationsFolder } = retrievalService;
    database = await engine.openSchema({ schema: 'retrieval', migrationsFolder, logger: silentLogger });
    const vectors = clusteredVectors(20_000, dimensions, 7);
    const isSmall = (index: number) => index % 200 === 100;
    big = await writeVectors(
      database,
      'big',
      vectors.filter((_, index) => !isSmall(index)),
    );
    small = await writeVectors(
      database,
      'small',
      vectors.filter((_, index) => isSmall(index)),
    );
    indexes = new VectorIndexes(database, silentLogger);
    await indexes.ensure(dimensions);
    await runSql(own.url, 'vacuum analyze retrieval.chunk_vectors');
  });
  afterAll(async () => {
    await engine.close();
    await own.drop();
  });

  const questionOf = (collection: VectorCollection, vector: number[], more: Partial<IndexQuery> = {}) => ({
    collectionIds: [collection.id],
    chunkCount: collection.vectors.length,
    dimensions: collection.dimensions,
    terms: undefined,
    vector,
    vectorWeight: 0.3,
    conditions: [],
    topK,
    ...more,
  });
  const exact = (on = database) => new PostgresSearchIndex(on, { find: async () => undefined });
  /** Searches with the index whatever the size of the collection, also where PostgreSQL would find another way quicker. */
  const approximate = (on = database) => {
    const settings = ['enable_sort', 'enable_seqscan', 'enable_bitmapscan'].map(
      (name) => `set_config('${name}', 'off', true)`,
    );
    const forced: Database = {
      query: (tenant, text, values) => on.query(tenant, text, values),
      transaction: (tenant, work) => on.transaction(tenant, work),
      batch: async (tenant, statements) =>
        (await on.batch(tenant, [{ text: `select ${settings.join()}` }, ...statements])).slice(1),
    };
    return new PostgresSearchIndex(forced, indexes, always);
  };
  const found = async (index: PostgresSearchIndex, collection: VectorCollection, query: IndexQuery) =>
    (await index.search(collection.tenantId, query)).map(({ text }) => text);
  /** The share of what an exact search finds that another finds too, over all queries. */
  const recall = async (
    index: PostgresSearchIndex,
    collection: VectorCollection,
    more: Partial<IndexQuery> = {},
  ) => {
    let hits = 0;
    let wanted = 0;
    for (const vector of queries) {
      const query = questionOf(collection, vector, more);
      const truth = new Set(await found(exact(), collection, query));
      hits += (await found(index, collection, query)).filter((text) => truth.has(text)).length;
      wanted += truth.size;
    }
    return hits / wanted;
  };
  /** A database that keeps the statements that are sent. */
  const recording = () => {
    const sent: Statement[] = [];
    const recorded: Database = {
      query: (tenant, text, values) => {
        sent.push({ text, values });
        return database.query(tenant, text, values);
      },
      batch: (tenant, statements) => {
        sent.push(...statements);
        return database.batch(tenant, statements);
      },
      transaction: (tenant, work) => database.transaction(tenant, work),
    };
    return { recorded, sent };
  };

  it('is what the plan of a search of many vectors goes by, under row level security', async () => {
    const { recorded, sent } = recording();
    await new PostgresSearchIndex(recorded, indexes).search('big', questionOf(big, queries[0]!));
    const explained = sent.map(({ text, values }) =>
      text.includes('ranked as') ? { text: `explain (costs off) ${text}`, values } : { text, values },
    );
    const plan = (await database.batch('big', explained))
      .at(-1)!
      .map((row) => row['QUERY PLAN'])
      .join('\n');
    expect(plan).toMatch(/Index Scan using chunk_vectors_hnsw_32 on chunk_vectors[^]*?current_setting/);
  });

  it('is not asked for few vectors', async () => {
    const { recorded, sent } = recording();
    await new PostgresSearchIndex(recorded, indexes).search('small', questionOf(small, queries[0]!));
    expect(sent).toHaveLength(1);
  });

  it('finds nearly all of what an exact search finds', async () => {
    expect(await recall(new PostgresSearchIndex(database, indexes), big)).toBeGreaterThanOrEqual(0.95);
  });

  it('finds the full number for a tenant with half a percent of the rows', async () => {
    const counts = await Promise.all(
      queries.map(async (vector) => (await found(approximate(), small, questionOf(small, vector))).length),
    );
    expect([new Set(counts), await recall(approximate(), small)]).toEqual([new Set([topK]), 1]);
  });

  it('scans on beyond the vectors of others until there are enough', async () => {
    // Ten documents of the big one become a collection of their own.
    const [row] = await database.query<{ id: string }>(
      'big',
      `insert into collections select tenant_id, gen_random_uuid(), 'part', description, embedding_model, dimensions, chunk_max_characters,
         chunk_overlap_characters, 0, 1000, 0, 0, now(), now() from collections where id = $1 returning id`,
      [big.id],
    );
    const part = { ...big, id: row!.id, vectors: big.vectors.slice(0, 1000) };
    for (const table of ['chunks', 'chunk_vectors'])
      await database.query(
        'big',
        `update ${table} set collection_id = $1 where document_id in (select id from documents where collection_id = $2 and uri::int < 10)`,
        [part.id, big.id],
      );
    await database.query(
      'big',
      'update documents set collection_id = $1 where collection_id = $2 and uri::int < 10',
      [part.id, big.id],
    );
    const { recorded, sent } = recording();
    const texts = await found(approximate(recorded), part, questionOf(part, queries[0]!));
    // The settings and one statement: no exact search was needed besides.
    expect([texts.length, sent.length]).toEqual([topK, 3]);
  });

  it.each([
    ['half of the documents', 'half'],
    ['few documents', 'few'],
  ])('finds the full number where a filter lets %s pass', async (_, key) => {
    const conditions = [{ key, operator: 'eq' as const, value: 'true' }];
    expect(await recall(approximate(), big, { conditions })).toBeGreaterThanOrEqual(0.95);
  });

  it('finds nothing of what was deleted or replaced', async () => {
    const query = questionOf(big, queries[1]!);
    const before = await approximate().search('big', query);
    const [gone, changed] = [before[0]!, before[1]!];
    await database.query('big', 'delete from chunk_vectors where document_id = $1 and ordinal = $2', [
      gone.documentId,
      gone.ordinal,
    ]);
    const opposite = JSON.stringify(queries[1]!.map((value) => -value));
    await database.query(
      'big',
      'update chunk_vectors set embedding = $3::vector where document_id = $1 and ordinal = $2',
      [changed.documentId, changed.ordinal, opposite],
    );
    const after = await found(approximate(), big, query);
    expect(after).toEqual([...before.slice(2).map(({ text }) => text), after.at(-2), after.at(-1)]);
  });

  it('finds in a hybrid search what the exact one finds, with the same passages of keywords', async () => {
    const document = (
      await database.query<{ id: string }>(
        'big',
        `select id from documents where collection_id = $1 and uri = '20'`,
        [big.id],
      )
    )[0]!;
    await database.query(
      'big',
      `insert into postings (tenant_id, collection_id, term, document_id, ordinals, frequencies, lengths)
       values ('big', $1, 'heron', $2, '{0,7,50}', '{1,2,3}', '{9,9,9}')`,
      [big.id, document.id],
    );
    const query = questionOf(big, queries[2]!, { terms: ['heron'] });
    const [near, all] = await Promise.all([approximate().search('big', query), exact().search('big', query)]);
    const byKeyword = (hits: typeof all) =>
      hits.flatMap(({ text, keywordScore }) => (keywordScore ? [[text, keywordScore]] : []));
    const texts = new Set(near.map(({ text }) => text));
    // The index is built by chance: now and then it misses one of the last.
    const shared = all.filter(({ text }) => texts.has(text)).length / all.length;
    expect([byKeyword(near), near.length, shared >= 0.95]).toEqual([byKeyword(all), all.length, true]);
  });

  it('shows nothing of another tenant', async () => {
    expect(await approximate().search('small', questionOf(big, queries[0]!))).toEqual([]);
  });

  describe('of another length', () => {
    it.each([
      ['48', 'vector(48)'],
      ['2500', 'halfvec(2500)'],
    ])('is another one: %s', async (length, type) => {
      const vectors = clusteredVectors(200, Number(length), 3);
      const collection = await writeVectors(database, 'other', vectors);
      await indexes.ensure(Number(length));
      const query = questionOf(collection, vectors[5]!, { topK: 3 });
      const [index] = await runSql(
        own.url,
        `select indexdef from pg_indexes where indexname = 'chunk_vectors_hnsw_${length}'`,
      );
      expect([index?.['indexdef'], await found(approximate(), collection, query)]).toEqual([
        expect.stringContaining(type),
        await found(exact(), collection, query),
      ]);
    });

    it('is made once when two processes ask for it at the same time', async () => {
      const failures: unknown[] = [];
      const logger = {
        ...silentLogger,
        warn: (...what: unknown[]) => failures.push(what),
      } as unknown as Logger;
      const other = await createServerEngine({ databaseUrl: own.url, logger: silentLogger });
      const { migrationsFolder } = retrievalService;
      const theirs = await other.openSchema({ schema: 'retrieval', migrationsFolder, logger: silentLogger });
      await Promise.all([database, theirs].map((each) => new VectorIndexes(each, logger).ensure(64)));
      await other.close();
      const made = await runSql(
        own.url,
        `select 1 from pg_indexes where indexname = 'chunk_vectors_hnsw_64'`,
      );
      expect([failures, made.length]).toEqual([[], 1]);
    });
  });

  it.each([0, -1, 4001, null])('is not made for %s numbers', async (length) => {
    const rows = await database.query('big', 'select weft_vector_index($1::int) as made', [length]);
    expect(rows).toEqual([{ made: false }]);
  });

  it('can be made by the service’s role alone', async () => {
    const [row] = await runSql(
      own.url,
      `select has_function_privilege('public', 'retrieval.weft_vector_index(integer)', 'execute') as everybody,
         has_function_privilege('weft_retrieval', 'retrieval.weft_vector_index(integer)', 'execute') as service`,
    );
    expect(row).toEqual({ everybody: false, service: true });
  });

  it('is there when the first document of a length has been ingested', async () => {
    const replica = await startReplica(own.url);
    const { collections, documents } = replica.clients('acme');
    await collections.createCollection({ name: 'docs' });
    await documents.ingestDocuments({
      collection: 'docs',
      documents: [{ uri: 'a', content: Buffer.from('words') }],
    });
    await replica.stop();
    const made = await runSql(own.url, `select 1 from pg_indexes where indexname = 'chunk_vectors_hnsw_16'`);
    expect(made).toHaveLength(1);
  });
});
