import { WeftError } from '@weft/errors';

/** Whether an error says that an AbortSignal was aborted, whoever threw it. */
export function isAbortError(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}

/** The error that an aborted signal stands for: its reason when that is ours, else CANCELLED. */
export function abortReason(signal: AbortSignal): WeftError {
  return signal.reason instanceof WeftError ? signal.reason : callerGone(signal.reason);
}

/** CANCELLED: the caller went away. */
export function callerGone(cause?: unknown): WeftError {
  return cause === undefined ? goneWithoutCause : newCallerGone(cause);
}

/** Every stream that ends aborts its scope with this; making an error and its stack for each costs more than the rest of the end. */
const goneWithoutCause = newCallerGone(undefined);

function newCallerGone(cause: unknown): WeftError {
  return new WeftError('CANCELLED', 'CALLER_GONE', 'The caller went away before the answer.', { cause });
}

/** Waits for `work`, but no longer than the signal lives: work that ignores the signal is left behind. */
export function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) {
    work.catch(() => undefined);
    return Promise.reject(abortReason(signal));
  }
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(abortReason(signal));
    signal.addEventListener('abort', onAbort, { once: true });
    work.then(
      (value) => {
        signal.removeEventListener('abort', onAbort);
        resolve(value);
      },
      (error: unknown) => {
        signal.removeEventListener('abort', onAbort);
        reject(error instanceof Error ? error : new Error(String(error)));
      },
    );
  });
}
