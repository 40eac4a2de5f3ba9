import { endQuietly } from './bounded-stream';

/** What bounds a stream on its reader's side. */
export interface OutboundScope {
  /** What the reader gets to know of an error. */
  failure(error: unknown): unknown;
  /** Ends what still goes on: the call on the other side, and the requests that are still being sent. */
  cancel(): void;
}

/**
 * The responses of a call to elsewhere. The call begins when the first is asked for; a reader that leaves ends it on the other
 * side too, also while it awaits a response.
 */
export function outboundStream<Scope extends OutboundScope>(
  begin: () => Scope,
  open: (call: Scope) => AsyncIterable<Uint8Array>,
): AsyncIterableIterator<Uint8Array> {
  let call: Scope | undefined;
  let source: AsyncIterator<Uint8Array> | undefined;
  let over = false;
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    async next() {
      if (over) return { done: true, value: undefined };
      try {
        call ??= begin();
        source ??= open(call)[Symbol.asyncIterator]();
        const result = await source.next();
        if (!result.done) return result;
      } catch (error) {
        over = true;
        const failure = call === undefined ? error : call.failure(error);
        call?.cancel();
        throw failure;
      }
      over = true;
      call.cancel();
      return { done: true, value: undefined };
    },
    return() {
      over = true;
      call?.cancel();
      if (source !== undefined) endQuietly(source);
      return Promise.resolve({ done: true, value: undefined });
    },
  };
}
