import { retrieval } from '@weft/contracts';
import { toErrorStatus } from '@weft/rpc';
import { type StoredDocument } from './document';
import { type DocumentFacts, type DocumentInput } from './document-draft';
import { type IngestEvent, type IngestResult } from './ingest-event';

const outcomes = {
  created: retrieval.IngestOutcome.CREATED,
  replaced: retrieval.IngestOutcome.REPLACED,
  unchanged: retrieval.IngestOutcome.UNCHANGED,
  failed: retrieval.IngestOutcome.FAILED,
} as const;

/** A stored document as the contract has it. */
export function documentMessage(document: StoredDocument): retrieval.Document {
  return {
    id: document.id,
    collection: document.collection,
    uri: document.uri,
    title: document.title,
    mediaType: document.mediaType,
    contentHash: document.contentHash,
    sizeBytes: document.sizeBytes,
    state: retrieval.DocumentState.READY,
    chunkCount: document.chunkCount,
    metadata: document.metadata,
    error: undefined,
    createTime: document.createTime,
    updateTime: document.updateTime,
  };
}

/** What a caller gave as the domain has it. */
export function documentInput(input: retrieval.DocumentInput): DocumentInput {
  return {
    uri: input.uri,
    content: input.content,
    mediaType: input.mediaType,
    title: input.title,
    metadata: input.metadata ?? {},
  };
}

/** What became of a document as the contract has it. */
export function resultMessage(
  result: IngestResult,
  collection: string,
  documentIndex: number,
): retrieval.IngestResult {
  if (result.outcome !== 'failed') {
    return { outcome: outcomes[result.outcome], document: documentMessage(result.document), documentIndex };
  }
  const document = result.earlier
    ? documentMessage(result.earlier)
    : unstoredMessage(result.given, collection);
  return {
    outcome: outcomes.failed,
    documentIndex,
    document: { ...document, state: retrieval.DocumentState.FAILED, error: toErrorStatus(result.error) },
  };
}

/** An event of an ingestion as the contract has it, without its number. */
export function eventMessage(
  event: IngestEvent,
  collection: string,
): NonNullable<retrieval.StreamIngestDocumentsResponse['event']> {
  if (event.kind === 'result') {
    return { $case: 'result', value: resultMessage(event.result, collection, event.index) };
  }
  const { index, stage, chunksDone, chunksTotal } = event;
  return { $case: 'progress', value: { documentIndex: index, stage, chunksDone, chunksTotal } };
}

/** How many documents ended how. */
export function completedMessage(results: readonly IngestResult[]): retrieval.IngestCompleted {
  const count = (outcome: IngestResult['outcome']) =>
    results.filter((result) => result.outcome === outcome).length;
  return {
    created: count('created'),
    replaced: count('replaced'),
    unchanged: count('unchanged'),
    failed: count('failed'),
  };
}

/** A document of which nothing is stored: it has no id. */
function unstoredMessage(given: DocumentFacts, collection: string): retrieval.Document {
  return {
    ...given,
    id: '',
    collection,
    state: retrieval.DocumentState.FAILED,
    chunkCount: 0,
    error: undefined,
    createTime: undefined,
    updateTime: undefined,
  };
}
