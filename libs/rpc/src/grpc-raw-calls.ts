import { type Channel } from '@grpc/grpc-js';
import { boundedStream } from './bounded-stream';
import { type RpcCallOptions } from './caller';
import { attemptStream, attemptUnary } from './grpc-attempt';
import { type IdentityTokens } from './identity-token';
import { lossOf } from './lost-call';
import { OutboundCall } from './outbound-call';
import { outboundStream } from './outbound-stream';
import { knownMethod, type RawCalls } from './raw-calls';
import { Retries } from './retries';
import { UnreadRequests } from './unread-requests';

/** Calls over a gRPC channel. What a connection lost is tried again where that can do no harm. */
export function grpcRawCalls(channel: Channel, tokens: IdentityTokens, retries = new Retries()): RawCalls {
  const begin = (path: string, options: RpcCallOptions) => {
    const call = new OutboundCall(knownMethod(path), options, tokens);
    retries.callBegins();
    return call;
  };
  const again = (call: OutboundCall, error: unknown) =>
    retries.orThrow(call, call.failure(error), lossOf(error));
  return {
    async unary(path, request, options) {
      const call = begin(path, options);
      try {
        for (;;) {
          try {
            return await attemptUnary(channel, path, request, call.attempt());
          } catch (error) {
            await again(call, error);
          }
        }
      } finally {
        call.end();
      }
    },
    serverStream: (path, request, options) =>
      outboundStream({
        begin: () => begin(path, options),
        open: (call) => attemptStream(channel, path, request, call.attempt()),
        again,
      }),
    bidiStream: (path, requests, options) =>
      outboundStream({
        begin: () => new BidiCall(begin(path, options), requests),
        open({ call, unread }) {
          const sent = boundedStream(unread.read(), call.signal, same);
          return attemptStream(channel, path, sent, call.attempt());
        },
        async again({ call, unread }, error) {
          if (!unread.takeBack()) throw call.failure(error);
          await again(call, error);
        },
      }),
  };
}

/** A call with the requests that are its own to end. */
class BidiCall {
  readonly unread: UnreadRequests<Uint8Array>;

  constructor(
    readonly call: OutboundCall,
    requests: AsyncIterable<Uint8Array>,
  ) {
    this.unread = new UnreadRequests(requests);
  }

  failure(error: unknown): unknown {
    return this.call.failure(error);
  }

  cancel(): void {
    this.unread.close();
    this.call.cancel();
  }
}

const same = (bytes: Uint8Array) => bytes;
