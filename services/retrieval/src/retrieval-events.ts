import { events } from '@weft/contracts';
import { type OutboxEvent } from '@weft/postgres';
import { newId } from '@weft/runtime';

/** A document was stored or replaced. */
export function documentIngested(tenantId: string, event: events.DocumentIngested): OutboxEvent {
  const payload = events.DocumentIngested.encode(event).finish();
  return { id: newId(), subject: 'weft.retrieval.document_ingested.v1', tenantId, payload };
}

/** A document was deleted. */
export function documentDeleted(tenantId: string, event: events.DocumentDeleted): OutboxEvent {
  const payload = events.DocumentDeleted.encode(event).finish();
  return { id: newId(), subject: 'weft.retrieval.document_deleted.v1', tenantId, payload };
}

/** A collection was deleted with all its documents. */
export function collectionDeleted(tenantId: string, event: events.CollectionDeleted): OutboxEvent {
  const payload = events.CollectionDeleted.encode(event).finish();
  return { id: newId(), subject: 'weft.retrieval.collection_deleted.v1', tenantId, payload };
}
