import { invalidField, notFound, unavailable, WeftError } from '@weft/errors';
import { callCountsOf, withoutCallCounts } from './call-counts';
import { unreachableError } from './testing/unreachable-error';

const told = { provider_calls: '2', provider_refusals: '1', provider: 'openai' };

describe('callCountsOf', () => {
  it('reads what the llm service tells', () => {
    const error = new WeftError('UNAVAILABLE', 'PROVIDER_UNAVAILABLE', 'x', { metadata: told });
    expect(callCountsOf(error)).toEqual({ calls: 2, refusals: 1, provider: 'openai' });
  });

  it.each<[string, unknown]>([
    ['a request that its rules refuse', invalidField('messages', 'must be set')],
    ['an identity that is not taken', new WeftError('UNAUTHENTICATED', 'INTERNAL_IDENTITY_INVALID', 'x')],
  ])('is none for %s', (_, error) => {
    expect(callCountsOf(error)).toMatchObject({ calls: 0 });
  });

  it('is none for a connection that cannot be made', async () => {
    expect(callCountsOf(await unreachableError())).toMatchObject({ calls: 0 });
  });

  it.each<[string, unknown]>([
    [
      'a connection that broke',
      unavailable('SERVICE_UNREACHABLE', 'x', { cause: new Error('Connection dropped') }),
    ],
    ['a deadline', new WeftError('DEADLINE_EXCEEDED', 'DEADLINE_EXCEEDED', 'x')],
    [
      'a provider that refuses the request',
      new WeftError('INVALID_ARGUMENT', 'PROVIDER_REJECTED_REQUEST', 'x'),
    ],
    ['a defect', new TypeError('x')],
  ])('is not known for %s', (_, error) => {
    expect(callCountsOf(error)).toBeUndefined();
  });
});

describe('withoutCallCounts', () => {
  it('leaves everything else of the error', () => {
    const error = new WeftError('RESOURCE_EXHAUSTED', 'PROVIDER_RATE_LIMITED', 'slow', {
      metadata: { ...told, provider_status: '429' },
      retryDelayMs: 7,
    });
    expect(withoutCallCounts(error)).toMatchObject({
      code: 'RESOURCE_EXHAUSTED',
      reason: 'PROVIDER_RATE_LIMITED',
      message: 'slow',
      metadata: { provider_status: '429' },
      retryDelayMs: 7,
    });
  });

  it('is the error itself when it tells of no calls', () => {
    const error = notFound('assistant', 'x');
    expect(withoutCallCounts(error)).toBe(error);
  });
});
