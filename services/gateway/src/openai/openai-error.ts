import { type ErrorCode, type WeftError } from '@weft/errors';

/** An error as OpenAI's API has it. */
export interface OpenAiError {
  error: { message: string; type: string; param: string | null; code: string };
}

/** Names a field as the client knows it. */
export type ParamNaming = (field: string) => string;

const types: Partial<Record<ErrorCode, string>> = {
  UNAUTHENTICATED: 'authentication_error',
  PERMISSION_DENIED: 'permission_error',
  RESOURCE_EXHAUSTED: 'rate_limit_error',
  CANCELLED: 'server_error',
  UNKNOWN: 'server_error',
  DEADLINE_EXCEEDED: 'server_error',
  INTERNAL: 'server_error',
  UNAVAILABLE: 'server_error',
  DATA_LOSS: 'server_error',
};

/** Codes by which OpenAI's clients know an error; the others are the reason in lower case. */
const codes: Record<string, string> = {
  API_KEY_MISSING: 'invalid_api_key',
  API_KEY_INVALID: 'invalid_api_key',
  API_KEY_EXPIRED: 'invalid_api_key',
  API_KEY_REVOKED: 'invalid_api_key',
  RATE_LIMITED: 'rate_limit_exceeded',
  MODEL_NOT_FOUND: 'model_not_found',
  ASSISTANT_NOT_FOUND: 'model_not_found',
  CONTENT_BLOCKED: 'content_filter',
};

const paramsByReason: Record<string, string> = { MODEL_NOT_FOUND: 'model', ASSISTANT_NOT_FOUND: 'model' };

/** Puts an error into OpenAI's shape. `error` is what may leave: see publicError of `@weft/rpc`. */
export function toOpenAiError(error: WeftError, paramOf: ParamNaming = (field) => field): OpenAiError {
  const violations = error.violations.map(({ field, description }) => ({
    param: paramOf(field),
    description,
  }));
  return {
    error: {
      // The message of a violation names the contract's fields: here it must name the client's own.
      message:
        violations.length === 0
          ? error.message
          : violations.map(({ param, description }) => `${param}: ${description}`).join('; '),
      type:
        error.reason === 'MESSAGE_TOO_LARGE'
          ? 'invalid_request_error'
          : (types[error.code] ?? 'invalid_request_error'),
      param: violations[0]?.param ?? paramsByReason[error.reason] ?? null,
      code: codes[error.reason] ?? error.reason.toLowerCase(),
    },
  };
}
