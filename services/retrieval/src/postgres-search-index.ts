import { type Database, type Statement } from '@weft/postgres';
import { approximateSettings, scannedVectorsMax } from './approximate-vector-sql';
import { type Metadata } from './document';
import { filterSql } from './metadata-filter-sql';
import { type IndexHit, type IndexQuery, type SearchIndex } from './search-index';
import { candidateCount, searchStatement } from './search-sql';
import { type VectorIndexes } from './vector-indexes';

interface HitRow {
  document_id: string;
  ordinal: number;
  score: number;
  vector_score: number | null;
  keyword_score: number | null;
  collection_id: string;
  uri: string;
  title: string;
  metadata: Metadata;
  headings: string[];
  text: string;
  start_offset: number;
  end_offset: number;
  /** How many passages the index of vectors found, in an approximate search. */
  near_count?: number;
}

/** Between exact and approximate search. */
export interface SearchThresholds {
  /** Up to so many chunks every vector is looked at, which is exact and takes milliseconds. */
  exactChunksMax: number;
  /** How many vectors an exact search looks at in the time in which a scan of the index passes one. */
  scanCost: number;
}

/** Measured: see the README. */
const defaultThresholds: SearchThresholds = { exactChunksMax: 10_000, scanCost: 15 };

/**
 * The index in PostgreSQL: BM25 over a table of postings, cosine by pgvector, both in one statement. Cosine is exact, unless very many chunks
 * pass and an index of vectors can find the nearest of them.
 */
export class PostgresSearchIndex implements SearchIndex {
  constructor(
    private readonly database: Database,
    private readonly vectorIndexes: Pick<VectorIndexes, 'find'>,
    private readonly thresholds: SearchThresholds = defaultThresholds,
  ) {}

  async search(tenantId: string, query: IndexQuery): Promise<IndexHit[]> {
    const rows = (await this.approximate(tenantId, query)) ?? (await this.exact(tenantId, query));
    return rows.map(hitOf);
  }

  private async exact(tenantId: string, query: IndexQuery): Promise<HitRow[]> {
    const { text, values } = searchStatement(tenantId, query);
    return await this.database.query<HitRow>(tenantId, text, values);
  }

  /** Undefined where search has to be exact: few chunks pass, too few of all, or the index did not find as many as there are. */
  private async approximate(tenantId: string, query: IndexQuery): Promise<HitRow[] | undefined> {
    if (query.vector === undefined || query.chunkCount <= this.thresholds.exactChunksMax) return undefined;
    const index = await this.vectorIndexes.find(query.dimensions);
    if (index === undefined) return undefined;
    const passing = await this.passingCount(tenantId, query);
    if (passing <= this.thresholds.exactChunksMax) return undefined;
    const wanted = candidateCount(query);
    // So many vectors the scan passes until it has met enough that pass; what passes may also lie far from the query, hence the half.
    const scanned = (wanted * Math.max(index.vectorCount, passing)) / passing;
    if (scanned > scannedVectorsMax / 2 || scanned * this.thresholds.scanCost > passing) return undefined;
    const statement = searchStatement(tenantId, query, { approximate: true });
    const [, found] = await this.database.batch(tenantId, [approximateSettings(wanted), statement]);
    const rows = found as unknown as HitRow[];
    return (rows[0]?.near_count ?? 0) < wanted ? undefined : rows;
  }

  /** How many chunks pass the filter. */
  private async passingCount(tenantId: string, query: IndexQuery): Promise<number> {
    if (query.conditions.length === 0) return query.chunkCount;
    const { text, values } = passingStatement(tenantId, query);
    const [row] = await this.database.query<{ count: number }>(tenantId, text, values);
    return row?.count ?? 0;
  }
}

function passingStatement(tenantId: string, { collectionIds, conditions }: IndexQuery): Required<Statement> {
  const values: unknown[] = [tenantId, collectionIds];
  const condition = filterSql(conditions, 'metadata', (value) => `$${values.push(value)}`);
  const text = `select coalesce(sum(chunk_count), 0)::int as count from documents
    where tenant_id = $1 and collection_id = any($2::uuid[]) and ${condition}`;
  return { text, values };
}

function hitOf(row: HitRow): IndexHit {
  return {
    documentId: row.document_id,
    ordinal: row.ordinal,
    collectionId: row.collection_id,
    uri: row.uri,
    title: row.title,
    metadata: row.metadata,
    headings: row.headings,
    text: row.text,
    start: row.start_offset,
    end: row.end_offset,
    score: row.score,
    vectorScore: row.vector_score ?? undefined,
    keywordScore: row.keyword_score ?? undefined,
  };
}
