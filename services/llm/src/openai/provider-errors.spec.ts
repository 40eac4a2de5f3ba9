import { errorOfAnswer, errorOfEvent } from './provider-errors';

const answer = (status: number, body = '', headers = {}) =>
  errorOfAnswer({ status, headers, body, model: 'm' });
const said = (message: string, code: string | null = null) => JSON.stringify({ error: { message, code } });

describe('errorOfAnswer', () => {
  it.each([
    [400, 'INVALID_ARGUMENT', 'PROVIDER_REJECTED_REQUEST'],
    [401, 'FAILED_PRECONDITION', 'PROVIDER_CREDENTIALS'],
    [403, 'FAILED_PRECONDITION', 'PROVIDER_CREDENTIALS'],
    [404, 'NOT_FOUND', 'MODEL_NOT_FOUND'],
    [413, 'INVALID_ARGUMENT', 'PROVIDER_REJECTED_REQUEST'],
    [422, 'INVALID_ARGUMENT', 'PROVIDER_REJECTED_REQUEST'],
    [429, 'RESOURCE_EXHAUSTED', 'PROVIDER_RATE_LIMITED'],
    [500, 'UNAVAILABLE', 'PROVIDER_UNAVAILABLE'],
    [503, 'UNAVAILABLE', 'PROVIDER_UNAVAILABLE'],
    [301, 'FAILED_PRECONDITION', 'PROVIDER_MISCONFIGURED'],
  ])('maps HTTP %i to %s', (status, code, reason) => {
    expect(answer(status, said('x'))).toMatchObject({ code, reason });
  });

  it('says by code and field what the provider found wrong, and not in its words', () => {
    const error = {
      message: "'You are a pirate' is too long",
      code: 'context_length_exceeded',
      param: 'messages[0]',
    };
    expect(answer(400, JSON.stringify({ error }))).toMatchObject({
      message: 'The model provider refused the request (HTTP 400, context_length_exceeded, messages[0]).',
      metadata: {
        provider_status: '400',
        provider_code: 'context_length_exceeded',
        provider_field: 'messages[0]',
      },
    });
  });

  it.each([
    ['words', 'You sent this'],
    ['what is too long', 'x'.repeat(65)],
    ['a list', ['x']],
  ])('takes %s for no code', (_what, code) => {
    expect(answer(400, JSON.stringify({ error: { message: 'x', code } })).metadata).toEqual({
      provider_status: '400',
    });
  });

  it('keeps what the provider says of its key to itself', () => {
    const statuses = [400, 401, 403, 404, 429, 500];
    const errors = statuses.map((status) => answer(status, said('Incorrect API key provided: sk-1234')));
    expect(JSON.stringify(errors.map(({ message, metadata }) => [message, metadata]))).not.toContain(
      'sk-1234',
    );
  });

  it('carries Retry-After of a rate limit', () => {
    expect(answer(429, '', { 'retry-after': '7' }).retryDelayMs).toBe(7000);
  });

  it("carries the provider's code", () => {
    expect(answer(400, said('x', 'context_length_exceeded')).metadata['provider_code']).toBe(
      'context_length_exceeded',
    );
  });

  it.each(['<html>bad gateway</html>', 'null', '[]', '{"error":"text"}'])('reads the body %s', (body) => {
    expect(answer(502, body).code).toBe('UNAVAILABLE');
  });
});

describe('errorOfEvent', () => {
  it.each([
    [{ message: 'broken by you', code: 'server_error' }, 'in its stream, server_error'],
    ['broken by you', 'in its stream'],
  ])('says by its code what the provider says: %j', (error, told) => {
    expect(errorOfEvent(error)).toMatchObject({
      code: 'UNAVAILABLE',
      message: `The model provider broke off the answer (${told}).`,
    });
  });
});
