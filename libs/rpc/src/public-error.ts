import { type FieldViolation, WeftError } from '@weft/errors';

/**
 * What an error may carry. All of it travels in HTTP/2 trailers: 80 KiB there hung a connection of grpc-js, and clients in other
 * languages take no more than 8 KiB, base64 and percent-encoding included.
 */
const limits = {
  messageBytes: 1024,
  violations: 16,
  fieldBytes: 128,
  descriptionBytes: 192,
  metadataEntries: 16,
  metadataBytes: 128,
  /** Of violations and metadata together. */
  detailsBytes: 2048,
};

/**
 * What may leave the process of an error: a WeftError within the limits of the wire; a bare INTERNAL for anything else,
 * and for an INTERNAL, whose message is for the log.
 */
export function publicError(error: unknown): WeftError {
  if (!(error instanceof WeftError) || (error.code === 'INTERNAL' && error.reason === 'INTERNAL')) {
    return new WeftError('INTERNAL', 'INTERNAL', 'An internal error occurred.', { cause: error });
  }
  let left = limits.detailsBytes;
  const fits = (...texts: string[]) => {
    for (const text of texts) left -= Buffer.byteLength(text);
    return left >= 0;
  };
  const metadata = Object.entries(error.metadata)
    .slice(0, limits.metadataEntries)
    .map(([key, value]) => [cut(key, limits.metadataBytes), cut(value, limits.metadataBytes)] as const)
    .filter((entry) => fits(...entry));
  const violations = error.violations
    .slice(0, limits.violations)
    .map(cutViolation)
    .filter(({ field, description }) => fits(field, description));
  return new WeftError(error.code, error.reason, cut(error.message, limits.messageBytes), {
    metadata: Object.fromEntries(metadata),
    violations,
    retryDelayMs: error.retryDelayMs,
    cause: error.cause,
  });
}

function cutViolation({ field, description }: FieldViolation): FieldViolation {
  return { field: cut(field, limits.fieldBytes), description: cut(description, limits.descriptionBytes) };
}

/** Cuts a text to UTF-8 bytes. Half a surrogate pair is replaced: grpc-js cannot percent-encode it, and throws. */
function cut(text: string, bytesMax: number): string {
  const whole = text.toWellFormed();
  // No UTF-16 code unit takes more than three bytes: the text need not be counted when it is short, nor encoded when it is huge.
  if (whole.length * 3 <= bytesMax || Buffer.byteLength(whole) <= bytesMax) return whole;
  const ellipsis = '…';
  const bytes = Buffer.from(whole.slice(0, bytesMax).toWellFormed());
  const kept = bytes.subarray(0, bytesMax - Buffer.byteLength(ellipsis)).toString('utf8');
  return kept.replace(/\uFFFD+$/u, '') + ellipsis;
}
