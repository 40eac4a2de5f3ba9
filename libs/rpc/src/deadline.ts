import { WeftError } from '@weft/errors';

/** setTimeout counts with 32 bits; a longer wait would fire at once. */
const timerDelayMsMax = 2 ** 31 - 1;

/** A signal bounded by a deadline. */
export interface DeadlineScope {
  /** Aborted when the parent is, and with DEADLINE_EXCEEDED at the deadline. */
  signal: AbortSignal;
  abort(reason: WeftError): void;
  /** Releases the timer and the parent; call it when the work is done. */
  close(): void;
}

/** Bounds a signal by a deadline in Unix milliseconds. */
export function openDeadline(parent: AbortSignal | undefined, deadline: number): DeadlineScope {
  const controller = new AbortController();
  const onParentAbort = () => controller.abort(parent!.reason);
  if (parent?.aborted) controller.abort(parent.reason);
  else parent?.addEventListener('abort', onParentAbort, { once: true });
  const delayMs = Math.min(Math.max(deadline - Date.now(), 0), timerDelayMsMax);
  const timer = setTimeout(() => controller.abort(deadlineExceeded()), delayMs);
  return {
    signal: controller.signal,
    abort: (reason) => controller.abort(reason),
    close() {
      clearTimeout(timer);
      parent?.removeEventListener('abort', onParentAbort);
    },
  };
}

/** DEADLINE_EXCEEDED: the call took longer than its caller allowed. */
export function deadlineExceeded(): WeftError {
  return new WeftError(
    'DEADLINE_EXCEEDED',
    'DEADLINE_EXCEEDED',
    'The deadline of the call passed before the answer.',
  );
}
