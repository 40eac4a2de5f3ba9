import { events } from '@weft/contracts';
import { type OutboxEvent } from '@weft/postgres';
import { newId } from '@weft/runtime';

/** What wakes the workers of ingestions. */
export const ingestionAcceptedSubject = 'weft.retrieval.ingestion_accepted.v1';

/** A document was stored or replaced. */
export function documentIngested(tenantId: string, event: events.DocumentIngested): OutboxEvent {
  const payload = events.DocumentIngested.encode(event).finish();
  return { id: newId(), subject: 'weft.retrieval.document_ingested.v1', tenantId, payload };
}

/** Documents were accepted and will be ingested. */
export function ingestionAccepted(tenantId: string, event: events.IngestionAccepted): OutboxEvent {
  const payload = events.IngestionAccepted.encode(event).finish();
  return { id: newId(), subject: ingestionAcceptedSubject, tenantId, payload };
}

/** A document of an ingestion is done. */
export function ingestionProgressed(tenantId: string, event: events.IngestionProgressed): OutboxEvent {
  const payload = events.IngestionProgressed.encode(event).finish();
  return { id: newId(), subject: 'weft.retrieval.ingestion_progressed.v1', tenantId, payload };
}

/** All documents of an ingestion are done. */
export function ingestionFinished(tenantId: string, event: events.IngestionFinished): OutboxEvent {
  const payload = events.IngestionFinished.encode(event).finish();
  return { id: newId(), subject: 'weft.retrieval.ingestion_finished.v1', tenantId, payload };
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
