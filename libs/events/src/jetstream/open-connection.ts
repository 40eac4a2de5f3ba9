import { readFile } from 'node:fs/promises';

import {
  connect,
  credsAuthenticator,
  type NatsConnection,
  type NodeConnectionOptions,
} from '@nats-io/transport-node';

import { type NatsServerOptions, pingIntervalMsDefault } from './jetstream-options';
import { hostAndPort, type ServerAddress } from './server-address';
import { probeServer } from './server-probe';

const connectTimeoutMs = 5000;

/**
 * Opens a connection that ends for good when it is lost. The client's own reconnecting is off: it would send what it had buffered to the
 * next server behind a gap, out of order.
 */
export async function openConnection(
  address: ServerAddress,
  { credentials = {}, pingIntervalMs = pingIntervalMsDefault }: NatsServerOptions,
): Promise<NatsConnection> {
  await probeServer(address, connectTimeoutMs);
  const { user = address.user, pass = address.pass, token = address.token, credentialsFile } = credentials;
  const options: NodeConnectionOptions = {
    servers: [hostAndPort(address)],
    name: 'weft',
    reconnect: false,
    // Node tries all addresses of a name itself.
    resolve: false,
    ignoreClusterUpdates: true,
    timeout: connectTimeoutMs,
    pingInterval: pingIntervalMs,
    maxPingOut: 2,
    noAsyncTraces: true,
  };
  if (user !== undefined) Object.assign(options, { user, pass });
  if (token !== undefined) options.token = token;
  if (credentialsFile !== undefined) {
    options.authenticator = credsAuthenticator(await readFile(credentialsFile));
  }
  if (credentials.tls ?? address.requiresTls) options.tls = tlsOptions(credentials.tls);
  return connect(options);
}

function tlsOptions(tls: NonNullable<NatsServerOptions['credentials']>['tls'] = {}) {
  return Object.fromEntries(Object.entries(tls).map(([name, pem]) => [name, pem.toString()]));
}
