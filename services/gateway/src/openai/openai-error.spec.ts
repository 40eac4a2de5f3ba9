import { invalidFields, notFound, WeftError } from '@weft/errors';
import { toOpenAiError } from './openai-error';

describe('toOpenAiError', () => {
  test("has the shape that OpenAI's clients read", () => {
    expect(toOpenAiError(notFound('model', 'gpt-9'))).toEqual({
      error: {
        message: "There is no model 'gpt-9'.",
        type: 'invalid_request_error',
        param: 'model',
        code: 'model_not_found',
      },
    });
  });

  test.each([
    ['UNAUTHENTICATED', 'API_KEY_INVALID', 'authentication_error', 'invalid_api_key'],
    ['PERMISSION_DENIED', 'SCOPE_MISSING', 'permission_error', 'scope_missing'],
    ['PERMISSION_DENIED', 'CONTENT_BLOCKED', 'permission_error', 'content_filter'],
    ['RESOURCE_EXHAUSTED', 'RATE_LIMITED', 'rate_limit_error', 'rate_limit_exceeded'],
    ['RESOURCE_EXHAUSTED', 'MESSAGE_TOO_LARGE', 'invalid_request_error', 'message_too_large'],
    ['UNAVAILABLE', 'OVERLOADED', 'server_error', 'overloaded'],
    ['DEADLINE_EXCEEDED', 'PROVIDER_STALLED', 'server_error', 'provider_stalled'],
    ['INTERNAL', 'INTERNAL', 'server_error', 'internal'],
    ['NOT_FOUND', 'ASSISTANT_NOT_FOUND', 'invalid_request_error', 'model_not_found'],
  ] as const)('%s %s is a %s with the code %s', (code, reason, type, openAiCode) => {
    expect(toOpenAiError(new WeftError(code, reason, 'x')).error).toMatchObject({ type, code: openAiCode });
  });

  test("names the first wrong field as param, and all of them in the message, by the client's names", () => {
    const error = invalidFields([
      { field: 'inputs', description: 'must be set' },
      { field: 'model', description: 'must not be empty' },
    ]);
    expect(toOpenAiError(error, (field) => field.replace('inputs', 'input')).error).toMatchObject({
      param: 'input',
      message: 'input: must be set; model: must not be empty',
    });
  });

  test('has null for param where no field is to blame', () => {
    expect(toOpenAiError(new WeftError('UNAVAILABLE', 'DRAINING', 'x')).error.param).toBeNull();
  });
});
