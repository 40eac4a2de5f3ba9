import { invalidField, unavailable, WeftError } from '@weft/errors';

/** INVALID_ARGUMENT `URL_INVALID`: the URL itself is wrong, whatever the policy says. */
export function invalidUrl(description: string): WeftError {
  return invalidField('url', description, 'URL_INVALID');
}

/**
 * PERMISSION_DENIED `DESTINATION_FORBIDDEN`: the policy does not let a request reach this destination.
 * The address is not in the message, or a tenant could read the operator's DNS; it is in the cause, for the log.
 */
export function destinationForbidden(host: string, why: string, cause?: string): WeftError {
  return new WeftError(
    'PERMISSION_DENIED',
    'DESTINATION_FORBIDDEN',
    `Requests to '${host}' are refused: ${why}.`,
    {
      metadata: { host },
      ...(cause === undefined ? {} : { cause: new Error(cause) }),
    },
  );
}

/** UNAVAILABLE `HOST_NOT_FOUND`: the name has no address, or DNS did not answer in time. */
export function hostNotFound(host: string, cause: unknown): WeftError {
  return unavailable('HOST_NOT_FOUND', `The host '${host}' has no address, or DNS did not answer.`, {
    metadata: { host },
    cause,
  });
}

/** UNAVAILABLE `DESTINATION_UNREACHABLE`: no connection, or it broke. */
export function destinationUnreachable(host: string, cause: unknown): WeftError {
  return unavailable('DESTINATION_UNREACHABLE', `The connection to '${host}' failed.`, {
    metadata: { host },
    cause,
  });
}

/** DEADLINE_EXCEEDED `DESTINATION_TOO_SLOW`: no headers, or no more of the body, within the limit. */
export function destinationTooSlow(host: string, limitMs: number, cause?: unknown): WeftError {
  return new WeftError(
    'DEADLINE_EXCEEDED',
    'DESTINATION_TOO_SLOW',
    `'${host}' did not answer within ${limitMs} ms.`,
    { metadata: { host, limit_ms: String(limitMs) }, cause },
  );
}

/** FAILED_PRECONDITION `TOO_MANY_REDIRECTS`. */
export function tooManyRedirects(limit: number): WeftError {
  return new WeftError(
    'FAILED_PRECONDITION',
    'TOO_MANY_REDIRECTS',
    `The destination redirected more than ${limit} times.`,
    { metadata: { limit: String(limit) } },
  );
}

/** FAILED_PRECONDITION `RESPONSE_TOO_LARGE`: the body is longer than the caller takes. */
export function responseTooLarge(host: string, limitBytes: number): WeftError {
  return new WeftError(
    'FAILED_PRECONDITION',
    'RESPONSE_TOO_LARGE',
    `The response of '${host}' is larger than the limit of ${limitBytes} bytes.`,
    { metadata: { host, limit_bytes: String(limitBytes) } },
  );
}
