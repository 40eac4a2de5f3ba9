import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { WeftError } from '@weft/errors';
import { type IngestResultJson } from '../door/door-answers';
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
    return toOutcome(uri, await upload(target, uri, read.content.toString('base64')));
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

async function upload(
  target: IngestTarget,
  uri: string,
  content: string,
): Promise<IngestResultJson | undefined> {
  const { client, collection, stopRequested, stopForced, onRetry } = target;
  const request = { collection, documents: [{ uri, content }] };
  const call = { signal: stopForced, timeoutMs: ingestTimeoutMs };
  const answer = await withRetries(
    () => client.call<{ results?: IngestResultJson[] }>(doorMethods.ingestDocuments, request, call),
    { signal: stopRequested, onRetry },
  );
  return answer.results?.[0];
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
