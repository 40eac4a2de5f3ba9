import { randomBytes } from 'node:crypto';
import { unavailable } from '@weft/errors';
import {
  authenticateInternal,
  connectGrpc,
  createIdentityTokens,
  createInProcessTransport,
  createPeers,
  type Peers,
  type RpcService,
  serve,
  type Transport,
} from '@weft/rpc';
import { type Logger } from '@weft/runtime';
import { type TransportKind } from './config';

/** What connects the services of this process. */
export interface ServiceNetwork {
  peers: Peers;
  /** Offers a service under its domain. */
  add(domain: string, services: RpcService[]): Promise<void>;
  /** Lets no call in any more and waits for those inside. */
  drain(timeoutMs: number): Promise<void>;
  close(): Promise<void>;
}

/** Connects services by calls within the process, or over real gRPC on loopback. */
export function createServiceNetwork(kind: TransportKind, logger: Logger): ServiceNetwork {
  return kind === 'grpc' ? loopbackNetwork(logger) : inProcessNetwork(logger);
}

function inProcessNetwork(logger: Logger): ServiceNetwork {
  const transport = createInProcessTransport({ logger });
  return {
    peers: createPeers(() => transport),
    add: (_domain, services) => Promise.resolve(transport.add(services)),
    drain: (timeoutMs) => transport.drain(timeoutMs),
    close: () => Promise.resolve(transport.close()),
  };
}

function loopbackNetwork(logger: Logger): ServiceNetwork {
  const tokens = createIdentityTokens(randomBytes(32));
  const servers = new Map<string, Awaited<ReturnType<typeof serve>>>();
  const transports = new Map<string, Transport>();
  const transportOf = (domain: string): Transport => {
    const server = servers.get(domain);
    if (server === undefined)
      throw unavailable('SERVICE_NOT_RUNNING', `The service '${domain}' does not run in this process.`);
    const transport =
      transports.get(domain) ??
      connectGrpc({ target: `127.0.0.1:${server.port}`, security: { kind: 'insecure' }, tokens });
    transports.set(domain, transport);
    return transport;
  };
  return {
    peers: createPeers(transportOf),
    async add(domain, services) {
      const authenticate = authenticateInternal(tokens);
      servers.set(
        domain,
        await serve({
          services,
          address: '127.0.0.1:0',
          security: { kind: 'insecure' },
          authenticate,
          logger,
        }),
      );
    },
    async drain(timeoutMs) {
      await Promise.all([...servers.values()].map((server) => server.drain(timeoutMs)));
    },
    async close() {
      for (const transport of transports.values()) transport.close();
      await Promise.all([...servers.values()].map((server) => server.stop()));
    },
  };
}
