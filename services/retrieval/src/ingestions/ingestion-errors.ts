import { WeftError } from '@weft/errors';

/** RESOURCE_EXHAUSTED: so much of a tenant waits that no more is accepted. */
export function queueFull(limit: 'documents' | 'bytes', maximum: number, waiting: number): WeftError {
  const message =
    `${waiting} ${limit} of this tenant wait to be ingested, and with this request they would be more than the ${maximum} that may. ` +
    'Try again when some of them are done.';
  return new WeftError('RESOURCE_EXHAUSTED', 'INGESTION_QUEUE_FULL', message, {
    metadata: { limit, maximum: String(maximum), waiting: String(waiting) },
    retryDelayMs: 10_000,
  });
}

/** ALREADY_EXISTS: a request id names one request. */
export function requestIdTaken(requestId: string): WeftError {
  const message = `The request id '${requestId}' was used for other documents. Use another one.`;
  return new WeftError('ALREADY_EXISTS', 'REQUEST_ID_USED', message, { metadata: { request_id: requestId } });
}

/** ABORTED: another one works on the document by now, or it is done. */
export function claimLost(): WeftError {
  return new WeftError('ABORTED', 'CLAIM_LOST', 'The document was claimed by another worker or is done.');
}

/** CANCELLED: what a document fails with that was pending when its ingestion was cancelled. */
export function ingestionCancelled(): WeftError {
  return new WeftError(
    'CANCELLED',
    'INGESTION_CANCELLED',
    'The ingestion was cancelled before this document was done.',
  );
}

/** NOT_FOUND: what a document fails with that was pending when its collection was deleted. */
export function collectionDeletedMeanwhile(collection: string): WeftError {
  const message = `The collection '${collection}' was deleted before this document was done.`;
  return new WeftError('NOT_FOUND', 'COLLECTION_DELETED', message, { metadata: { collection } });
}

/** ABORTED: what a document fails with whose workers ended before it did, time and again. */
export function givenUp(attempts: number): WeftError {
  const message = `The document was begun ${attempts} times and never came to an end. It may need more memory than there is.`;
  return new WeftError('ABORTED', 'INGESTION_GIVEN_UP', message, {
    metadata: { attempts: String(attempts) },
  });
}
