import { setTimeout as sleep } from 'node:timers/promises';

import { WeftError } from '@weft/errors';
import { type Logger } from '@weft/runtime';

const retryDelayMsMax = 2_000;

/** Connects, again and again while the server is not up, up to a time. Rejects with the last error; at once with one that waiting will not mend. */
export async function waitForServer<T>(
  connect: () => Promise<T>,
  { waitMs, logger }: { waitMs: number; logger: Logger },
): Promise<T> {
  const until = performance.now() + waitMs;
  for (let delayMs = 100; ; delayMs = Math.min(2 * delayMs, retryDelayMsMax)) {
    try {
      return await connect();
    } catch (error) {
      const mayCome = error instanceof WeftError && error.code === 'UNAVAILABLE';
      const leftMs = until - performance.now();
      if (!mayCome || leftMs <= 0) throw error;
      if (delayMs === 100) logger.info({ waitMs, why: error.message }, 'waiting for the database');
      await sleep(Math.min(delayMs, leftMs));
    }
  }
}
