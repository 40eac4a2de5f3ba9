import { internal, notFound } from '@weft/errors';
import { type Database, outboxStatement, type Transaction } from '@weft/postgres';
import { newId } from '@weft/runtime';
import { type Collection } from './collection';
import { type IndexedDocument, type StoredDocument } from './document';
import { deleteIndex, insertIndex } from './document-index-rows';
import { lockDocument } from './document-locks';
import {
  documentColumns,
  documentOf,
  type DocumentRow,
  documentsByUris,
  fromDocuments,
} from './document-rows';
import { type DocumentStore, type StoreResult } from './document-store';
import { type DocumentClaim } from './ingestions/ingestion';
import { settleClaim } from './ingestions/ingestion-rows';
import { isUuid } from './is-uuid';
import { embeddingMismatch } from './retrieval-errors';
import { documentDeleted, documentIngested } from './retrieval-events';
import { type VectorIndexes } from './vector-indexes';

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
    private readonly vectorIndexes: Pick<VectorIndexes, 'ensure'>,
  ) {}

  async findByUris(
    tenantId: string,
    collectionId: string,
    uris: readonly string[],
  ): Promise<StoredDocument[]> {
    const statement = documentsByUris(tenantId, collectionId, uris);
    const rows = await this.database.query<DocumentRow>(tenantId, statement.text, statement.values);
    return rows.map(documentOf);
  }

  async get(tenantId: string, id: string): Promise<StoredDocument> {
    const rows = isUuid(id)
      ? await this.database.query<DocumentRow>(
          tenantId,
          `select ${documentColumns} ${fromDocuments} where d.tenant_id = $1 and d.id = $2`,
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
      `select ${documentColumns} ${fromDocuments}
       where d.tenant_id = $1 and d.collection_id = $2 and d.uri > $3 order by d.uri limit $4`,
      [tenantId, collectionId, page.after, page.limit],
    );
    return rows.map(documentOf);
  }

  async put(
    tenantId: string,
    collection: Collection,
    document: IndexedDocument,
    claim?: DocumentClaim,
  ): Promise<StoreResult> {
    // Before the first vector of a length is there, so that its index is made in no time.
    await this.vectorIndexes.ensure(document.dimensions);
    const result = await this.database.transaction(tenantId, async (transaction): Promise<StoreResult> => {
      await lockDocument(transaction, tenantId, collection.id, document.uri);
      const earlier = await findForPut(transaction, tenantId, collection, document);
      const stored =
        earlier?.fingerprint === document.fingerprint
          ? { outcome: 'unchanged' as const, document: documentOf(earlier) }
          : await store(transaction, tenantId, { collection, document, earlier, claim });
      if (claim !== undefined) await settleClaim(transaction, tenantId, claim, stored);
      return stored;
    });
    if (result.outcome !== 'unchanged' || claim !== undefined) this.outbox.notify();
    return result;
  }

  async delete(tenantId: string, id: string): Promise<void> {
    const { collection, uri } = await this.get(tenantId, id);
    await this.database.transaction(tenantId, async (transaction) => {
      const [found] = await transaction.query<{ collection_id: string }>(
        'select collection_id from documents where tenant_id = $1 and id = $2',
        [tenantId, id],
      );
      if (found === undefined) throw notFound('document', id);
      const collectionId = found.collection_id;
      await lockDocument(transaction, tenantId, collectionId, uri);
      const [deleted] = await transaction.query<{ chunk_count: number; term_count: number }>(
        'delete from documents where tenant_id = $1 and id = $2 returning chunk_count, term_count',
        [tenantId, id],
      );
      if (deleted === undefined) throw notFound('document', id);
      await deleteIndex(transaction, tenantId, id);
      const revision = await changeCollection(transaction, tenantId, collectionId, {
        documents: -1,
        chunks: -deleted.chunk_count,
        terms: -deleted.term_count,
      });
      if (revision === undefined) throw internal('a collection with a document is gone');
      const event = outboxStatement([documentDeleted(tenantId, { collection, documentId: id, revision })]);
      await transaction.query(event.text, event.values);
    });
    this.outbox.notify();
  }
}

type EarlierRow = DocumentRow & { term_count: number };

/** What is stored of a uri, once it is known that the new vectors fit those of the collection. */
async function findForPut(
  transaction: Transaction,
  tenantId: string,
  collection: Collection,
  document: IndexedDocument,
): Promise<EarlierRow | undefined> {
  const [row] = await transaction.query<CollectionVectorsRow & Partial<EarlierRow>>(
    `select c.embedding_model, c.dimensions, ${documentColumns}, d.term_count
     from collections c left join documents d on d.tenant_id = c.tenant_id and d.collection_id = c.id and d.uri = $3
     where c.tenant_id = $1 and c.id = $2`,
    [tenantId, collection.id, document.uri],
  );
  if (row === undefined) throw notFound('collection', collection.name);
  checkVectors(collection.name, row, document);
  return row.id ? (row as EarlierRow) : undefined;
}

interface CollectionVectorsRow {
  embedding_model: string;
  dimensions: number;
}

function checkVectors(collection: string, row: CollectionVectorsRow, document: IndexedDocument): void {
  const expected = { model: row.embedding_model, dimensions: row.dimensions };
  const actual = { model: document.embeddingModel, dimensions: document.dimensions };
  const otherModel = expected.model !== '' && expected.model !== actual.model;
  const otherLength = expected.dimensions !== 0 && expected.dimensions !== actual.dimensions;
  if (otherModel || otherLength) throw embeddingMismatch(collection, expected, actual);
}

interface NewVersion {
  collection: Collection;
  document: IndexedDocument;
  earlier: EarlierRow | undefined;
  claim: DocumentClaim | undefined;
}

async function store(
  transaction: Transaction,
  tenantId: string,
  { collection, document, earlier, claim }: NewVersion,
): Promise<StoreResult> {
  if (earlier !== undefined) await deleteIndex(transaction, tenantId, earlier.id);
  const id = earlier?.id ?? newId();
  const termCount = await insertIndex(transaction, tenantId, {
    collectionId: collection.id,
    documentId: id,
    document,
  });
  const stored = await upsertDocument(transaction, tenantId, { id, collection, document, termCount });
  const change = {
    documents: earlier === undefined ? 1 : 0,
    chunks: document.chunks.length - (earlier?.chunk_count ?? 0),
    terms: termCount - (earlier?.term_count ?? 0),
  };
  const revision = await changeCollection(transaction, tenantId, collection.id, change, document);
  if (revision === undefined) {
    // Another first document has fixed the vectors since they were looked at.
    await findForPut(transaction, tenantId, collection, document);
    throw internal('a collection could not be changed');
  }
  const event = outboxStatement([
    documentIngested(tenantId, {
      collection: collection.name,
      documentId: id,
      chunkCount: document.chunks.length,
      replaced: earlier !== undefined,
      revision,
      ingestionId: claim?.ingestionId ?? '',
    }),
  ]);
  await transaction.query(event.text, event.values);
  return { outcome: earlier === undefined ? 'created' : 'replaced', document: stored };
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

/**
 * Counts a change in, fixes the vectors of a collection that has none, and answers with the collection's new revision; with undefined when
 * its vectors are others. From here to the end of the transaction the collection's other documents wait.
 */
async function changeCollection(
  transaction: Transaction,
  tenantId: string,
  collectionId: string,
  change: Change,
  vectors?: { embeddingModel: string; dimensions: number },
): Promise<number | undefined> {
  const [row] = await transaction.query<{ revision: number }>(
    `update collections set document_count = document_count + $3, chunk_count = chunk_count + $4,
       term_count = term_count + $5, revision = revision + 1, update_time = now(),
       embedding_model = coalesce($6, embedding_model), dimensions = coalesce($7, dimensions)
     where tenant_id = $1 and id = $2
       and ($6::text is null or (embedding_model in ('', $6) and dimensions in (0, $7::int)))
     returning revision`,
    [
      tenantId,
      collectionId,
      change.documents,
      change.chunks,
      change.terms,
      vectors?.embeddingModel ?? null,
      vectors?.dimensions ?? null,
    ],
  );
  return row?.revision;
}
