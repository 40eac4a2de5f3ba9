import { Channel } from '@grpc/grpc-js';
import { internal } from '@weft/errors';
import { type Logger } from '@weft/runtime';
import { balancingOptions, type Ejection } from './balancing';
import { warnOfConnectionFailures } from './connection-failures';
import { channelOptions, internalMessageBytesMax, type Keepalive } from './grpc-options';
import { grpcRawCalls } from './grpc-raw-calls';
import { grpcTarget } from './grpc-target';
import { type IdentityTokens } from './identity-token';
import { type Transport } from './transport';
import { channelCredentials, type TransportSecurity } from './transport-security';
import { typedClient } from './typed-client';
import { registerWatchedBalancer } from './watched-balancer';

export interface GrpcTransportOptions {
  /**
   * Where the service is: `host:port`, `dns:///host:port`, or IP addresses with ports and commas between. Calls are spread over every
   * address that it stands for.
   */
  target: string;
  security: TransportSecurity;
  /** The name that the other side's certificate must bear, such as `retrieval`. Default: the host of `target`; addresses have none. */
  serverName?: string;
  tokens: IdentityTokens;
  /** Hears why connections fail, which callers are not told. Default: nobody does. */
  logger?: Logger;
  /** The largest message, in bytes. Default: what services exchange, 48 MiB. */
  messageBytesMax?: number;
  /** How a half-open connection is noticed. Default: within 30 s. */
  keepalive?: Keepalive;
  /** When a server that fails is left alone for a while. */
  ejection?: Ejection;
}

/**
 * Reaches the services behind a target over gRPC, on one connection to each of its addresses.
 *
 * @throws WeftError INTERNAL when the target is none, or has no name for TLS to check
 */
export function connectGrpc(options: GrpcTransportOptions): Transport {
  registerWatchedBalancer();
  const { security, logger } = options;
  const { uri, hostName } = grpcTarget(options.target);
  const serverName = options.serverName ?? hostName;
  if (security.kind === 'tls' && serverName === undefined)
    throw internal(`TLS to ${options.target} needs a serverName: an address is no name to check`);
  const channel = new Channel(uri, channelCredentials(security, logger), {
    ...channelOptions(options.messageBytesMax ?? internalMessageBytesMax, options.keepalive),
    // Nobody reads grpc-js's accounts of its calls, and they cost every call. (A server without them cannot be shut down by force.)
    'grpc.enable_channelz': 0,
    ...balancingOptions(
      options.ejection ?? {},
      warnOfConnectionFailures(options.target, security.kind, logger),
    ),
    ...(security.kind === 'tls' && { 'grpc.ssl_target_name_override': serverName }),
  });
  const raw = grpcRawCalls(channel, options.tokens);
  return { client: (definition) => typedClient(definition, raw), raw, close: () => channel.close() };
}
