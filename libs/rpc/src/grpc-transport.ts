import { credentials } from '@grpc/grpc-js';
import { type CompatServiceDefinition, createChannel, createClientFactory } from 'nice-grpc';
import { errorDetailsClientMiddleware } from 'nice-grpc-error-details';
import { callerMiddleware } from './client-middleware';
import { channelOptions, internalMessageBytesMax } from './grpc-options';
import { type IdentityTokens } from './identity-token';
import { rawCallsOver } from './raw-client';
import { type WeftClient } from './rpc-service';
import { type Transport } from './transport';

export interface GrpcTransportOptions {
  /** `host:port`, or any target that grpc-js resolves. */
  address: string;
  tokens: IdentityTokens;
  /** The largest message, in bytes. Default: what services exchange, 48 MiB. */
  messageBytesMax?: number;
}

/** Reaches the services behind an address over gRPC, on one connection. */
export function connectGrpc(options: GrpcTransportOptions): Transport {
  const channel = createChannel(
    options.address,
    credentials.createInsecure(),
    channelOptions(options.messageBytesMax ?? internalMessageBytesMax),
  );
  const factory = createClientFactory()
    .use(errorDetailsClientMiddleware)
    .use(callerMiddleware(options.tokens));
  const client = <Definition extends CompatServiceDefinition>(definition: Definition) =>
    factory.create(definition, channel) as WeftClient<Definition>;
  return { client, raw: rawCallsOver(client), close: () => channel.close() };
}
