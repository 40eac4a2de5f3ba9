import { type ErrorCode } from './error-code';

/** What is wrong with one field of a request. */
export interface FieldViolation {
  /** The field's path as the contract names it, such as `messages[0].content`. */
  field: string;
  /** What is wrong with it, with the limit where there is one. */
  description: string;
}

/** What an error carries besides its code, reason and message. */
export interface WeftErrorOptions {
  /** Facts for a program, such as the limit that was passed. Never secrets or content. */
  metadata?: Record<string, string>;
  /** The fields that are wrong. */
  violations?: FieldViolation[];
  /** When a retry may succeed, in milliseconds from now. */
  retryDelayMs?: number;
  /** What caused it; logged, never sent. */
  cause?: unknown;
}

/**
 * The one error type of weft: whatever fails, fails with this, and one mapper in `@weft/rpc` makes statuses of it.
 * The message is for a person: what is wrong and what to do.
 */
export class WeftError extends Error {
  override readonly name = 'WeftError';
  readonly metadata: Readonly<Record<string, string>>;
  readonly violations: readonly FieldViolation[];
  readonly retryDelayMs: number | undefined;

  constructor(
    readonly code: ErrorCode,
    /** Stable, UPPER_SNAKE, such as `DOCUMENT_NOT_FOUND`. */
    readonly reason: string,
    message: string,
    options: WeftErrorOptions = {},
  ) {
    super(message, { cause: options.cause });
    this.metadata = options.metadata ?? {};
    this.violations = options.violations ?? [];
    this.retryDelayMs = options.retryDelayMs;
  }
}
