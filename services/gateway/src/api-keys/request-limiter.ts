import { WeftError } from '@weft/errors';

/** The limit of one key. */
export interface RequestLimit {
  keyId: string;
  /** The most requests in a minute; 0 means no limit. */
  requestsPerMinute: number;
}

/** What is left of a limit. */
export interface RequestQuota {
  requestsRemaining: number;
  /** When the limit is whole again, in Unix milliseconds. */
  resetTimeMs: number;
}

/** Counts the requests of each key in this process. */
export interface RequestLimiter {
  /**
   * Counts a request. One that is refused does not count.
   *
   * @throws WeftError RESOURCE_EXHAUSTED `RATE_LIMITED` with the time until a request fits again
   */
  take(limit: RequestLimit): void;
  quota(limit: RequestLimit): RequestQuota;
}

interface Window {
  counts: Uint32Array;
  total: number;
  newestSecond: number;
}

/**
 * A minute's 60 seconds and the one that is cut by its beginning: however the minute is laid, no more than the limit fits into it,
 * and what is counted too long is less than a second old.
 */
const slots = 61;
const idleWindowsMax = 1000;

/** Makes a limiter with a sliding window of one-second slots for each key. */
export function createRequestLimiter(options: { now?: () => number } = {}): RequestLimiter {
  const now = options.now ?? Date.now;
  const windows = new Map<string, Window>();
  let sweepAtSize = idleWindowsMax;

  function windowOf(keyId: string, second: number): Window {
    let window = windows.get(keyId);
    if (window === undefined) {
      if (windows.size >= sweepAtSize) {
        sweep(windows, second);
        sweepAtSize = Math.max(idleWindowsMax, windows.size * 2);
      }
      window = { counts: new Uint32Array(slots), total: 0, newestSecond: second };
      windows.set(keyId, window);
    }
    advance(window, second);
    return window;
  }

  return {
    take({ keyId, requestsPerMinute }) {
      if (requestsPerMinute === 0) return;
      const second = Math.floor(now() / 1000);
      const window = windowOf(keyId, second);
      if (window.total >= requestsPerMinute)
        throw rateLimited(requestsPerMinute, nextFreeMs(window, requestsPerMinute) - now());
      window.counts[slotOf(window.newestSecond)]! += 1;
      window.total += 1;
    },
    quota({ keyId, requestsPerMinute }) {
      const nowMs = now();
      const window = windows.get(keyId);
      if (requestsPerMinute === 0 || window === undefined)
        return { requestsRemaining: requestsPerMinute, resetTimeMs: nowMs };
      advance(window, Math.floor(nowMs / 1000));
      return {
        requestsRemaining: Math.max(requestsPerMinute - window.total, 0),
        resetTimeMs: window.total === 0 ? nowMs : (newestUsedSecond(window) + slots) * 1000,
      };
    },
  };
}

/** Moves a window on to a second and forgets what fell out. A clock that goes back moves nothing. */
function advance(window: Window, second: number): void {
  const steps = Math.min(second - window.newestSecond, slots);
  for (let step = 1; step <= steps; step += 1) {
    const slot = slotOf(second - steps + step);
    window.total -= window.counts[slot]!;
    window.counts[slot] = 0;
  }
  window.newestSecond = Math.max(window.newestSecond, second);
}

/** When so much has fallen out of a full window that one more request fits. */
function nextFreeMs(window: Window, requestsPerMinute: number): number {
  let total = window.total;
  for (let second = window.newestSecond - slots + 1; second <= window.newestSecond; second += 1) {
    total -= window.counts[slotOf(second)]!;
    if (total < requestsPerMinute) return (second + slots) * 1000;
  }
  return (window.newestSecond + slots) * 1000;
}

function newestUsedSecond(window: Window): number {
  let second = window.newestSecond;
  while (window.counts[slotOf(second)] === 0) second -= 1;
  return second;
}

function slotOf(second: number): number {
  return ((second % slots) + slots) % slots;
}

function sweep(windows: Map<string, Window>, second: number): void {
  for (const [keyId, window] of windows) if (second - window.newestSecond >= slots) windows.delete(keyId);
}

function rateLimited(requestsPerMinute: number, retryDelayMs: number): WeftError {
  return new WeftError(
    'RESOURCE_EXHAUSTED',
    'RATE_LIMITED',
    `This API key may make ${requestsPerMinute} requests a minute. Wait, or ask for a higher limit.`,
    {
      metadata: { limit: 'requests_per_minute', requests_per_minute: String(requestsPerMinute) },
      retryDelayMs: Math.max(retryDelayMs, 1),
    },
  );
}
