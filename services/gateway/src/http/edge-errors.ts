import { WeftError } from '@weft/errors';
import { httpStatusOf } from '@weft/rpc';

/** Errors that only HTTP knows, with the status where that is not the one of their code. */
const statusesByReason: Record<string, number> = {
  METHOD_NOT_ALLOWED: 405,
  REQUEST_TIMEOUT: 408,
  UNSUPPORTED_MEDIA_TYPE: 415,
  HEADERS_TOO_LARGE: 431,
};

/** The HTTP status of an error at the edge. */
export function edgeStatusOf(error: WeftError): number {
  return statusesByReason[error.reason] ?? httpStatusOf(error);
}

export function routeNotFound(method: string, path: string): WeftError {
  return new WeftError('NOT_FOUND', 'ROUTE_NOT_FOUND', `There is no ${method} ${path}.`);
}

export function methodNotAllowed(path: string, allowed: readonly string[]): WeftError {
  return new WeftError(
    'UNIMPLEMENTED',
    'METHOD_NOT_ALLOWED',
    `${path} takes ${allowed.join(' and ')} alone.`,
    {
      metadata: { allowed: allowed.join(', ') },
    },
  );
}

export function unsupportedMediaType(): WeftError {
  return new WeftError(
    'INVALID_ARGUMENT',
    'UNSUPPORTED_MEDIA_TYPE',
    "Send JSON: 'Content-Type: application/json', not compressed.",
  );
}

export function bodyTooLarge(limitBytes: number): WeftError {
  return new WeftError(
    'RESOURCE_EXHAUSTED',
    'MESSAGE_TOO_LARGE',
    `The body must have at most ${limitBytes} bytes.`,
    {
      metadata: { limit_bytes: String(limitBytes) },
    },
  );
}

/** What fastify throws itself, before a handler runs; anything else is returned as it is. */
export function fromFastify(error: unknown, limitBytes: number): unknown {
  if (error instanceof WeftError || !(error instanceof Error)) return error;
  const { code, statusCode } = error as { code?: string; statusCode?: number };
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return bodyTooLarge(limitBytes);
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE' || code === 'FST_ERR_CTP_EMPTY_TYPE')
    return unsupportedMediaType();
  const isClientsFault =
    code?.startsWith('FST_') && statusCode !== undefined && statusCode >= 400 && statusCode < 500;
  return isClientsFault
    ? new WeftError('INVALID_ARGUMENT', 'BAD_REQUEST', error.message, { cause: error })
    : error;
}
