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

  it('says what the provider found wrong', () => {
    expect(answer(400, said("'top_k' is unknown")).message).toContain("'top_k' is unknown");
  });

  it('cuts a long message of the provider', () => {
    expect(answer(400, said('x'.repeat(100_000))).message.length).toBeLessThanOrEqual(1024);
  });

  it('keeps what the provider says of its key to itself', () => {
    expect(answer(401, said('Incorrect API key provided: sk-1234')).message).not.toContain('sk-1234');
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
  it.each([[{ message: 'broken' }], ['broken']])('says what the provider says: %j', (error) => {
    expect(errorOfEvent(error)).toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('broken'),
    });
  });
});
