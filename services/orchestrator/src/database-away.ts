import { setTimeout as delay } from 'node:timers/promises';
import { WeftError } from '@weft/errors';

const temporaryCodes: ReadonlySet<string> = new Set([
  'UNAVAILABLE',
  'RESOURCE_EXHAUSTED',
  'DEADLINE_EXCEEDED',
  'ABORTED',
]);

/** What the database fails with when nothing of the work can hold: it was not reached, or had no room. */
const nothingHolds: ReadonlySet<string> = new Set(['DATABASE_UNAVAILABLE', 'DATABASE_BUSY']);

const backoffMsMin = 50;
const backoffMsMax = 500;

/** Whether the same work may succeed when it is done again. */
export function isDatabaseAway(error: unknown): boolean {
  return error instanceof WeftError && temporaryCodes.has(error.code);
}

/** Whether work that failed may be committed all the same. */
export function mayHold(error: unknown): boolean {
  return isDatabaseAway(error) && !nothingHolds.has((error as WeftError).reason);
}

/**
 * Does work again and again while the database is away and `isWanted`. The work must be idempotent: an attempt that failed may have
 * been committed.
 */
export async function repeatWhileAway<T>(work: () => Promise<T>, isWanted: () => boolean): Promise<T> {
  for (let backoffMs = backoffMsMin; ; backoffMs = Math.min(backoffMs * 2, backoffMsMax)) {
    try {
      return await work();
    } catch (error) {
      if (!isDatabaseAway(error) || !isWanted()) throw error;
      await delay(backoffMs);
      if (!isWanted()) throw error;
    }
  }
}
