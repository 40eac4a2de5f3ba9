import { notFound, unavailable, WeftError } from '@weft/errors';
import { APIConnectionError, APIError } from 'openai';

/** Makes a WeftError of what the client threw. The provider's own text may quote inputs, so only its code is passed on. */
export function providerError(error: unknown, model: string): WeftError {
  if (error instanceof WeftError) return error;
  if (error instanceof APIConnectionError) return unreachable(error);
  if (!(error instanceof APIError) || error.status === undefined)
    return badAnswer('is not what OpenAI documents', error);
  const metadata = {
    http_status: String(error.status),
    ...(typeof error.code === 'string' ? { provider_code: error.code } : {}),
  };
  switch (error.status) {
    case 401:
    case 403:
      return new WeftError(
        'FAILED_PRECONDITION',
        'PROVIDER_CREDENTIALS',
        'The embedding provider refuses the credentials. Check OPENAI_API_KEY.',
        { metadata, cause: error },
      );
    case 404:
      return new WeftError('NOT_FOUND', 'MODEL_NOT_FOUND', notFound('model', model).message, {
        metadata: { ...metadata, resource: 'model', name: model },
        cause: error,
      });
    case 429:
      return new WeftError(
        'RESOURCE_EXHAUSTED',
        'PROVIDER_RATE_LIMITED',
        'The embedding provider asks to send less.',
        {
          metadata,
          retryDelayMs: retryDelayMs(error.headers),
          cause: error,
        },
      );
  }
  if (error.status >= 500) return unreachable(error, metadata, retryDelayMs(error.headers));
  return new WeftError(
    'INVALID_ARGUMENT',
    'PROVIDER_REFUSED',
    `inputs: the embedding provider refuses them with HTTP ${error.status}; a text may be too long for the model`,
    {
      metadata,
      violations: [
        { field: 'inputs', description: `are refused by the embedding provider with HTTP ${error.status}` },
      ],
      cause: error,
    },
  );
}

/** DEADLINE_EXCEEDED: the provider took longer than the setting allows, its whole answer included. */
export function providerTimeout(timeoutMs: number, cause: unknown): WeftError {
  const message = `The embedding provider did not answer within ${timeoutMs} ms.`;
  return new WeftError('DEADLINE_EXCEEDED', 'PROVIDER_TIMEOUT', message, { cause });
}

/** UNAVAILABLE: the provider answered with something that is no answer to what was asked. */
export function badAnswer(what: string, cause?: unknown): WeftError {
  return unavailable('PROVIDER_BAD_ANSWER', `The answer of the embedding provider ${what}.`, { cause });
}

function unreachable(cause: unknown, metadata: Record<string, string> = {}, retryDelay = 1000): WeftError {
  return unavailable('PROVIDER_UNAVAILABLE', 'The embedding provider cannot be reached or is down.', {
    metadata,
    retryDelayMs: retryDelay,
    cause,
  });
}

/** `Retry-After` in seconds or as an HTTP date (RFC 9110, section 10.2.3), else a second. */
function retryDelayMs(headers: Headers | undefined, now = Date.now()): number {
  const text = headers?.get('retry-after')?.trim() ?? '';
  if (text === '') return 1000;
  const seconds = Number(text);
  const delay = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(text) - now;
  return Number.isFinite(delay) && delay > 0 ? Math.ceil(delay) : 1000;
}
