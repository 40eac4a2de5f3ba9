import { type ErrorCode, errorCodeFromNumber, unavailable, WeftError } from '@weft/errors';
import { ClientError } from 'nice-grpc-common';
import { BadRequest, ErrorInfo, RetryInfo } from 'nice-grpc-error-details';
import { deadlineExceeded } from './deadline';
import { isLost } from './lost-call';

/** A WeftError of whatever status ended a gRPC call; any other error as it is. */
export function fromClientError(error: unknown): unknown {
  if (error instanceof Error && error.message === 'Channel has been shut down') return unreachable(error);
  if (!(error instanceof ClientError)) return error;
  const details = ((error as { extra?: unknown[] }).extra ?? []) as { $type?: string }[];
  const info = details.find((detail) => detail.$type === ErrorInfo.$type) as ErrorInfo | undefined;
  const code = errorCodeFromNumber(error.code);
  if (info === undefined) return fromBareStatus(code, error);
  const badRequest = details.find((detail) => detail.$type === BadRequest.$type) as BadRequest | undefined;
  const retry = details.find((detail) => detail.$type === RetryInfo.$type) as RetryInfo | undefined;
  const delay = retry?.retryDelay;
  return new WeftError(code, info.reason, error.details, {
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
function fromBareStatus(code: ErrorCode, error: ClientError): WeftError {
  const { details } = error;
  if (code === 'DEADLINE_EXCEEDED') return deadlineExceeded();
  if (isLost(error)) return unreachable(error);
  if (code === 'RESOURCE_EXHAUSTED' && /message.*larger than/i.test(details)) return messageTooLarge(error);
  if (code === 'RESOURCE_EXHAUSTED' && details.startsWith('Metadata')) return metadataTooLarge(details);
  return new WeftError(code, code, details, { cause: error });
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
