import { type FieldViolation, WeftError, type WeftErrorOptions } from './weft-error';

/** INVALID_ARGUMENT for the fields named; the message is made of them. */
export function invalidFields(violations: FieldViolation[], reason = 'INVALID_REQUEST'): WeftError {
  const message = violations.map(({ field, description }) => `${field}: ${description}`).join('; ');
  return new WeftError('INVALID_ARGUMENT', reason, message, { violations });
}

/** INVALID_ARGUMENT for one field. */
export function invalidField(field: string, description: string, reason?: string): WeftError {
  return invalidFields([{ field, description }], reason);
}

/** NOT_FOUND with the reason `<RESOURCE>_NOT_FOUND`, such as `notFound('document', id)`. */
export function notFound(resource: string, name: string): WeftError {
  const reason = `${upperSnake(resource)}_NOT_FOUND`;
  return new WeftError('NOT_FOUND', reason, `There is no ${resource} '${name}'.`, {
    metadata: { resource, name },
  });
}

/** ALREADY_EXISTS with the reason `<RESOURCE>_EXISTS`. */
export function alreadyExists(resource: string, name: string): WeftError {
  const reason = `${upperSnake(resource)}_EXISTS`;
  return new WeftError(
    'ALREADY_EXISTS',
    reason,
    `There is already a ${resource} '${name}'. Choose another name.`,
    {
      metadata: { resource, name },
    },
  );
}

/** UNAVAILABLE: what is needed cannot be reached now; a retry may succeed. */
export function unavailable(reason: string, message: string, options: WeftErrorOptions = {}): WeftError {
  return new WeftError('UNAVAILABLE', reason, message, { retryDelayMs: 1000, ...options });
}

/** INTERNAL: a defect of ours. The message goes to the log alone. */
export function internal(message: string, cause?: unknown): WeftError {
  return new WeftError('INTERNAL', 'INTERNAL', message, { cause });
}

function upperSnake(words: string): string {
  return words.toUpperCase().replaceAll(/[^A-Z0-9]+/g, '_');
}
