import { events } from '@weft/contracts';
import { decodeEvent, type EventCodec } from '@weft/events';

import { type CallOutcome, type LedgerRow } from './ledger';
import { type PriceList } from './price-list';
import { type EventRecord } from './record';

/** What an event leaves behind. */
export interface EventTrace {
  record: EventRecord;
  ledgerRows: LedgerRow[];
}

/** How one kind of event is kept. */
interface EventKind<Message> {
  codec: EventCodec<Message>;
  /** The fields that a record shows. A field that a contract gains later is not shown before it is named here. */
  fields: (keyof Message & string)[];
  runId?(message: Message): string;
  ledgerRows?(message: Message, event: events.EventEnvelope, prices: PriceList): LedgerRow[];
}

/** The event that tells of the end of a run, and with it what is billed. */
export const runFinishedSubject = 'weft.orchestrator.run_finished.v1';

const kinds = new Map<string, EventKind<never>>();

kind(runFinishedSubject, {
  codec: events.RunFinished,
  fields: [
    'runId',
    'requestId',
    'apiKeyId',
    'model',
    'assistant',
    'assistantVersion',
    'state',
    'errorReason',
    'cached',
    'startTime',
    'endTime',
    'calls',
    'timeToFirstTokenUs',
    'prompt',
    'promptVersion',
    'policy',
    'findingCount',
    'citedDocumentIds',
    'tools',
  ],
  runId: ({ runId }) => runId,
  ledgerRows: (run, event, prices) => run.calls.map((call) => ledgerRowOf(run, call, event, prices)),
});
kind('weft.gateway.api_key_created.v1', {
  codec: events.ApiKeyCreated,
  fields: ['apiKeyId', 'createdBy', 'scopes'],
});
kind('weft.gateway.api_key_revoked.v1', { codec: events.ApiKeyRevoked, fields: ['apiKeyId', 'revokedBy'] });
kind('weft.retrieval.document_ingested.v1', {
  codec: events.DocumentIngested,
  fields: ['collection', 'documentId', 'chunkCount', 'replaced', 'revision', 'ingestionId'],
});
kind('weft.retrieval.ingestion_accepted.v1', {
  codec: events.IngestionAccepted,
  fields: ['ingestionId', 'collection', 'documentCount'],
});
kind('weft.retrieval.ingestion_progressed.v1', {
  codec: events.IngestionProgressed,
  fields: [
    'ingestionId',
    'collection',
    'documentIndex',
    'documentId',
    'outcome',
    'errorReason',
    'done',
    'documentCount',
  ],
});
kind('weft.retrieval.ingestion_finished.v1', {
  codec: events.IngestionFinished,
  fields: ['ingestionId', 'collection', 'created', 'replaced', 'unchanged', 'failed', 'cancelled'],
});
kind('weft.retrieval.document_deleted.v1', {
  codec: events.DocumentDeleted,
  fields: ['collection', 'documentId', 'revision'],
});
kind('weft.retrieval.collection_deleted.v1', { codec: events.CollectionDeleted, fields: ['collection'] });

function kind<Message>(subject: string, definition: EventKind<Message>): void {
  kinds.set(subject, definition as unknown as EventKind<never>);
}

/**
 * What an event leaves behind: its record, and a row of the ledger, priced, for each model call that it tells of. Of an event of an unknown
 * kind it is kept that it happened. Throws INTERNAL `BAD_EVENT` when the payload is not what the subject says.
 */
export function traceOf(event: events.EventEnvelope, prices: PriceList): EventTrace {
  const { id, subject, tenantId } = event;
  const eventTime = event.eventTime ?? new Date();
  const known = kinds.get(subject) as EventKind<Record<string, unknown>> | undefined;
  if (!known) return { record: { id, subject, tenantId, eventTime, runId: '', detail: {} }, ledgerRows: [] };
  const message = decodeEvent(known.codec, event);
  const detail = Object.fromEntries(known.fields.map((field) => [field, message[field]]));
  return {
    record: { id, subject, tenantId, eventTime, runId: known.runId?.(message) ?? '', detail },
    ledgerRows: known.ledgerRows?.(message, event, prices) ?? [],
  };
}

const outcomes: readonly string[] = ['completed', 'failed', 'cancelled'] satisfies CallOutcome[];

function ledgerRowOf(
  run: events.RunFinished,
  { model, provider, usage: reported, ...call }: events.ModelCall,
  event: events.EventEnvelope,
  prices: PriceList,
): LedgerRow {
  const endTime = call.endTime ?? run.endTime ?? event.eventTime ?? new Date();
  const usage = {
    inputTokens: reported?.inputTokens ?? 0,
    outputTokens: reported?.outputTokens ?? 0,
    cachedInputTokens: reported?.cachedInputTokens ?? 0,
    reasoningTokens: reported?.reasoningTokens ?? 0,
    estimated: reported?.estimated ?? false,
  };
  return {
    tenantId: event.tenantId,
    runId: run.runId,
    attempt: call.attempt,
    requestId: run.requestId,
    apiKeyId: run.apiKeyId,
    model,
    provider,
    assistant: run.assistant,
    usage,
    outcome: outcomes.includes(call.outcome) ? (call.outcome as CallOutcome) : '',
    startTime: call.startTime ?? endTime,
    endTime,
    cost: prices.costOf({ provider, model, usage }),
  };
}
