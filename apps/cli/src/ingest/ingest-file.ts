import { createHash, randomUUID } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { WeftError } from '@weft/errors';
import { type IngestionJson, type IngestResultJson } from '../door/door-answers';
import { type DoorClient } from '../door/door-client';
import { doorMethods } from '../door/door-methods';
import { withRetries } from '../door/retries';
import { type FileOutcome } from './ingest-outcome';

/** The largest document that the contract takes, in bytes. */
export const documentBytesMax = 33_554_432;
/** The deadline of an ingestion in its contract, and a little for the way. */
const ingestTimeoutMs = 630_000;

const outcomes: Record<string, 'created' | 'replaced' | 'unchanged'> = {
  INGEST_OUTCOME_CREATED: 'created',
  INGEST_OUTCOME_REPLACED: 'replaced',
  INGEST_OUTCOME_UNCHANGED: 'unchanged',
};

/** Where files are taken from, and where they go. */
export interface IngestTarget {
  client: DoorClient;
  folder: string;
  collection: string;
  /** The content hashes of what is there already, by uri. */
  stored: ReadonlyMap<string, string>;
  /** Leaves it to weft to ingest what it has accepted. */
  detach: boolean;
  /** Ends waiting for another try. */
  stopRequested: AbortSignal;
  /** Ends a call under way. */
  stopForced: AbortSignal;
  onRetry(error: WeftError, delayMs: number): void;
}

/**
 * Ingests one file, unless the same content is there already.
 *
 * @throws WeftError when it is not the file's fault, so that the next one would fail the same way
 */
export async function ingestFile(target: IngestTarget, uri: string): Promise<FileOutcome> {
  const read = await readDocument(join(target.folder, uri));
  if (read.content === undefined) return { kind: 'failed', uri, reason: read.reason, message: read.message };
  const hash = createHash('sha256').update(read.content).digest('hex');
  if (target.stored.get(uri) === hash) return { kind: 'unchanged', uri };
  try {
    const answer = await upload(target, uri, read.content.toString('base64'));
    return answer.ingestion ? { kind: 'accepted', uri } : toOutcome(uri, answer.results?.[0]);
  } catch (error) {
    if (!(error instanceof WeftError) || !isFilesFault(error)) throw error;
    return { kind: 'failed', uri, reason: error.reason, message: error.message };
  }
}

type ReadDocument = { content: Buffer } | { content: undefined; reason: string; message: string };

async function readDocument(path: string): Promise<ReadDocument> {
  try {
    const { size } = await stat(path);
    if (size <= documentBytesMax) return { content: await readFile(path) };
    const message = `It has ${size} bytes; a document may have ${documentBytesMax} at most.`;
    return { content: undefined, reason: 'DOCUMENT_TOO_LARGE', message };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { content: undefined, reason: 'FILE_UNREADABLE', message };
  }
}

interface IngestAnswer {
  results?: IngestResultJson[];
  ingestion?: IngestionJson;
}

async function upload(target: IngestTarget, uri: string, content: string): Promise<IngestAnswer> {
  const { client, collection, detach, stopRequested, stopForced, onRetry } = target;
  // The id makes another try of the same request the same ingestion.
  const accepting = detach ? { asynchronous: true, requestId: randomUUID() } : {};
  const request = { collection, documents: [{ uri, content }], ...accepting };
  const call = { signal: stopForced, timeoutMs: ingestTimeoutMs };
  return await withRetries(() => client.call<IngestAnswer>(doorMethods.ingestDocuments, request, call), {
    signal: stopRequested,
    onRetry,
  });
}

function toOutcome(uri: string, result: IngestResultJson | undefined): FileOutcome {
  const kind = outcomes[result?.outcome ?? ''];
  if (kind !== undefined) return { kind, uri, chunkCount: result?.document?.chunkCount ?? 0 };
  const { reason, message } = result?.document?.error ?? {};
  return {
    kind: 'failed',
    uri,
    reason: reason || 'UNKNOWN',
    message: message || 'Weft did not say what became of it.',
  };
}

/** Whether another file may fare better: a refusal of the request as such may not, and neither may a weft that is not there. */
function isFilesFault({ code, reason, metadata }: WeftError): boolean {
  if (reason === 'HTTP_405' || reason === 'ROUTE_NOT_FOUND' || metadata['status'] === '429') return false;
  return (
    code !== 'UNAUTHENTICATED' &&
    code !== 'PERMISSION_DENIED' &&
    code !== 'NOT_FOUND' &&
    code !== 'UNAVAILABLE' &&
    code !== 'CANCELLED'
  );
}
