import { setTimeout as sleep } from 'node:timers/promises';
import { WeftError } from '@weft/errors';
import { abortReason } from '@weft/rpc';
import { type CallBounds } from '../language-model-provider';
import { providerReasons } from './provider-reasons';
import { type RetryBudget } from './retry-budget';

/** The wait before the retry: this long, and up to as long again at random, so that retries do not arrive together. */
const backoffMs = 50;

const retriedReasons: ReadonlySet<string> = new Set([
  providerReasons.unreachable,
  providerReasons.unavailable,
]);

/**
 * Makes a call and, when the provider had not begun to answer, makes it once more: within the budget, not past the deadline,
 * and not sooner than the provider asks.
 *
 * @param attempt one call to the provider; fails before the answer begins or not at all with the reasons that are retried
 * @param onRetry told why, just before the second attempt
 */
export async function retryOnce<T>(
  attempt: () => Promise<T>,
  bounds: CallBounds,
  budget: RetryBudget,
  onRetry: (error: unknown) => void,
): Promise<T> {
  budget.countCall();
  try {
    return await attempt();
  } catch (error) {
    const delayMs = backoffMs * (1 + Math.random());
    if (!mayRetry(error, delayMs, bounds) || !budget.takeRetry()) throw error;
    await sleep(delayMs, undefined, { signal: bounds.signal }).catch(() => {
      throw abortReason(bounds.signal);
    });
    onRetry(error);
    return attempt();
  }
}

function mayRetry(error: unknown, delayMs: number, { signal, deadline }: CallBounds): boolean {
  if (!(error instanceof WeftError) || !retriedReasons.has(error.reason)) return false;
  const isAskedToWait = error.metadata['provider_status'] !== undefined && (error.retryDelayMs ?? 0) > 1000;
  return !signal.aborted && !isAskedToWait && Date.now() + delayMs < deadline;
}
