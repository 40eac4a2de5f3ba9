import { type Statement } from '@weft/postgres';
import { type StoredDocument } from './document';

/** The columns of a `DocumentRow` in `fromDocuments`. */
export const documentColumns = `d.id, c.name as collection, d.uri, d.title, d.media_type, d.content_hash, d.fingerprint, d.size_bytes,
  d.chunk_count, d.metadata, d.create_time, d.update_time`;
/** Documents `d` with their collections `c`. */
export const fromDocuments = `from documents d join collections c on c.tenant_id = d.tenant_id and c.id = d.collection_id`;

/** A document as the database has it. */
export interface DocumentRow {
  id: string;
  collection: string;
  uri: string;
  title: string;
  media_type: string;
  content_hash: string;
  fingerprint: string;
  size_bytes: number;
  chunk_count: number;
  metadata: Record<string, unknown>;
  create_time: Date;
  update_time: Date;
}

/** The documents of a collection that have one of those uris, as `DocumentRow`s. */
export function documentsByUris(
  tenantId: string,
  collectionId: string,
  uris: readonly string[],
): Required<Statement> {
  return {
    text: `select ${documentColumns} ${fromDocuments}
      where d.tenant_id = $1 and d.collection_id = $2 and d.uri = any($3::text[])`,
    values: [tenantId, collectionId, uris],
  };
}

export function documentOf(row: DocumentRow): StoredDocument {
  return {
    id: row.id,
    collection: row.collection,
    uri: row.uri,
    title: row.title,
    mediaType: row.media_type,
    contentHash: row.content_hash,
    fingerprint: row.fingerprint,
    sizeBytes: row.size_bytes,
    chunkCount: row.chunk_count,
    metadata: row.metadata,
    createTime: row.create_time,
    updateTime: row.update_time,
  };
}
