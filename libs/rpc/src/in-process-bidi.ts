import { callerGone } from './abort';
import { boundedStream } from './bounded-stream';
import { type RpcCallOptions } from './caller';
import { openDeadline } from './deadline';
import { outboundStream } from './outbound-stream';

type OpenCall = (requests: AsyncIterable<Uint8Array>, signal: AbortSignal) => AsyncIterable<Uint8Array>;

/**
 * A stream both ways within the process. When the requests themselves fail, the handler sees its caller go away and the caller gets
 * its own error, as over the wire.
 */
export function inProcessBidi(
  open: OpenCall,
  requests: AsyncIterable<Uint8Array>,
  options: RpcCallOptions,
): AsyncIterableIterator<Uint8Array> {
  let sendingFailed: { error: unknown } | undefined;
  const begin = () => {
    const scope = openDeadline(options.signal, options.caller?.deadline ?? Infinity);
    return {
      signal: scope.signal,
      failure: (error: unknown) => (sendingFailed === undefined ? error : sendingFailed.error),
      cancel() {
        scope.abort(callerGone());
        scope.close();
      },
    };
  };
  return outboundStream({
    begin,
    open(call) {
      const onFailure = (error: unknown) => {
        sendingFailed = { error };
        call.cancel();
      };
      const sent = boundedStream(watched(requests, onFailure), call.signal, (bytes) => bytes);
      return open(sent, call.signal);
    },
  });
}

function watched<T>(source: AsyncIterable<T>, onFailure: (error: unknown) => void): AsyncIterable<T> {
  return {
    [Symbol.asyncIterator]() {
      const iterator = source[Symbol.asyncIterator]();
      return {
        async next() {
          try {
            return await iterator.next();
          } catch (error) {
            onFailure(error);
            throw error;
          }
        },
        return: async () => (await iterator.return?.()) ?? { done: true, value: undefined },
      };
    },
  };
}
