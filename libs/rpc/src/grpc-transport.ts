import { type Logger } from '@weft/runtime';
import { createChannel } from 'nice-grpc';
import { channelOptions, internalMessageBytesMax, type Keepalive } from './grpc-options';
import { grpcRawCalls } from './grpc-raw-calls';
import { type IdentityTokens } from './identity-token';
import { type Transport } from './transport';
import { channelCredentials, type TransportSecurity } from './transport-security';
import { typedClient } from './typed-client';

export interface GrpcTransportOptions {
  /** `host:port`, or any target that grpc-js resolves. */
  target: string;
  security: TransportSecurity;
  /** The name that the certificate of the other side must bear. Default: the host of `target`. */
  serverName?: string;
  tokens: IdentityTokens;
  /** Hears why connections fail, which callers are not told. Default: nobody does. */
  logger?: Logger;
  /** The largest message, in bytes. Default: what services exchange, 48 MiB. */
  messageBytesMax?: number;
  /** How a half-open connection is noticed. Default: within 30 s. */
  keepalive?: Keepalive;
}

/** Reaches the services behind an address over gRPC, on one connection. */
export function connectGrpc(options: GrpcTransportOptions): Transport {
  const channel = createChannel(options.target, channelCredentials(options.security), {
    ...channelOptions(options.messageBytesMax ?? internalMessageBytesMax, options.keepalive),
    ...(options.serverName !== undefined && { 'grpc.ssl_target_name_override': options.serverName }),
  });
  const raw = grpcRawCalls(channel, options.tokens);
  return { client: (definition) => typedClient(definition, raw), raw, close: () => channel.close() };
}
