import { setTimeout as delay } from 'node:timers/promises';
import { type WeftError } from '@weft/errors';
import { abortReason } from './abort';
import { type Loss } from './lost-call';
import { type Idempotency } from './method-policy';
import { RetryBudget } from './retry-budget';

const attemptsMax = 3;

/** How long the first retry waits at most, in milliseconds; each further one twice as long. */
const backoffMsMin = 25;

/** A call that failed, as far as a retry has to know it. */
export interface FailedCall {
  idempotency: Idempotency;
  /** How many attempts were made. */
  attempts: number;
  /** In Unix milliseconds. */
  deadline: number;
  signal: AbortSignal;
}

/** Decides for one transport which calls are tried again. */
export class Retries {
  constructor(
    private readonly budget = new RetryBudget(),
    private readonly random = Math.random,
  ) {}

  /** Counts a call that begins. */
  callBegins(): void {
    this.budget.earn();
  }

  /**
   * Waits until a call may be tried again.
   *
   * @throws the failure when it may not; the abort's reason when its caller no longer waits
   */
  async orThrow(call: FailedCall, failure: unknown, loss: Loss): Promise<void> {
    const delayMs = this.delayMs(call, failure, loss);
    if (delayMs === undefined) throw failure;
    try {
      await delay(delayMs, undefined, { signal: call.signal });
    } catch {
      throw abortReason(call.signal);
    }
  }

  private delayMs(call: FailedCall, failure: unknown, loss: Loss): number | undefined {
    if (loss === undefined || call.signal.aborted || call.attempts >= attemptsMax) return undefined;
    if (loss !== 'unprocessed' && call.idempotency === 'none') return undefined;
    // Full jitter: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter
    const backoffMs = this.random() * backoffMsMin * 2 ** (call.attempts - 1);
    // Only what a server said counts. Who was kept out by a drain goes elsewhere, and need not wait until the server is back.
    const askedMs = loss === 'ended' ? ((failure as WeftError).retryDelayMs ?? 0) : 0;
    const delayMs = Math.max(backoffMs, askedMs);
    if (Date.now() + delayMs >= call.deadline) return undefined;
    return this.budget.take() ? delayMs : undefined;
  }
}
