import { type Channel, createClientFactory } from 'nice-grpc';
import { type CallOptions } from 'nice-grpc-common';
import { errorDetailsClientMiddleware } from 'nice-grpc-error-details';
import { boundedStream } from './bounded-stream';
import { type RpcCallOptions } from './caller';
import { type IdentityTokens } from './identity-token';
import { OutboundCall } from './outbound-call';
import { outboundStream } from './outbound-stream';
import { knownMethod, type RawCalls, rawServiceDefinition } from './raw-calls';
import { Retries } from './retries';
import { UnreadRequests } from './unread-requests';

type GrpcMethod = (request: Uint8Array | AsyncIterable<Uint8Array>, options: CallOptions) => unknown;

/** Calls over a gRPC channel. What a connection lost is tried again where that can do no harm. */
export function grpcRawCalls(channel: Channel, tokens: IdentityTokens, retries = new Retries()): RawCalls {
  const methodOf = grpcMethods(channel);
  const begin = (path: string, options: RpcCallOptions) => {
    retries.callBegins();
    return new OutboundCall(knownMethod(path), options, tokens);
  };
  const again = (call: OutboundCall, error: unknown) =>
    retries.orThrow(call, call.failure(error), call.loss(error));
  return {
    async unary(path, request, options) {
      const method = methodOf(path);
      const call = begin(path, options);
      try {
        for (;;) {
          try {
            return await (method(request, call.attempt()) as Promise<Uint8Array>);
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
        open: (call) => methodOf(path)(request, call.attempt()) as AsyncIterable<Uint8Array>,
        again,
      }),
    bidiStream: (path, requests, options) =>
      outboundStream({
        begin: () => new BidiCall(begin(path, options), requests),
        open: ({ call, unread }) => {
          const sent = boundedStream(unread.read(), call.signal, same);
          return methodOf(path)(sent, call.attempt()) as AsyncIterable<Uint8Array>;
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

function grpcMethods(channel: Channel): (path: string) => GrpcMethod {
  const factory = createClientFactory().use(errorDetailsClientMiddleware);
  const clients = new Map<string, Record<string, GrpcMethod>>();
  return (path) => {
    const { descriptor } = knownMethod(path);
    const service = descriptor.parent.typeName;
    let client = clients.get(service);
    if (client === undefined) {
      client = factory.create(rawServiceDefinition(service), channel) as unknown as Record<
        string,
        GrpcMethod
      >;
      clients.set(service, client);
    }
    return client[descriptor.name]!;
  };
}

const same = (bytes: Uint8Array) => bytes;
