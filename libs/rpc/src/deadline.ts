import { WeftError } from '@weft/errors';
import { callerGone } from './abort';

/** setTimeout counts with 32 bits; a longer wait would fire at once. */
const timerDelayMsMax = 2 ** 31 - 1;

/** A caller gives up at its own deadline, which comes here before ours by as long as the call was on its way: that is no change of its mind. */
const cancelledAtDeadlineMs = 100;

/** A signal bounded by a deadline. */
export interface DeadlineScope {
  /** Aborted when the parent is, and with DEADLINE_EXCEEDED at the deadline. Its reason is a WeftError. */
  signal: AbortSignal;
  abort(reason: WeftError): void;
  /** Releases the timer and the parent; call it when the work is done. */
  close(): void;
}

/** Bounds a signal by a deadline in Unix milliseconds. */
export function openDeadline(parent: AbortSignal | undefined, deadline: number): DeadlineScope {
  const controller = new AbortController();
  const onParentAbort = () => controller.abort(reasonOf(parent!, deadline));
  const delayMs = deadline - Date.now();
  let timer: NodeJS.Timeout | undefined;
  if (parent?.aborted) onParentAbort();
  else if (delayMs <= 0) controller.abort(deadlineExceeded());
  else {
    parent?.addEventListener('abort', onParentAbort, { once: true });
    timer = setTimeout(() => controller.abort(deadlineExceeded()), Math.min(delayMs, timerDelayMsMax));
  }
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

function reasonOf(parent: AbortSignal, deadline: number): WeftError {
  if (parent.reason instanceof WeftError) return parent.reason;
  const early = Date.now() < deadline - cancelledAtDeadlineMs;
  return early ? callerGone(parent.reason) : deadlineExceeded();
}
