import { type StatusObject } from '@grpc/grpc-js';
import { type ErrorCode, errorCodeFromNumber, unavailable, WeftError } from '@weft/errors';
import { deadlineExceeded } from './deadline';
import { StatusError } from './grpc-attempt';
import { isLost } from './lost-call';
import { statusDetails } from './status-details';

/** A WeftError of whatever status ended a gRPC call; any other error as it is. */
export function fromClientError(error: unknown): unknown {
  if (error instanceof Error && error.message === 'Channel has been shut down') return unreachable(error);
  if (!(error instanceof StatusError)) return error;
  const { status } = error;
  const code = errorCodeFromNumber(status.code);
  const { info, badRequest, retry } = statusDetails(status.metadata);
  if (info === undefined) return fromBareStatus(code, status, error);
  const delay = retry?.retryDelay;
  return new WeftError(code, info.reason, status.details, {
    metadata: info.metadata,
    violations: badRequest?.fieldViolations.map(({ field, description }) => ({ field, description })),
    retryDelayMs: delay && Number(delay.seconds) * 1000 + delay.nanos / 1e6,
    cause: error,
  });
}

/**
 * A status without details is grpc-js's own, of either side. Its messages name addresses and frames, which concern nobody outside,
 * and some of its codes say less than is known.
 */
function fromBareStatus(code: ErrorCode, status: StatusObject, cause: StatusError): WeftError {
  const { details } = status;
  if (code === 'DEADLINE_EXCEEDED') return deadlineExceeded();
  if (isLost(status)) return unreachable(cause);
  if (code === 'RESOURCE_EXHAUSTED' && /message.*larger than/i.test(details)) return messageTooLarge(cause);
  if (code === 'RESOURCE_EXHAUSTED' && details.startsWith('Metadata')) return metadataTooLarge(details);
  return new WeftError(code, code, details, { cause });
}

function unreachable(cause: unknown): WeftError {
  return unavailable('SERVICE_UNREACHABLE', 'A service cannot be reached now. Try again.', { cause });
}

/** RESOURCE_EXHAUSTED: a request or response has more bytes than the transport takes. */
export function messageTooLarge(cause?: unknown): WeftError {
  return new WeftError(
    'RESOURCE_EXHAUSTED',
    'MESSAGE_TOO_LARGE',
    'A message of the call has more bytes than are allowed.',
    {
      cause,
    },
  );
}

/** RESOURCE_EXHAUSTED: a call carries too much metadata. */
export function metadataTooLarge(message: string): WeftError {
  return new WeftError('RESOURCE_EXHAUSTED', 'METADATA_TOO_LARGE', message);
}
