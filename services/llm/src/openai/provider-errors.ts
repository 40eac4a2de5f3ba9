import { unavailable, WeftError } from '@weft/errors';
import { modelNotFound } from '../model-not-found';
import { providerReasons } from './provider-reasons';
import { retryAfterMs } from './retry-after';

/** Longer messages of the provider are cut. */
const messageLengthMax = 1024;

/** The headers and body of an answer that is an error. */
export interface RefusedAnswer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
  /** The model that was asked for. */
  model: string;
}

/** The shape of errors in the OpenAI API. */
interface ErrorBody {
  error?: { message?: unknown; code?: unknown } | string;
  message?: unknown;
}

/** The error that an HTTP answer of the provider stands for. */
export function errorOfAnswer({ status, headers, body, model }: RefusedAnswer): WeftError {
  const { message, code } = readErrorBody(body);
  const metadata: Record<string, string> = { provider_status: String(status) };
  if (code !== undefined) metadata['provider_code'] = code;
  const retryDelayMs = retryAfterMs(headers['retry-after'], Date.now());
  if (status === 429) {
    const text = 'The model provider refuses further requests for now. Try again later.';
    return new WeftError('RESOURCE_EXHAUSTED', providerReasons.rateLimited, text, { metadata, retryDelayMs });
  }
  if (status === 401 || status === 402 || status === 403) {
    // What the provider says of a key may quote the key: it stays here.
    const text = `The model provider refused weft's credentials (HTTP ${status}). The operator must check OPENAI_API_KEY.`;
    return new WeftError('FAILED_PRECONDITION', providerReasons.credentials, text, { metadata });
  }
  if (status === 404) return modelNotFound(model, metadata);
  if (status >= 500 || status === 408) {
    const text = `The model provider is not available (HTTP ${status}).`;
    return unavailable(providerReasons.unavailable, text, {
      metadata,
      ...(retryDelayMs === undefined ? {} : { retryDelayMs }),
    });
  }
  if (status >= 400) {
    const text = `The model provider refused the request: ${message ?? `HTTP ${status}`}`;
    return new WeftError('INVALID_ARGUMENT', providerReasons.rejected, cut(text), { metadata });
  }
  const text = `The model provider answered HTTP ${status}, which is no answer. The operator must check OPENAI_BASE_URL.`;
  return new WeftError('FAILED_PRECONDITION', providerReasons.misconfigured, text, { metadata });
}

/** An error that the provider told of within a stream. */
export function errorOfEvent(error: unknown): WeftError {
  const { message, code } = readError(error);
  const metadata: Record<string, string> = code === undefined ? {} : { provider_code: code };
  const text = `The model provider broke off the answer: ${message ?? 'it gave no reason'}`;
  return unavailable(providerReasons.failed, cut(text), { metadata });
}

/** The connection could not be made, or broke before the answer began. */
export function unreachable(cause: unknown): WeftError {
  return unavailable(providerReasons.unreachable, 'The model provider cannot be reached.', { cause });
}

/** The connection broke within the answer. */
export function connectionLost(cause: unknown): WeftError {
  return unavailable(
    providerReasons.connectionLost,
    'The connection to the model provider broke within the answer.',
    { cause },
  );
}

/** The body ended before the answer did. */
export function truncated(): WeftError {
  return unavailable(
    providerReasons.truncated,
    'The model provider ended the stream before the answer was whole.',
  );
}

/** The answer cannot be read. */
export function malformed(what: string, cause?: unknown): WeftError {
  return new WeftError(
    'INTERNAL',
    providerReasons.malformed,
    `The model provider's answer cannot be read: ${what}.`,
    { cause },
  );
}

/** Nothing came for too long. */
export function stalled(timeoutMs: number): WeftError {
  const text = `The model provider sent no content for ${timeoutMs} ms.`;
  return new WeftError('DEADLINE_EXCEEDED', providerReasons.stalled, text);
}

function readErrorBody(body: string): { message?: string; code?: string } {
  let parsed: ErrorBody;
  try {
    parsed = JSON.parse(body) as ErrorBody;
  } catch {
    return {};
  }
  return readError(parsed?.error ?? parsed);
}

function readError(error: unknown): { message?: string; code?: string } {
  if (typeof error === 'string') return { message: error };
  const { message, code } = (error ?? {}) as { message?: unknown; code?: unknown };
  const isCode = typeof code === 'string' || typeof code === 'number';
  return {
    ...(typeof message === 'string' ? { message } : {}),
    ...(isCode ? { code: String(code).slice(0, 64) } : {}),
  };
}

function cut(text: string): string {
  return text.length <= messageLengthMax ? text : `${text.slice(0, messageLengthMax - 1)}…`.toWellFormed();
}
