import { WeftError } from '@weft/errors';

/**
 * Waits for work, but not longer than `timeoutMs`; the work goes on.
 *
 * @throws WeftError DEADLINE_EXCEEDED `WORK_TIMEOUT`
 */
export async function within<T>(work: Promise<T>, timeoutMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new WeftError('DEADLINE_EXCEEDED', 'WORK_TIMEOUT', `It took more than ${timeoutMs} ms.`));
    }, timeoutMs);
    timer.unref();
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
    // Whatever becomes of work that nobody waits for any more.
    work.catch(() => undefined);
  }
}
