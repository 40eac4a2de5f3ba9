import { endQuietly } from './bounded-stream';

/**
 * Passes a stream on, mapped. The source is opened when the first item is asked for; `return` reaches it at once,
 * also while an item is awaited.
 */
export function mappedStream<In, Out>(
  open: () => AsyncIterable<In>,
  map: (item: In) => Out,
): AsyncIterableIterator<Out> {
  let source: AsyncIterator<In> | undefined;
  let ended = false;
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    async next() {
      if (ended) return { done: true, value: undefined };
      try {
        source ??= open()[Symbol.asyncIterator]();
        const result = await source.next();
        if (!result.done) return { done: false, value: map(result.value) };
        ended = true;
        return { done: true, value: undefined };
      } catch (error) {
        if (!ended && source !== undefined) endQuietly(source);
        ended = true;
        throw error;
      }
    },
    async return() {
      ended = true;
      await source?.return?.();
      return { done: true, value: undefined };
    },
  };
}
