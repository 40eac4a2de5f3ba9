import { type ErrorCode, type WeftError } from '@weft/errors';
import { type PutOff } from './ingestion-store';

const delayMsMin = 1000;
const delayMsMax = 30_000;

/** Nothing about the document is to blame: it is tried again for as long as it takes. */
const outages: readonly ErrorCode[] = ['UNAVAILABLE', 'ABORTED', 'CANCELLED'];
/** May be the document's fault: it is tried again so often and no more. */
const doubtful: readonly ErrorCode[] = [
  'RESOURCE_EXHAUSTED',
  'DEADLINE_EXCEEDED',
  'INTERNAL',
  'UNKNOWN',
  'DATA_LOSS',
  'UNAUTHENTICATED',
  'PERMISSION_DENIED',
];

/** When a document that failed is tried again; undefined when it is not, for the failure is its own or came too often. */
export function retryOf(
  error: WeftError,
  { attempts, retries }: { attempts: number; retries: number },
  attemptsMax: number,
): (PutOff & { outage: boolean }) | undefined {
  const counted = doubtful.includes(error.code);
  const temporary = outages.includes(error.code) && error.reason !== 'INGESTION_GIVEN_UP';
  if (!temporary && !(counted && attempts < attemptsMax)) return undefined;
  const backoffMs = Math.min(delayMsMin * 2 ** Math.min(retries, 10), delayMsMax);
  const delayMs = Math.min(Math.max(backoffMs, error.retryDelayMs ?? 0), 10 * delayMsMax);
  return { delayMs, counted, outage: error.code === 'UNAVAILABLE' };
}
