import { type Database } from '@weft/postgres';
import { type Metadata } from './document';
import { type IndexHit, type IndexQuery, type SearchIndex } from './search-index';
import { searchStatement } from './search-sql';

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
}

/** The index in PostgreSQL: BM25 over a table of postings, exact cosine by pgvector, both in one statement. */
export class PostgresSearchIndex implements SearchIndex {
  constructor(private readonly database: Database) {}

  async search(tenantId: string, query: IndexQuery): Promise<IndexHit[]> {
    const { text, values } = searchStatement(tenantId, query);
    const rows = await this.database.query<HitRow>(tenantId, text, values);
    return rows.map((row) => ({
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
    }));
  }
}
