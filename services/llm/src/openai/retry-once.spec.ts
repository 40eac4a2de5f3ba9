import { unavailable, WeftError } from '@weft/errors';
import { openBounds } from '../requests.fixture';
import { providerReasons } from './provider-reasons';
import { RetryBudget } from './retry-budget';
import { retryOnce } from './retry-once';

const down = () => unavailable(providerReasons.unreachable, 'down');

describe('retryOnce', () => {
  it.each([providerReasons.unreachable, providerReasons.unavailable])(
    'tries again after %s',
    async (reason) => {
      const attempt = jest
        .fn()
        .mockRejectedValueOnce(unavailable(reason, 'down'))
        .mockResolvedValue('answer');
      expect(await retryOnce(attempt, openBounds(), new RetryBudget(), () => undefined)).toBe('answer');
    },
  );

  it('tries no more than twice', async () => {
    const attempt = jest.fn().mockRejectedValue(down());
    await expect(retryOnce(attempt, openBounds(), new RetryBudget(), () => undefined)).rejects.toThrow(
      'down',
    );
    expect(attempt).toHaveBeenCalledTimes(2);
  });

  it.each([
    ['a broken answer', unavailable(providerReasons.connectionLost, 'x')],
    ['a rate limit', new WeftError('RESOURCE_EXHAUSTED', providerReasons.rateLimited, 'x')],
    ['a stall', new WeftError('DEADLINE_EXCEEDED', providerReasons.stalled, 'x')],
    ['a refusal', new WeftError('INVALID_ARGUMENT', providerReasons.rejected, 'x')],
    [
      'a server that asks for a long wait',
      unavailable(providerReasons.unavailable, 'x', {
        retryDelayMs: 60_000,
        metadata: { provider_status: '503' },
      }),
    ],
    ['a defect', new TypeError('x')],
  ])('does not try again after %s', async (_, error) => {
    const attempt = jest.fn().mockRejectedValue(error);
    await retryOnce(attempt, openBounds(), new RetryBudget(), () => undefined).catch(() => undefined);
    expect(attempt).toHaveBeenCalledTimes(1);
  });

  it('does not try again past the deadline', async () => {
    const attempt = jest.fn().mockRejectedValue(down());
    const bounds = { ...openBounds(), deadline: Date.now() + 10 };
    await retryOnce(attempt, bounds, new RetryBudget(), () => undefined).catch(() => undefined);
    expect(attempt).toHaveBeenCalledTimes(1);
  });

  it('does not try again when the budget is empty', async () => {
    const budget = new RetryBudget();
    while (budget.takeRetry());
    const attempt = jest.fn().mockRejectedValue(down());
    await retryOnce(attempt, openBounds(), budget, () => undefined).catch(() => undefined);
    expect(attempt).toHaveBeenCalledTimes(1);
  });

  it('ends its wait with the reason of an abort', async () => {
    const bounds = openBounds();
    const gone = new WeftError('CANCELLED', 'CALLER_GONE', 'gone');
    const attempt = jest.fn().mockImplementation(async () => {
      queueMicrotask(() => queueMicrotask(() => setImmediate(() => bounds.controller.abort(gone))));
      throw down();
    });
    await expect(retryOnce(attempt, bounds, new RetryBudget(), () => undefined)).rejects.toBe(gone);
    expect(attempt).toHaveBeenCalledTimes(1);
  });

  it('tells why it tries again', async () => {
    const error = down();
    const attempt = jest.fn().mockRejectedValueOnce(error).mockResolvedValue('answer');
    const told: unknown[] = [];
    await retryOnce(attempt, openBounds(), new RetryBudget(), (reason) => told.push(reason));
    expect(told).toEqual([error]);
  });
});
