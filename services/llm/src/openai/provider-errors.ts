import { unavailable, WeftError } from '@weft/errors';
import { modelNotFound } from '../model-not-found';
import { providerReasons } from './provider-reasons';
import { retryAfterMs } from './retry-after';

/** What the provider says in words stays here: it may quote what it was sent, or the key. Its code and the field that it names are enough. */
const codePattern = /^[\w.-]{1,64}$/;
const fieldPattern = /^[\w.[\]-]{1,128}$/;

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
  error?: unknown;
}

/** The error that an HTTP answer of the provider stands for. */
export function errorOfAnswer({ status, headers, body, model }: RefusedAnswer): WeftError {
  const metadata = { provider_status: String(status), ...readErrorBody(body) };
  const retryDelayMs = retryAfterMs(headers['retry-after'], Date.now());
  if (status === 429) {
    const text = 'The model provider refuses further requests for now. Try again later.';
    return new WeftError('RESOURCE_EXHAUSTED', providerReasons.rateLimited, text, { metadata, retryDelayMs });
  }
  if (status === 401 || status === 402 || status === 403) {
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
    const text = `The model provider refused the request (${told(`HTTP ${status}`, metadata)}).`;
    return new WeftError('INVALID_ARGUMENT', providerReasons.rejected, text, { metadata });
  }
  const text = `The model provider answered HTTP ${status}, which is no answer. The operator must check OPENAI_BASE_URL.`;
  return new WeftError('FAILED_PRECONDITION', providerReasons.misconfigured, text, { metadata });
}

/** An error that the provider told of within a stream. */
export function errorOfEvent(error: unknown): WeftError {
  const metadata = readError(error);
  const text = `The model provider broke off the answer (${told('in its stream', metadata)}).`;
  return unavailable(providerReasons.failed, text, { metadata });
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

/** What is known of an error of the provider. */
type ToldOfError = Partial<Record<'provider_code' | 'provider_field', string>>;

function readErrorBody(body: string): ToldOfError {
  let parsed: ErrorBody | null;
  try {
    parsed = JSON.parse(body) as ErrorBody | null;
  } catch {
    return {};
  }
  return readError(parsed?.error ?? parsed);
}

function readError(error: unknown): ToldOfError {
  const { code, param } = (error ?? {}) as { code?: unknown; param?: unknown };
  const codeText = typeof code === 'number' ? String(code) : code;
  return {
    ...(typeof codeText === 'string' && codePattern.test(codeText) ? { provider_code: codeText } : {}),
    ...(typeof param === 'string' && fieldPattern.test(param) ? { provider_field: param } : {}),
  };
}

function told(first: string, { provider_code: code, provider_field: field }: ToldOfError): string {
  return [first, code, field].filter((part) => part !== undefined).join(', ');
}
