import { common } from '@weft/contracts';
import { type ErrorCode, errorCodeFromNumber, errorCodes, WeftError } from '@weft/errors';
import {
  BadRequest,
  type ErrorDetails,
  ErrorInfo,
  QuotaFailure,
  RetryInfo,
  RichServerError,
} from 'nice-grpc-error-details';

/** The domain of every `ErrorInfo` that weft sends. */
const errorDomain = 'weft';

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
const httpStatusesByReason: Record<string, number> = {
  MESSAGE_TOO_LARGE: 413,
  // The operator's settings are wrong, not the caller's request.
  PROVIDER_CREDENTIALS: 503,
  PROVIDER_MISCONFIGURED: 503,
};

/** The HTTP status of an error. */
export function httpStatusOf(error: WeftError): number {
  return httpStatusesByReason[error.reason] ?? httpStatuses[error.code];
}

/** The google.rpc details of an error: ErrorInfo always, BadRequest, RetryInfo and QuotaFailure where they apply. */
export function errorDetailsOf(error: WeftError): ErrorDetails[] {
  const details: ErrorDetails[] = [
    ErrorInfo.fromPartial({ reason: error.reason, domain: errorDomain, metadata: { ...error.metadata } }),
  ];
  if (error.violations.length > 0) {
    details.push(BadRequest.fromPartial({ fieldViolations: [...error.violations] }));
  }
  if (error.retryDelayMs !== undefined) {
    details.push(RetryInfo.fromPartial({ retryDelay: durationOf(error.retryDelayMs) }));
  }
  if (error.reason === 'RATE_LIMITED') {
    const subject = error.metadata['limit'] ?? '';
    details.push(
      QuotaFailure.fromPartial({ violations: [{ subject, description: 'The limit was passed.' }] }),
    );
  }
  return details;
}

/** An error for the wire of gRPC. */
export function toServerError(error: WeftError): RichServerError {
  return new RichServerError(errorCodes[error.code] as number, error.message, errorDetailsOf(error));
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

/** Whole milliseconds, rounded up: whoever waits that long has waited long enough. */
function durationOf(milliseconds: number): { seconds: number; nanos: number } {
  const whole = Math.ceil(Math.max(milliseconds, 0));
  return { seconds: Math.floor(whole / 1000), nanos: (whole % 1000) * 1e6 };
}
