import { type ErrorCode, errorCodes, type FieldViolation, WeftError } from '@weft/errors';

/** The parts of an HTTP answer that tell of an error. */
export interface ErrorAnswer {
  status: number;
  header(name: string): string | undefined;
  text: string;
}

interface ConnectDetail {
  type?: string;
  debug?: { reason?: string; metadata?: Record<string, string>; fieldViolations?: FieldViolation[] };
}

/** An error in the shape of OpenAI's API, or in that of the Connect protocol. */
interface ErrorBody {
  error?: { message?: string; param?: string | null; code?: string | null; type?: string };
  code?: string;
  message?: string;
  details?: ConnectDetail[];
}

const codesByStatus: Record<number, ErrorCode> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  405: 'UNIMPLEMENTED',
  408: 'DEADLINE_EXCEEDED',
  409: 'ABORTED',
  413: 'RESOURCE_EXHAUSTED',
  415: 'INVALID_ARGUMENT',
  429: 'RESOURCE_EXHAUSTED',
  499: 'CANCELLED',
  502: 'UNAVAILABLE',
  503: 'UNAVAILABLE',
  504: 'DEADLINE_EXCEEDED',
};

/** Reads an error that weft, or something in front of it, answered with. */
export function toDoorError(answer: ErrorAnswer): WeftError {
  const body = parseBody(answer.text);
  const details = body.error === undefined ? connectParts(body) : openAiParts(body.error);
  const code = details.code ?? codesByStatus[answer.status] ?? 'UNKNOWN';
  const message = details.message || `The answer was HTTP ${answer.status} without a message.`;
  return new WeftError(code, details.reason ?? `HTTP_${answer.status}`, message, {
    metadata: { ...details.metadata, status: String(answer.status), ...requestIdOf(answer) },
    violations: details.violations,
    retryDelayMs: retryDelayMs(answer.header('retry-after')),
  });
}

/** Reads the data of an SSE `error` event, which has the shape of OpenAI's API. */
export function toStreamError(data: string): WeftError {
  const { code, reason, message, violations } = openAiParts(parseBody(data).error ?? {});
  return new WeftError(code ?? 'UNKNOWN', reason ?? 'STREAM_FAILED', message || 'The answer failed.', {
    violations,
  });
}

function parseBody(text: string): ErrorBody {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === 'object' && body !== null ? body : {};
  } catch {
    return {};
  }
}

interface ErrorParts {
  code?: ErrorCode;
  reason?: string;
  message?: string;
  metadata?: Record<string, string>;
  violations?: FieldViolation[];
}

function openAiParts({ message, param, code }: NonNullable<ErrorBody['error']>): ErrorParts {
  const violations = param ? [{ field: param, description: message ?? '' }] : [];
  return { reason: code?.toUpperCase(), message, violations };
}

/** Source: https://connectrpc.com/docs/protocol#error-end-stream */
function connectParts({ code, message, details = [] }: ErrorBody): ErrorParts {
  const detail = (type: string) => details.find((candidate) => candidate.type === type)?.debug;
  const info = detail('google.rpc.ErrorInfo');
  return {
    code: connectCode(code),
    reason: info?.reason,
    message,
    metadata: info?.metadata,
    violations: detail('google.rpc.BadRequest')?.fieldViolations,
  };
}

function connectCode(code: string | undefined): ErrorCode | undefined {
  const name = code === 'canceled' ? 'CANCELLED' : code?.toUpperCase();
  return name !== undefined && Object.hasOwn(errorCodes, name) ? (name as ErrorCode) : undefined;
}

function requestIdOf(answer: ErrorAnswer): Record<string, string> {
  const requestId = answer.header('x-request-id');
  return requestId === undefined ? {} : { request_id: requestId };
}

/** `Retry-After` is seconds or a date. */
function retryDelayMs(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d+$/.test(header.trim())) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(date - Date.now(), 0);
}
