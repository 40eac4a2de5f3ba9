import { WeftError } from '@weft/errors';

/** Why a document cannot be ingested, as reasons that programs act on. */
export type ParseFailureReason =
  | 'DOCUMENT_UNREADABLE'
  | 'DOCUMENT_ENCRYPTED'
  | 'DOCUMENT_EMPTY'
  | 'DOCUMENT_TOO_LARGE'
  | 'DOCUMENT_TOO_COMPLEX'
  | 'DOCUMENT_TYPE_UNSUPPORTED';

/** A failure as data: what crosses from the thread that parses. */
export interface ParseFailure {
  reason: ParseFailureReason;
  /** For a person. Never holds the document's content. */
  message: string;
  metadata: Record<string, string>;
}

/** Thrown by parsers when a document cannot be read. */
export class ParseError extends Error {
  override readonly name = 'ParseError';

  constructor(
    readonly reason: ParseFailureReason,
    message: string,
    readonly metadata: Record<string, string> = {},
  ) {
    super(message);
  }
}

/** DOCUMENT_TOO_LARGE, naming which limit was passed. */
export function tooLarge(limit: string, maximum: number, actual?: number): ParseError {
  const found = actual === undefined ? '' : `, it has ${actual}`;
  return new ParseError('DOCUMENT_TOO_LARGE', `The document may have at most ${maximum} ${limit}${found}.`, {
    limit,
    maximum: String(maximum),
    ...(actual === undefined ? {} : { actual: String(actual) }),
  });
}

/**
 * The failure that an error of a parser stands for. Messages of parsers are not handed on: they may quote the document.
 *
 * @param format what the document was read as, such as `pdf`
 */
export function parseFailureOf(error: unknown, format: string): ParseFailure {
  if (error instanceof ParseError) {
    return { reason: error.reason, message: error.message, metadata: error.metadata };
  }
  if (error instanceof RangeError && /call stack/i.test(error.message)) {
    return {
      reason: 'DOCUMENT_TOO_COMPLEX',
      message: 'The document is nested too deeply to be read.',
      metadata: { format },
    };
  }
  return {
    reason: 'DOCUMENT_UNREADABLE',
    message: `The document cannot be read as ${format}.`,
    metadata: { format },
  };
}

/** The failure as an error of weft. Another try with the same document fails the same way, so all are INVALID_ARGUMENT. */
export function parseFailureError(failure: ParseFailure): WeftError {
  return new WeftError('INVALID_ARGUMENT', failure.reason, failure.message, { metadata: failure.metadata });
}
