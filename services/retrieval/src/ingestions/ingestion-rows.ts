import { retrieval } from '@weft/contracts';
import { internal, type WeftError } from '@weft/errors';
import { type OutboxEvent, outboxStatement, type Transaction } from '@weft/postgres';
import { resultMessage } from '../document-message';
import { documentOf, type DocumentRow, documentsByUris } from '../document-rows';
import { type IngestResult } from '../ingest-event';
import { ingestionFinished, ingestionProgressed } from '../retrieval-events';
import { type DocumentClaim, doneCount, type OutcomeCounts } from './ingestion';
import { claimLost } from './ingestion-errors';

/** An ingestion's row, locked: whoever holds it is alone in saying what became of the ingestion's documents. */
interface LockedIngestion extends OutcomeCounts {
  id: string;
  collection_id: string;
  collection: string;
  document_count: number;
}

/** A document that is pending. */
interface PendingRow {
  document_index: number;
  uri: string;
  media_type: string;
  title: string;
  metadata: Record<string, unknown>;
  content_hash: string;
  size_bytes: number;
}

/** What became of one document of an ingestion. */
interface Settlement {
  documentIndex: number;
  result: IngestResult;
}

/**
 * Says what became of a claimed document, in the transaction in which it became so.
 *
 * @throws WeftError ABORTED `CLAIM_LOST` when the claim is not held any more: the transaction must then change nothing
 */
export async function settleClaim(
  transaction: Transaction,
  tenantId: string,
  claim: DocumentClaim,
  result: IngestResult,
): Promise<void> {
  const ingestion = await lockIngestion(transaction, tenantId, claim.ingestionId);
  const [held] = await transaction.query(
    `select 1 from ingestion_documents where tenant_id = $1 and ingestion_id = $2 and document_index = $3
       and claim_id = $4 and done_number is null for update`,
    [tenantId, claim.ingestionId, claim.documentIndex, claim.claimId],
  );
  if (ingestion === undefined || held === undefined) throw claimLost();
  await settle(transaction, tenantId, ingestion, [{ documentIndex: claim.documentIndex, result }]);
}

/** Fails what is pending of an ingestion. */
export async function failPending(
  transaction: Transaction,
  tenantId: string,
  ingestionId: string,
  error: WeftError,
): Promise<void> {
  const ingestion = await lockIngestion(transaction, tenantId, ingestionId);
  if (ingestion === undefined) return;
  const pending = await transaction.query<PendingRow>(
    `select document_index, uri, media_type, title, metadata, content_hash, size_bytes from ingestion_documents
     where tenant_id = $1 and ingestion_id = $2 and done_number is null order by document_index for update`,
    [tenantId, ingestionId],
  );
  if (pending.length === 0) return;
  const statement = documentsByUris(tenantId, ingestion.collection_id, [
    ...new Set(pending.map(({ uri }) => uri)),
  ]);
  const stored = (await transaction.query<DocumentRow>(statement.text, statement.values)).map(documentOf);
  const earlier = new Map(stored.map((document) => [document.uri, document]));
  const settlements = pending.map((row) => ({
    documentIndex: row.document_index,
    result: { outcome: 'failed' as const, given: factsOf(row), error, earlier: earlier.get(row.uri) },
  }));
  await settle(transaction, tenantId, ingestion, settlements, true);
}

async function lockIngestion(
  transaction: Transaction,
  tenantId: string,
  ingestionId: string,
): Promise<LockedIngestion | undefined> {
  const [row] = await transaction.query<LockedIngestion>(
    `select id, collection_id, collection, document_count, created, replaced, unchanged, failed from ingestions
     where tenant_id = $1 and id = $2 for no key update`,
    [tenantId, ingestionId],
  );
  return row;
}

async function settle(
  transaction: Transaction,
  tenantId: string,
  ingestion: LockedIngestion,
  settlements: readonly Settlement[],
  cancelled = false,
): Promise<void> {
  const counts: OutcomeCounts = { ...ingestion };
  const events: OutboxEvent[] = [];
  const doneNumbers = settlements.map(({ documentIndex, result }) => {
    counts[result.outcome] += 1;
    const done = doneCount(counts);
    events.push(progressed(tenantId, ingestion, { documentIndex, result }, done));
    return done;
  });
  const finished = doneCount(counts) === ingestion.document_count;
  if (finished) events.push(finishedEvent(tenantId, ingestion, counts, cancelled));
  await transaction.query(
    `update ingestion_documents as d set done_number = s.done_number, result = s.result, content = null, metadata = '{}'
     from unnest($3::int[], $4::int[], $5::bytea[]) as s (document_index, done_number, result)
     where d.tenant_id = $1 and d.ingestion_id = $2 and d.document_index = s.document_index`,
    [
      tenantId,
      ingestion.id,
      settlements.map(({ documentIndex }) => documentIndex),
      doneNumbers,
      settlements.map((settlement) => encode(ingestion.collection, settlement)),
    ],
  );
  const updated = await transaction.query(
    `update ingestions set created = $3, replaced = $4, unchanged = $5, failed = $6, cancelled = cancelled or $7,
       update_time = now(), finish_time = case when $8 then now() end
     where tenant_id = $1 and id = $2 returning 1`,
    [
      tenantId,
      ingestion.id,
      counts.created,
      counts.replaced,
      counts.unchanged,
      counts.failed,
      cancelled,
      finished,
    ],
  );
  if (updated.length !== 1) throw internal('a locked ingestion is gone');
  const event = outboxStatement(events);
  await transaction.query(event.text, event.values);
}

function encode(collection: string, { documentIndex, result }: Settlement): Uint8Array {
  return retrieval.IngestResult.encode(resultMessage(result, collection, documentIndex)).finish();
}

function progressed(
  tenantId: string,
  { id, collection, document_count }: LockedIngestion,
  { documentIndex, result }: Settlement,
  done: number,
): OutboxEvent {
  const document = result.outcome === 'failed' ? result.earlier : result.document;
  return ingestionProgressed(tenantId, {
    ingestionId: id,
    collection,
    documentIndex,
    documentId: document?.id ?? '',
    outcome: result.outcome,
    errorReason: result.outcome === 'failed' ? result.error.reason : '',
    done,
    documentCount: document_count,
  });
}

function finishedEvent(
  tenantId: string,
  { id, collection }: LockedIngestion,
  { created, replaced, unchanged, failed }: OutcomeCounts,
  cancelled: boolean,
): OutboxEvent {
  return ingestionFinished(tenantId, {
    ingestionId: id,
    collection,
    created,
    replaced,
    unchanged,
    failed,
    cancelled,
  });
}

function factsOf(row: PendingRow) {
  return {
    uri: row.uri,
    mediaType: row.media_type,
    title: row.title,
    metadata: row.metadata,
    contentHash: row.content_hash,
    sizeBytes: row.size_bytes,
  };
}
