import { abortReason, untilAborted } from './abort';

/** A stream that can be given up from outside, whatever it waits for. */
export interface BoundedStream<T> extends AsyncIterableIterator<T> {
  /** Tells the source to end and does not wait for it. */
  close(): void;
}

/**
 * Passes a stream on, mapped, as long as the signal lives. A source that ignores the signal is left behind, not waited for.
 * (An async generator could not do this: its `return` waits for the `next` before it.)
 */
export function boundedStream<In, Out>(
  source: AsyncIterable<In>,
  signal: AbortSignal,
  map: (item: In) => Out,
): BoundedStream<Out> {
  const iterator = source[Symbol.asyncIterator]();
  let open = true;
  const close = () => {
    if (!open) return;
    open = false;
    signal.removeEventListener('abort', close);
    endQuietly(iterator);
  };
  if (signal.aborted) close();
  else signal.addEventListener('abort', close, { once: true });
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    async next() {
      if (signal.aborted) throw abortReason(signal);
      if (!open) return { done: true, value: undefined };
      try {
        const result = await untilAborted(iterator.next(), signal);
        if (!result.done) return { done: false, value: map(result.value) };
      } catch (error) {
        close();
        throw error;
      }
      close();
      return { done: true, value: undefined };
    },
    return() {
      close();
      return Promise.resolve({ done: true, value: undefined });
    },
    close,
  };
}

/** Ends a source that nobody listens to any more: what it says to that concerns nobody. */
export function endQuietly(iterator: AsyncIterator<unknown>): void {
  try {
    iterator.return?.()?.then(undefined, () => undefined);
  } catch {
    // A `return` that throws has ended as well.
  }
}
