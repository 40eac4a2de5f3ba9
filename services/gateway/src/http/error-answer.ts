import { type WeftError } from '@weft/errors';
import { toConnectError } from '../json-rpc/connect-error';
import { type ParamNaming, toOpenAiError } from '../openai/openai-error';
import { edgeStatusOf } from './edge-errors';

/** An error as it leaves by HTTP. */
export interface ErrorAnswer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** Puts an error into the shape of the door that `path` belongs to: OpenAI's below `/v1`, Connect's elsewhere. */
export function errorAnswer(error: WeftError, path: string, paramOf?: ParamNaming): ErrorAnswer {
  const status = edgeStatusOf(error);
  const shaped = isOpenAiPath(path) ? toOpenAiError(error, paramOf) : toConnectError(error);
  return { status, headers: errorHeaders(error, status), body: JSON.stringify(shaped) };
}

function errorHeaders(error: WeftError, status: number): Record<string, string> {
  const headers: Record<string, string> = { 'content-type': 'application/json; charset=utf-8' };
  if (status === 401) headers['www-authenticate'] = 'Bearer';
  if (status === 429 || status === 503) headers['retry-after'] = String(retryAfterSeconds(error));
  if (error.reason === 'METHOD_NOT_ALLOWED') headers['allow'] = error.metadata['allowed'] ?? '';
  const runId = error.metadata['run_id'];
  if (runId !== undefined) headers['x-weft-run-id'] = runId;
  return headers;
}

function retryAfterSeconds(error: WeftError): number {
  return Math.max(Math.ceil((error.retryDelayMs ?? 1000) / 1000), 1);
}

function isOpenAiPath(path: string): boolean {
  return /^\/v1(?:[/?]|$)/.test(path);
}
