import { setTimeout as wait } from 'node:timers/promises';
import { WeftError } from '@weft/errors';

/** How a call is tried again. */
export interface RetryOptions {
  /** The most tries in all: 5 if unset. */
  tries?: number;
  /** Ends the wait between two tries; the call then fails with the error it had. */
  signal?: AbortSignal;
  /** Told before each wait. */
  onRetry?(error: WeftError, delayMs: number): void;
}

const firstDelayMs = 500;
/** A longer `Retry-After` is not waited for. */
const longestDelayMs = 60_000;

/**
 * Makes a call, and again while weft is overloaded or down, or the limit of requests is reached: after as long as weft says, else
 * after a delay that doubles, from half a second. For calls that may be repeated alone.
 */
export async function withRetries<Answer>(
  work: () => Promise<Answer>,
  options: RetryOptions = {},
): Promise<Answer> {
  const { tries = 5, signal, onRetry } = options;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof WeftError) || attempt >= tries || !mayPass(error) || signal?.aborted)
        throw error;
      const delayMs = delayBefore(error, attempt);
      if (delayMs > longestDelayMs) throw error;
      onRetry?.(error, delayMs);
      await wait(delayMs, undefined, { signal }).catch(() => undefined);
      if (signal?.aborted) throw error;
    }
  }
}

/** 413 is RESOURCE_EXHAUSTED as 429 is, and stays what it is. */
function mayPass({ code, metadata }: WeftError): boolean {
  return code === 'UNAVAILABLE' || (code === 'RESOURCE_EXHAUSTED' && metadata['status'] === '429');
}

function delayBefore({ metadata, retryDelayMs }: WeftError, attempt: number): number {
  const isWeftsAdvice = metadata['status'] !== undefined;
  if (isWeftsAdvice && retryDelayMs !== undefined) return retryDelayMs;
  // Drawn anew each time, so that many callers do not come back all at once.
  return firstDelayMs * 2 ** (attempt - 1) * (0.75 + Math.random() / 2);
}
