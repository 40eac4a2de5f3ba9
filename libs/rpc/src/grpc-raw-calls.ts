import { type Channel, createClientFactory } from 'nice-grpc';
import { type CallOptions } from 'nice-grpc-common';
import { errorDetailsClientMiddleware } from 'nice-grpc-error-details';
import { boundedStream } from './bounded-stream';
import { type RpcCallOptions } from './caller';
import { type IdentityTokens } from './identity-token';
import { OutboundCall } from './outbound-call';
import { outboundStream } from './outbound-stream';
import { knownMethod, type RawCalls, rawServiceDefinition } from './raw-calls';

type GrpcMethod = (request: Uint8Array | AsyncIterable<Uint8Array>, options: CallOptions) => unknown;

/** Calls over a gRPC channel. */
export function grpcRawCalls(channel: Channel, tokens: IdentityTokens): RawCalls {
  const factory = createClientFactory().use(errorDetailsClientMiddleware);
  const clients = new Map<string, Record<string, GrpcMethod>>();
  const methodOf = (path: string): GrpcMethod => {
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
  const begin = (path: string, options: RpcCallOptions) => new OutboundCall(path, options, tokens);
  return {
    async unary(path, request, options) {
      const method = methodOf(path);
      const call = begin(path, options);
      try {
        return await (method(request, call.options) as Promise<Uint8Array>);
      } catch (error) {
        throw call.failure(error);
      } finally {
        call.end();
      }
    },
    serverStream: (path, request, options) =>
      outboundStream(
        () => begin(path, options),
        (call) => methodOf(path)(request, call.options) as AsyncIterable<Uint8Array>,
      ),
    bidiStream: (path, requests, options) =>
      outboundStream(
        () => begin(path, options),
        (call) =>
          methodOf(path)(
            boundedStream(requests, call.signal, same),
            call.options,
          ) as AsyncIterable<Uint8Array>,
      ),
  };
}

const same = (bytes: Uint8Array) => bytes;
