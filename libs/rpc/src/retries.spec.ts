import { unavailable } from '@weft/errors';
import fc from 'fast-check';
import { callerGone } from './abort';
import { type FailedCall, Retries } from './retries';
import { RetryBudget } from './retry-budget';
import { errorOf } from './testing/waiting';

const lost = unavailable('SERVICE_UNREACHABLE', 'Lost.');

function failedCall(overrides: Partial<FailedCall> = {}): FailedCall {
  const { signal } = new AbortController();
  return { idempotency: 'idempotent', attempts: 1, deadline: Date.now() + 60_000, signal, ...overrides };
}

describe('a retry', () => {
  afterEach(() => jest.useRealTimers());

  it.each([
    [1, 25],
    [2, 50],
  ])('after attempt %d waits as long as chance says, at most %d ms', async (attempts, waitMs) => {
    jest.useFakeTimers();
    const retries = new Retries(new RetryBudget(), () => 1);
    const call = failedCall({ attempts, deadline: Date.now() + waitMs });
    // A deadline that comes no later than the wait leaves no time for it.
    expect(await errorOf(retries.orThrow(call, lost, 'lost'))).toBe(lost);
  });

  it('may come at once', async () => {
    const retries = new Retries(new RetryBudget(), () => 0);
    await expect(retries.orThrow(failedCall(), lost, 'lost')).resolves.toBeUndefined();
  });

  it.each([
    ['a service answered', {}, undefined],
    ['three attempts were made', { attempts: 3 }, 'unprocessed'],
    ['it may have run and must not run twice', { idempotency: 'none' }, 'lost'],
    ['its server ended it and it must not run twice', { idempotency: 'none' }, 'ended'],
    ['its deadline has come', { deadline: 0 }, 'unprocessed'],
    ['its caller has gone', { signal: AbortSignal.abort(callerGone()) }, 'unprocessed'],
  ] as const)('is not made when %s', async (_when, overrides, loss) => {
    const retries = new Retries(new RetryBudget(), () => 0);
    expect(await errorOf(retries.orThrow(failedCall(overrides), lost, loss))).toBe(lost);
  });

  it('waits as long as the server that ended it asked for', async () => {
    const retries = new Retries(new RetryBudget(), () => 0);
    const call = failedCall({ deadline: Date.now() + 900 });
    // One second is asked for, which the deadline does not leave.
    expect(await errorOf(retries.orThrow(call, lost, 'ended'))).toBe(lost);
  });

  it('is given up when its caller goes away meanwhile', async () => {
    const retries = new Retries(new RetryBudget(), () => 1);
    const controller = new AbortController();
    const waiting = errorOf(retries.orThrow(failedCall({ signal: controller.signal }), lost, 'lost'));
    const gone = callerGone('left');
    controller.abort(gone);
    expect(await waiting).toBe(gone);
  });
});

describe('a budget of retries', () => {
  it('never gives more than 20 and a tenth of the calls', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 2000 }), (events) => {
        const budget = new RetryBudget();
        let calls = 0;
        let retries = 0;
        for (const isCall of events) {
          if (isCall) {
            budget.earn();
            calls++;
          } else if (budget.take()) retries++;
        }
        return retries <= 20 + 0.1 * calls + 1e-6;
      }),
    );
  });

  it('gives 20 at once', () => {
    const budget = new RetryBudget();
    const taken = Array.from({ length: 30 }, () => budget.take());
    expect(taken.filter(Boolean)).toHaveLength(20);
  });

  it('gives one more for every ten calls', () => {
    const budget = new RetryBudget();
    while (budget.take());
    // The sum of ten tenths is a little less than one.
    for (let call = 0; call < 11; call++) budget.earn();
    expect([budget.take(), budget.take()]).toEqual([true, false]);
  });
});
