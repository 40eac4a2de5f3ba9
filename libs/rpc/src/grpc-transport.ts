import { credentials } from '@grpc/grpc-js';
import { createChannel } from 'nice-grpc';
import { channelOptions, internalMessageBytesMax, type Keepalive } from './grpc-options';
import { grpcRawCalls } from './grpc-raw-calls';
import { type IdentityTokens } from './identity-token';
import { type Transport } from './transport';
import { typedClient } from './typed-client';

export interface GrpcTransportOptions {
  /** `host:port`, or any target that grpc-js resolves. */
  address: string;
  tokens: IdentityTokens;
  /** The largest message, in bytes. Default: what services exchange, 48 MiB. */
  messageBytesMax?: number;
  /** How a half-open connection is noticed. Default: within 30 s. */
  keepalive?: Keepalive;
}

/** Reaches the services behind an address over gRPC, on one connection. */
export function connectGrpc(options: GrpcTransportOptions): Transport {
  const channel = createChannel(
    options.address,
    credentials.createInsecure(),
    channelOptions(options.messageBytesMax ?? internalMessageBytesMax, options.keepalive),
  );
  const raw = grpcRawCalls(channel, options.tokens);
  return { client: (definition) => typedClient(definition, raw), raw, close: () => channel.close() };
}
