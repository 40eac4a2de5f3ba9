import { type ServiceError, status } from '@grpc/grpc-js';
import type { ErrorStatus } from './gen/weft/common/v1/status_pb';
import { millisecondsOf, statusDetails } from './status-details';

/** A field of the request that is wrong. */
export interface FieldViolation {
  /** Its path, such as `call.messages[0].role`. */
  readonly field: string;
  /** What is wrong with it. */
  readonly description: string;
}

/** A limit that was passed. */
export interface QuotaViolation {
  /** The limit's name, such as `requests_per_minute`. */
  readonly subject: string;
  /** What is wrong with it. */
  readonly description: string;
}

/** What an error may carry besides its code and message. */
export interface WeftErrorDetails {
  reason?: string;
  metadata?: Readonly<Record<string, string>>;
  fieldViolations?: readonly FieldViolation[];
  quotaViolations?: readonly QuotaViolation[];
  retryDelayMs?: number;
  cause?: unknown;
}

/** What weft answered instead of a result, or what became of the connection to it. */
export class WeftError extends Error {
  override readonly name: string = 'WeftError';
  /** The stable reason, such as `MODEL_NOT_FOUND`; empty when the error is not weft's own. */
  readonly reason: string;
  /** Facts for a program, such as the limit that was passed. */
  readonly metadata: Readonly<Record<string, string>>;
  /** The fields that are wrong; empty unless the code is INVALID_ARGUMENT. */
  readonly fieldViolations: readonly FieldViolation[];
  /** The limits that were passed; empty unless the code is RESOURCE_EXHAUSTED. */
  readonly quotaViolations: readonly QuotaViolation[];
  /** After how many milliseconds a retry may succeed; undefined where none is advised. */
  readonly retryDelayMs: number | undefined;

  /** `code` is the name of the gRPC status, such as `NOT_FOUND`. */
  constructor(
    readonly code: keyof typeof status,
    message: string,
    details: WeftErrorDetails = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.reason = details.reason ?? '';
    this.metadata = details.metadata ?? {};
    this.fieldViolations = details.fieldViolations ?? [];
    this.quotaViolations = details.quotaViolations ?? [];
    this.retryDelayMs = details.retryDelayMs;
  }
}

/** A stream broke the stream contract: it has no terminal event, or its events are not in sequence. What came before is not the whole answer. */
export class StreamTruncatedError extends WeftError {
  override readonly name = 'StreamTruncatedError';

  constructor(message: string) {
    super('UNAVAILABLE', message, { reason: 'STREAM_CUT' });
  }
}

/** The typed error of a call that failed, with the google.rpc details of its trailer. An abort of the signal is its cause. */
export function errorOfCall(error: unknown, signal?: AbortSignal): WeftError {
  if (error instanceof WeftError) return error;
  const { code, details, metadata } = error as Partial<ServiceError>;
  // Not an error of gRPC: the caller's own, such as a field of the wrong type.
  if (typeof code !== 'number') throw error;
  const cause: unknown = signal?.aborted && code === status.CANCELLED ? signal.reason : error;
  return new WeftError(codeOf(code), details ?? '', {
    ...(metadata === undefined ? {} : statusDetails(metadata)),
    cause,
  });
}

/** The typed error that an ErrorStatus tells of. */
export function errorOfStatus(error: ErrorStatus | undefined): WeftError {
  if (error === undefined) return new WeftError('UNKNOWN', 'The stream failed and did not say why.');
  const { code, message, metadata, reason, retryDelay } = error;
  return new WeftError(codeOf(code), message, {
    reason,
    metadata,
    ...(retryDelay === undefined ? {} : { retryDelayMs: millisecondsOf(retryDelay) }),
  });
}

function codeOf(code: number): keyof typeof status {
  return (status[code] as keyof typeof status | undefined) ?? 'UNKNOWN';
}
