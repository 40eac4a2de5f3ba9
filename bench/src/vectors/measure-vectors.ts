import { type Database } from '@weft/postgres';
import { type IndexQuery, PostgresSearchIndex, VectorIndexes } from '@weft/retrieval';
import { silentLogger } from '@weft/runtime';
import { percentile } from '../statistics';
import { clusteredVectors } from './clustered-vectors';
import { forceIndex } from './forced-index';
import { createVectorDatabase, type VectorDatabase } from './vector-database';
import { type VectorCollection, writeVectors } from './write-vectors';

/** Exact and approximate search of one tenant's collection, query by query in turn. */
export interface VectorSearchFigures {
  /** The share of all vectors in the table that are this tenant's. */
  share: number;
  vectors: number;
  /** The share of the exact best ten that the approximate search finds as well. */
  recall10: number;
  /** The fewest passages that an approximate search found; ten were asked for. */
  foundMin: number;
  exactP50Ms: number;
  approximateP50Ms: number;
  /** Which of the two the service chooses for this collection. */
  chosen: 'exact' | 'approximate';
}

export interface VectorFigures {
  vectors: number;
  dimensions: number;
  queries: number;
  writeSeconds: number;
  buildSeconds: number;
  /** What one more vector costs when the index is there. */
  storeMsPerVector: number;
  tenants: VectorSearchFigures[];
  failures: string[];
}

const dimensions = 384;
const smallShare = 0.005;
const lateCount = 1000;
const topK = 10;
const cluster = { dimensions, centres: 1000, spread: 0.6, seed: 20_260_101 };

/** Measures search of many vectors on a PostgreSQL server, in a database of its own that is dropped at the end. */
export async function measureVectors(
  serverUrl: string,
  options: { quick: boolean; onProgress(text: string): void },
): Promise<VectorFigures> {
  const count = options.quick ? 20_000 : 100_000;
  const queryCount = options.quick ? 20 : 200;
  const opened = await createVectorDatabase(serverUrl);
  try {
    const { onProgress } = options;
    const source = clusteredVectors(cluster);
    const draw = (length: number) => Array.from({ length }, () => source.next());
    const smallCount = Math.round(count * smallShare);
    const writeBegin = performance.now();
    const write = (tenantId: string, length: number) =>
      writeVectors(opened.database, tenantId, draw(length), (done) =>
        onProgress(`${tenantId}: ${done} of ${length} vectors written`),
      );
    const collections = [await write('big', count - smallCount), await write('small', smallCount)];
    const writeSeconds = (performance.now() - writeBegin) / 1000;
    onProgress('building the index');
    const buildSeconds = await build(opened);
    const queries = draw(queryCount).map((vector) => [...vector]);
    const failures: string[] = [];
    const tenants: VectorSearchFigures[] = [];
    for (const collection of collections) {
      onProgress(`${queryCount} queries of the tenant '${collection.tenantId}'`);
      tenants.push(await compare(opened.database, collection, queries, count, failures));
    }
    const storeBegin = performance.now();
    await write('late', lateCount);
    const storeMsPerVector = (performance.now() - storeBegin) / lateCount;
    const sizes = { vectors: count, dimensions, queries: queryCount };
    return { ...sizes, writeSeconds, buildSeconds, storeMsPerVector, tenants, failures };
  } finally {
    await opened.drop();
  }
}

async function build({ database, own }: VectorDatabase): Promise<number> {
  const begin = performance.now();
  // What fits into this memory is built several times as fast.
  await database.batch('bench', [
    { text: `select set_config('maintenance_work_mem', '1GB', true)` },
    { text: 'select weft_vector_index($1::int)', values: [dimensions] },
  ]);
  const seconds = (performance.now() - begin) / 1000;
  await own('vacuum analyze');
  return seconds;
}

async function compare(
  database: Database,
  collection: VectorCollection,
  queries: readonly number[][],
  count: number,
  failures: string[],
): Promise<VectorSearchFigures> {
  const indexes = new VectorIndexes(database, silentLogger);
  const forced = forceIndex(database);
  const exact = new PostgresSearchIndex(database, { find: async () => undefined });
  const approximate = new PostgresSearchIndex(forced, indexes, { exactChunksMax: 0, scanCost: 0 });
  const times: { exact: number[]; approximate: number[] } = { exact: [], approximate: [] };
  let common = 0;
  let wanted = 0;
  let foundMin = Infinity;
  for (const vector of queries) {
    const query = queryOf(collection, vector);
    const truth = await timed(exact, collection, query, times.exact);
    const found = await timed(approximate, collection, query, times.approximate);
    common += found.filter((passage) => truth.includes(passage)).length;
    wanted += truth.length;
    foundMin = Math.min(foundMin, found.length);
  }
  if (forced.batches() < queries.length || !(await forced.wentByIndex()))
    failures.push(`searches of '${collection.tenantId}' did not go by the index`);
  const chosen = forceIndex(database);
  await new PostgresSearchIndex(chosen, indexes).search(
    collection.tenantId,
    queryOf(collection, queries[0]!),
  );
  return {
    share: collection.count / count,
    vectors: collection.count,
    recall10: common / wanted,
    foundMin,
    exactP50Ms: percentile(times.exact, 50),
    approximateP50Ms: percentile(times.approximate, 50),
    chosen: chosen.batches() > 0 ? 'approximate' : 'exact',
  };
}

async function timed(
  index: PostgresSearchIndex,
  { tenantId }: VectorCollection,
  query: IndexQuery,
  times: number[],
): Promise<string[]> {
  const begin = performance.now();
  const hits = await index.search(tenantId, query);
  times.push(performance.now() - begin);
  return hits.map(({ documentId, ordinal }) => `${documentId}/${ordinal}`);
}

function queryOf(collection: VectorCollection, vector: number[]): IndexQuery {
  return {
    collectionIds: [collection.id],
    chunkCount: collection.count,
    dimensions,
    terms: undefined,
    vector,
    vectorWeight: 1,
    conditions: [],
    topK,
  };
}
