import { internal, notFound } from '@weft/errors';
import { outboxStatement, type Transaction } from '@weft/postgres';
import { newId } from '@weft/runtime';
import { ingestionAccepted } from '../retrieval-events';
import { type NewIngestion } from './ingestion';
import { queueFull, requestIdTaken } from './ingestion-errors';
import { ingestionColumns, type IngestionRow } from './ingestion-row';

/** How much of one tenant may wait. */
export interface AcceptLimits {
  pendingDocumentsMax: number;
  pendingBytesMax: number;
}

/**
 * Keeps an ingestion with its documents and the event that tells of it, or finds the one that the request id has begun.
 *
 * @throws WeftError NOT_FOUND, RESOURCE_EXHAUSTED, ALREADY_EXISTS
 */
export async function acceptIngestion(
  transaction: Transaction,
  tenantId: string,
  ingestion: NewIngestion,
  limits: AcceptLimits,
): Promise<IngestionRow> {
  // One request of a tenant after the other: two at a time could pass a limit together, or begin the same twice.
  await transaction.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [
    JSON.stringify(['ingestions', tenantId]),
  ]);
  const begunBefore = await findRequest(transaction, tenantId, ingestion);
  if (begunBefore !== undefined) return begunBefore;
  await checkLimits(transaction, tenantId, ingestion, limits);
  // Whoever deletes the collection meanwhile waits, and then settles these documents too.
  const [collection] = await transaction.query<{ id: string }>(
    'select id from collections where tenant_id = $1 and name = $2 for key share',
    [tenantId, ingestion.collection],
  );
  if (collection === undefined) throw notFound('collection', ingestion.collection);
  const id = newId();
  await insertIngestion(transaction, tenantId, { id, collectionId: collection.id, ingestion });
  const event = outboxStatement([
    ingestionAccepted(tenantId, {
      ingestionId: id,
      collection: ingestion.collection,
      documentCount: ingestion.documents.length,
    }),
  ]);
  await transaction.query(event.text, event.values);
  const [row] = await transaction.query<IngestionRow>(
    `select ${ingestionColumns} from ingestions i where i.tenant_id = $1 and i.id = $2`,
    [tenantId, id],
  );
  if (row === undefined) throw internal('an ingestion that was inserted is not there');
  return row;
}

async function findRequest(
  transaction: Transaction,
  tenantId: string,
  { requestId, requestDigest }: NewIngestion,
): Promise<IngestionRow | undefined> {
  if (requestId === '') return undefined;
  const [row] = await transaction.query<IngestionRow & { request_digest: string }>(
    `select ${ingestionColumns}, i.request_digest from ingestions i where i.tenant_id = $1 and i.request_id = $2`,
    [tenantId, requestId],
  );
  if (row !== undefined && row.request_digest !== requestDigest) throw requestIdTaken(requestId);
  return row;
}

async function checkLimits(
  transaction: Transaction,
  tenantId: string,
  { documents }: NewIngestion,
  { pendingDocumentsMax, pendingBytesMax }: AcceptLimits,
): Promise<void> {
  const [waiting] = await transaction.query<{ documents: number; bytes: number }>(
    `select count(*)::int as documents, coalesce(sum(size_bytes), 0)::bigint as bytes
     from ingestion_documents where tenant_id = $1 and done_number is null`,
    [tenantId],
  );
  if (waiting === undefined) throw internal('a count returned no row');
  if (waiting.documents + documents.length > pendingDocumentsMax)
    throw queueFull('documents', pendingDocumentsMax, waiting.documents);
  const bytes = documents.reduce((sum, { content }) => sum + content.byteLength, 0);
  if (waiting.bytes + bytes > pendingBytesMax) throw queueFull('bytes', pendingBytesMax, waiting.bytes);
}

async function insertIngestion(
  transaction: Transaction,
  tenantId: string,
  { id, collectionId, ingestion }: { id: string; collectionId: string; ingestion: NewIngestion },
): Promise<void> {
  const { documents, requestId } = ingestion;
  await transaction.query(
    `insert into ingestions (tenant_id, id, collection_id, collection, request_id, request_digest, document_count, create_time, update_time)
     values ($1, $2, $3, $4, $5, $6, $7, now(), now())`,
    [
      tenantId,
      id,
      collectionId,
      ingestion.collection,
      requestId === '' ? null : requestId,
      ingestion.requestDigest,
      documents.length,
    ],
  );
  await transaction.query(
    `insert into ingestion_documents (tenant_id, ingestion_id, collection_id, document_index, uri, media_type, title, metadata,
       content_hash, size_bytes, content, due_time)
     select $1, $2, $3, position - 1, uri, media_type, title, metadata::jsonb, content_hash, length(content), content, now()
     from unnest($4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::bytea[])
       with ordinality as d (uri, media_type, title, metadata, content_hash, content, position)
     order by position`,
    [
      tenantId,
      id,
      collectionId,
      documents.map(({ uri }) => uri),
      documents.map(({ mediaType }) => mediaType),
      documents.map(({ title }) => title),
      documents.map(({ metadata }) => JSON.stringify(metadata)),
      documents.map(({ contentHash }) => contentHash),
      documents.map(({ content }) => content),
    ],
  );
}
