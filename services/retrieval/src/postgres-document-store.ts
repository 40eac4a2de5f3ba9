import { internal, notFound } from '@weft/errors';
import { type Database, outboxStatement, type Transaction } from '@weft/postgres';
import { newId } from '@weft/runtime';
import { type Collection } from './collection';
import { type IndexedDocument, type StoredDocument } from './document';
import { deleteIndex, insertIndex } from './document-index-rows';
import { type DocumentStore, type StoreResult } from './document-store';
import { embeddingMismatch } from './retrieval-errors';
import { documentDeleted, documentIngested } from './retrieval-events';

const columns = `d.id, c.name as collection, d.uri, d.title, d.media_type, d.content_hash, d.fingerprint, d.size_bytes,
  d.chunk_count, d.metadata, d.create_time, d.update_time`;
const fromDocuments = `from documents d join collections c on c.tenant_id = d.tenant_id and c.id = d.collection_id`;

interface DocumentRow {
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

/** How a change of one document changes its collection. */
interface Change {
  documents: number;
  chunks: number;
  terms: number;
}

/** Documents in PostgreSQL. */
export class PostgresDocumentStore implements DocumentStore {
  constructor(
    private readonly database: Database,
    private readonly outbox: { notify(): void },
  ) {}

  async findByUris(
    tenantId: string,
    collectionId: string,
    uris: readonly string[],
  ): Promise<StoredDocument[]> {
    const rows = await this.database.query<DocumentRow>(
      tenantId,
      `select ${columns} ${fromDocuments} where d.tenant_id = $1 and d.collection_id = $2 and d.uri = any($3::text[])`,
      [tenantId, collectionId, uris],
    );
    return rows.map(documentOf);
  }

  async get(tenantId: string, id: string): Promise<StoredDocument> {
    const rows = isUuid(id)
      ? await this.database.query<DocumentRow>(
          tenantId,
          `select ${columns} ${fromDocuments} where d.tenant_id = $1 and d.id = $2`,
          [tenantId, id],
        )
      : [];
    if (rows[0] === undefined) throw notFound('document', id);
    return documentOf(rows[0]);
  }

  async list(
    tenantId: string,
    collectionId: string,
    page: { after: string; limit: number },
  ): Promise<StoredDocument[]> {
    const rows = await this.database.query<DocumentRow>(
      tenantId,
      `select ${columns} ${fromDocuments}
       where d.tenant_id = $1 and d.collection_id = $2 and d.uri > $3 order by d.uri limit $4`,
      [tenantId, collectionId, page.after, page.limit],
    );
    return rows.map(documentOf);
  }

  async put(tenantId: string, collection: Collection, document: IndexedDocument): Promise<StoreResult> {
    const result = await this.database.transaction(tenantId, async (transaction): Promise<StoreResult> => {
      await lockCollection(transaction, tenantId, collection, document);
      const earlier = await findForPut(transaction, tenantId, collection.id, document.uri);
      if (earlier?.fingerprint === document.fingerprint) {
        return { outcome: 'unchanged', document: documentOf(earlier) };
      }
      if (earlier !== undefined) await deleteIndex(transaction, tenantId, earlier.id);
      const id = earlier?.id ?? newId();
      const termCount = await insertIndex(transaction, tenantId, {
        collectionId: collection.id,
        documentId: id,
        document,
      });
      const stored = await upsertDocument(transaction, tenantId, { id, collection, document, termCount });
      const revision = await changeCollection(transaction, tenantId, collection.id, {
        documents: earlier === undefined ? 1 : 0,
        chunks: document.chunks.length - (earlier?.chunk_count ?? 0),
        terms: termCount - (earlier?.term_count ?? 0),
      });
      const event = outboxStatement([
        documentIngested(tenantId, {
          collection: collection.name,
          documentId: id,
          chunkCount: document.chunks.length,
          replaced: earlier !== undefined,
          revision,
        }),
      ]);
      await transaction.query(event.text, event.values);
      return { outcome: earlier === undefined ? 'created' : 'replaced', document: stored };
    });
    if (result.outcome !== 'unchanged') this.outbox.notify();
    return result;
  }

  async delete(tenantId: string, id: string): Promise<void> {
    const { collection } = await this.get(tenantId, id);
    await this.database.transaction(tenantId, async (transaction) => {
      // The collection first, as in `put`: two transactions that lock in one order never wait for each other in a circle.
      await transaction.query('select 1 from collections where tenant_id = $1 and name = $2 for update', [
        tenantId,
        collection,
      ]);
      const [deleted] = await transaction.query<{
        collection_id: string;
        chunk_count: number;
        term_count: number;
      }>(
        'delete from documents where tenant_id = $1 and id = $2 returning collection_id, chunk_count, term_count',
        [tenantId, id],
      );
      if (deleted === undefined) throw notFound('document', id);
      await deleteIndex(transaction, tenantId, id);
      const revision = await changeCollection(transaction, tenantId, deleted.collection_id, {
        documents: -1,
        chunks: -deleted.chunk_count,
        terms: -deleted.term_count,
      });
      const event = outboxStatement([documentDeleted(tenantId, { collection, documentId: id, revision })]);
      await transaction.query(event.text, event.values);
    });
    this.outbox.notify();
  }
}

/** Locks the collection, so that its documents change one after the other, and fixes or checks its model. */
async function lockCollection(
  transaction: Transaction,
  tenantId: string,
  collection: Collection,
  document: IndexedDocument,
): Promise<void> {
  const [locked] = await transaction.query<{ embedding_model: string; dimensions: number }>(
    'select embedding_model, dimensions from collections where tenant_id = $1 and id = $2 for update',
    [tenantId, collection.id],
  );
  if (locked === undefined) throw notFound('collection', collection.name);
  const expected = { model: locked.embedding_model, dimensions: locked.dimensions };
  const actual = { model: document.embeddingModel, dimensions: document.dimensions };
  const otherModel = expected.model !== '' && expected.model !== actual.model;
  const otherLength = expected.dimensions !== 0 && expected.dimensions !== actual.dimensions;
  if (otherModel || otherLength) throw embeddingMismatch(collection.name, expected, actual);
  if (expected.dimensions !== 0) return;
  await transaction.query(
    'update collections set embedding_model = $3, dimensions = $4 where tenant_id = $1 and id = $2',
    [tenantId, collection.id, actual.model, actual.dimensions],
  );
}

async function findForPut(
  transaction: Transaction,
  tenantId: string,
  collectionId: string,
  uri: string,
): Promise<(DocumentRow & { term_count: number }) | undefined> {
  const [row] = await transaction.query<DocumentRow & { term_count: number }>(
    `select ${columns}, d.term_count ${fromDocuments} where d.tenant_id = $1 and d.collection_id = $2 and d.uri = $3`,
    [tenantId, collectionId, uri],
  );
  return row;
}

async function upsertDocument(
  transaction: Transaction,
  tenantId: string,
  row: { id: string; collection: Collection; document: IndexedDocument; termCount: number },
): Promise<StoredDocument> {
  const { id, collection, document, termCount } = row;
  const [times] = await transaction.query<{ create_time: Date; update_time: Date }>(
    `insert into documents as d (tenant_id, id, collection_id, uri, title, media_type, content_hash, fingerprint, size_bytes,
       chunk_count, term_count, metadata, plain_text, create_time, update_time)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12::jsonb, $13, now(), now())
     on conflict (tenant_id, id) do update set title = excluded.title, media_type = excluded.media_type,
       content_hash = excluded.content_hash, fingerprint = excluded.fingerprint, size_bytes = excluded.size_bytes,
       chunk_count = excluded.chunk_count, term_count = excluded.term_count, metadata = excluded.metadata,
       plain_text = excluded.plain_text, update_time = excluded.update_time
     returning create_time, update_time`,
    [
      tenantId,
      id,
      collection.id,
      document.uri,
      document.title,
      document.mediaType,
      document.contentHash,
      document.fingerprint,
      document.sizeBytes,
      document.chunks.length,
      termCount,
      JSON.stringify(document.metadata),
      document.text,
    ],
  );
  if (times === undefined) throw internal('an upsert returned no row');
  return {
    id,
    collection: collection.name,
    uri: document.uri,
    title: document.title,
    mediaType: document.mediaType,
    contentHash: document.contentHash,
    fingerprint: document.fingerprint,
    sizeBytes: document.sizeBytes,
    chunkCount: document.chunks.length,
    metadata: document.metadata,
    createTime: times.create_time,
    updateTime: times.update_time,
  };
}

/** Counts a change in and answers with the collection's new revision. */
async function changeCollection(
  transaction: Transaction,
  tenantId: string,
  collectionId: string,
  change: Change,
): Promise<number> {
  const [row] = await transaction.query<{ revision: number }>(
    `update collections set document_count = document_count + $3, chunk_count = chunk_count + $4,
       term_count = term_count + $5, revision = revision + 1, update_time = now()
     where tenant_id = $1 and id = $2 returning revision`,
    [tenantId, collectionId, change.documents, change.chunks, change.terms],
  );
  if (row === undefined) throw internal('a locked collection is gone');
  return row.revision;
}

function documentOf(row: DocumentRow): StoredDocument {
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

function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(text);
}
