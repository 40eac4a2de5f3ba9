import fc from 'fast-check';
import { RetryBudget } from './retry-budget';

describe('RetryBudget', () => {
  it('lets a lone failure be retried', () => {
    const budget = new RetryBudget();
    budget.countCall();
    expect(budget.takeRetry()).toBe(true);
  });

  it('keeps attempts within 1.1 times the calls when every call fails', () => {
    const budget = new RetryBudget();
    let attempts = 0;
    for (let call = 0; call < 1000; call += 1) {
      budget.countCall();
      attempts += budget.takeRetry() ? 2 : 1;
    }
    expect(attempts).toBeLessThanOrEqual(1100);
  });

  it('keeps that bound over any 300 calls, whatever came before', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 900 }), (failures) => {
        const budget = new RetryBudget();
        for (const isFailure of failures) {
          budget.countCall();
          if (isFailure) budget.takeRetry();
        }
        let retries = 0;
        for (let call = 0; call < 300; call += 1) {
          budget.countCall();
          if (budget.takeRetry()) retries += 1;
        }
        return retries <= 30;
      }),
    );
  });
});
