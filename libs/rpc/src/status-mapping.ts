import { type ErrorCode, errorCodeFromNumber, errorCodes, WeftError } from '@weft/errors';
import { common } from '@weft/contracts';
import { isAbortError } from './abort';
import { ClientError } from 'nice-grpc-common';
import {
  BadRequest,
  ErrorInfo,
  type ErrorDetails,
  QuotaFailure,
  RetryInfo,
  RichClientError,
  RichServerError,
} from 'nice-grpc-error-details';

/** The domain of every `ErrorInfo` that weft sends. */
export const errorDomain = 'weft';

/** Longer messages are cut: 80 KiB of error text hung a connection of grpc-js (trailers over the header limit). */
const messageLengthMax = 1024;

/** The HTTP status of each error code at the edge. Source: docs/architecture.md, "Errors". */
const httpStatuses: Record<ErrorCode, number> = {
  CANCELLED: 499,
  UNKNOWN: 500,
  INVALID_ARGUMENT: 400,
  DEADLINE_EXCEEDED: 504,
  NOT_FOUND: 404,
  ALREADY_EXISTS: 409,
  PERMISSION_DENIED: 403,
  RESOURCE_EXHAUSTED: 429,
  FAILED_PRECONDITION: 400,
  ABORTED: 409,
  OUT_OF_RANGE: 400,
  UNIMPLEMENTED: 404,
  INTERNAL: 500,
  UNAVAILABLE: 503,
  DATA_LOSS: 500,
  UNAUTHENTICATED: 401,
};

/** Reasons whose HTTP status is not that of their code. */
const httpStatusesByReason: Record<string, number> = { MESSAGE_TOO_LARGE: 413, PROVIDER_CREDENTIALS: 503 };

/** The HTTP status of an error. */
export function httpStatusOf(error: WeftError): number {
  return httpStatusesByReason[error.reason] ?? httpStatuses[error.code];
}

/**
 * What may leave the process of an error: a WeftError as it is, its message cut; a bare INTERNAL for anything else,
 * and for an INTERNAL, whose message is for the log.
 */
export function publicError(error: unknown): WeftError {
  if (!(error instanceof WeftError))
    return new WeftError('INTERNAL', 'INTERNAL', 'An internal error occurred.', { cause: error });
  if (error.code === 'INTERNAL' && error.reason === 'INTERNAL') {
    return new WeftError('INTERNAL', 'INTERNAL', 'An internal error occurred.', { cause: error });
  }
  if (error.message.length <= messageLengthMax) return error;
  return new WeftError(error.code, error.reason, `${error.message.slice(0, messageLengthMax - 1)}…`, {
    metadata: error.metadata,
    violations: error.violations.slice(0, 16),
    retryDelayMs: error.retryDelayMs,
    cause: error.cause,
  });
}

/** The google.rpc details of an error: ErrorInfo always, BadRequest, RetryInfo and QuotaFailure where they apply. */
export function errorDetailsOf(error: WeftError): ErrorDetails[] {
  const details: ErrorDetails[] = [
    ErrorInfo.fromPartial({ reason: error.reason, domain: errorDomain, metadata: { ...error.metadata } }),
  ];
  if (error.violations.length > 0) {
    details.push(
      BadRequest.fromPartial({
        fieldViolations: error.violations
          .slice(0, 16)
          .map(({ field, description }) => ({ field, description: description.slice(0, 256) })),
      }),
    );
  }
  if (error.retryDelayMs !== undefined) {
    details.push(RetryInfo.fromPartial({ retryDelay: durationOf(error.retryDelayMs) }));
  }
  if (error.reason === 'RATE_LIMITED') {
    details.push(
      QuotaFailure.fromPartial({
        violations: [{ subject: error.metadata['limit'] ?? '', description: error.message }],
      }),
    );
  }
  return details;
}

/** An error for the wire of gRPC. */
export function toServerError(error: WeftError): RichServerError {
  return new RichServerError(errorCodes[error.code] as number, error.message, errorDetailsOf(error));
}

/** A WeftError of whatever a gRPC client throws. */
export function fromClientError(error: unknown): unknown {
  if (error instanceof WeftError) return error;
  if (error instanceof RichClientError || error instanceof ClientError) return fromStatus(error);
  if (isAbortError(error))
    return new WeftError('CANCELLED', 'CALLER_GONE', 'The call was cancelled.', { cause: error });
  return error;
}

function fromStatus(error: ClientError & { extra?: unknown[] }): WeftError {
  const details = (error.extra ?? []) as { $type?: string }[];
  const info = details.find((detail) => detail.$type === ErrorInfo.$type) as ErrorInfo | undefined;
  const badRequest = details.find((detail) => detail.$type === BadRequest.$type) as BadRequest | undefined;
  const retry = details.find((detail) => detail.$type === RetryInfo.$type) as RetryInfo | undefined;
  const code = errorCodeFromNumber(error.code);
  const delay = retry?.retryDelay;
  return new WeftError(code, info?.reason ?? reasonOfBareStatus(code, error.details), error.details, {
    metadata: info?.metadata ?? {},
    violations: badRequest?.fieldViolations.map(({ field, description }) => ({ field, description })) ?? [],
    ...(delay === undefined ? {} : { retryDelayMs: Number(delay.seconds) * 1000 + delay.nanos / 1e6 }),
    cause: error,
  });
}

/** grpc-js itself refuses with bare statuses; they get reasons here, so that one can act on them. */
function reasonOfBareStatus(code: ErrorCode, details: string): string {
  if (code === 'RESOURCE_EXHAUSTED' && /larger than max|message.*(exceeds|larger)/i.test(details))
    return 'MESSAGE_TOO_LARGE';
  return code;
}

/** An error as data, for stream events and records. */
export function toErrorStatus(error: WeftError): common.ErrorStatus {
  return common.ErrorStatus.fromPartial({
    code: errorCodes[error.code],
    reason: error.reason,
    message: error.message,
    metadata: { ...error.metadata },
    ...(error.retryDelayMs === undefined ? {} : { retryDelay: durationOf(error.retryDelayMs) }),
  });
}

/** The error that an ErrorStatus tells of. */
export function fromErrorStatus(status: common.ErrorStatus): WeftError {
  const delay = status.retryDelay;
  return new WeftError(errorCodeFromNumber(status.code), status.reason, status.message, {
    metadata: status.metadata,
    ...(delay === undefined ? {} : { retryDelayMs: delay.seconds * 1000 + delay.nanos / 1e6 }),
  });
}

function durationOf(milliseconds: number): { seconds: number; nanos: number } {
  const seconds = Math.floor(milliseconds / 1000);
  return { seconds, nanos: Math.round((milliseconds - seconds * 1000) * 1e6) };
}
