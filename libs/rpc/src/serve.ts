import { setTimeout as delay } from 'node:timers/promises';
import { descriptorImageBase64 } from '@weft/contracts';
import { internal, unavailable } from '@weft/errors';
import { type Logger } from '@weft/runtime';
import { createServer, type Server } from 'nice-grpc';
import { errorDetailsServerMiddleware } from 'nice-grpc-error-details';
import { HealthDefinition, HealthServiceImpl, HealthState } from 'nice-grpc-server-health';
import { ServerReflection, ServerReflectionService } from 'nice-grpc-server-reflection';
import { Admission } from './admission';
import { arrivalInterceptor } from './arrival-interceptor';
import { rawEndpoints, typedEndpoints } from './endpoint';
import { channelOptions, internalMessageBytesMax, type Keepalive } from './grpc-options';
import { grpcService, type GrpcService, wireErrors } from './grpc-service';
import { type Authenticate } from './inbound-call';
import { type RpcService } from './rpc-service';
import { raiseStreamResetLimits } from './stream-resets';
import { serverCredentials, type TransportSecurity } from './transport-security';

/** How long connections may take to say goodbye once every call is answered. */
const goodbyeMs = 1000;

const connectionAgeMsMaxDefault = 300_000;

export interface ServeOptions {
  services: RpcService[];
  /** `host:port`; port 0 lets the system choose. */
  address: string;
  security: TransportSecurity;
  authenticate: Authenticate;
  logger: Logger;
  /** Whether the contracts of `services` can be asked for by reflection. Default: no. */
  reflection?: boolean;
  /** Whether requests and answers are bytes that this process only passes on. Default: no. */
  raw?: boolean;
  /** The largest message, in bytes. Default: what services exchange, 48 MiB. */
  messageBytesMax?: number;
  /** How a half-open connection is noticed. Default: within 30 s. */
  keepalive?: Keepalive;
  /**
   * How old a connection may become, in milliseconds, give or take a tenth; then its client makes a new one, which spreads clients over
   * servers that were added. Calls on it finish, however long they take. Default: 300,000.
   */
  connectionAgeMsMax?: number;
  /** Whether health says SERVING from the start. Default: yes. */
  serving?: boolean;
}

export interface RunningServer {
  port: number;
  /** Calls in flight. */
  callsInFlight(): number;
  /** Says in grpc.health.v1 whether this server should be sent calls. Those that come are answered all the same. */
  setServing(serving: boolean): void;
  /**
   * Says NOT_SERVING, tells clients to go elsewhere, listens no more, waits for what is inside, and after `timeoutMs` ends it with a
   * retryable error.
   */
  drain(timeoutMs: number): Promise<void>;
  /** Closes every connection, once the answers on their way have left it; a second later at any rate. Drain first. */
  stop(): Promise<void>;
}

/**
 * Serves contracts over gRPC, with health and, if asked for, reflection.
 *
 * @throws WeftError UNAVAILABLE `ADDRESS_IN_USE` when it cannot listen on the address
 */
export async function serve(options: ServeOptions): Promise<RunningServer> {
  const admission = new Admission();
  const services = grpcServices(options, admission);
  const names = services.map(({ name }) => name);
  const health = healthOf(names, options.serving ?? true);
  raiseStreamResetLimits();
  const server = createServer({
    ...channelOptions(options.messageBytesMax ?? internalMessageBytesMax, options.keepalive),
    ...{ interceptors: [arrivalInterceptor] },
    'grpc.max_connection_age_ms': options.connectionAgeMsMax ?? connectionAgeMsMaxDefault,
  });
  server.add(HealthDefinition, HealthServiceImpl(health));
  if (options.reflection) server.add(ServerReflectionService, reflectionOf(names));
  for (const { definition, handlers } of services)
    server
      .with(errorDetailsServerMiddleware)
      .with(wireErrors)
      .add(definition, handlers as never);

  const port = await listen(server, options);
  let draining = false;
  let goodbye: Promise<void> | undefined;
  /** Clients make no new calls here from then on; those that are on their way come back to them as not begun. */
  const sayGoodbye = () => (goodbye ??= server.shutdown());
  const say = (serving: boolean) => {
    for (const name of ['', ...names]) health.setStatus(serving ? 'healthy' : 'unhealthy', name);
  };
  return {
    port,
    callsInFlight: () => admission.callsInFlight,
    setServing: (serving) => say(serving && !draining),
    async drain(timeoutMs) {
      draining = true;
      say(false);
      void sayGoodbye();
      await admission.drain(timeoutMs);
    },
    async stop() {
      await Promise.race([sayGoodbye(), delay(goodbyeMs, undefined, { ref: false })]);
      server.forceShutdown();
    },
  };
}

function grpcServices(
  { services, raw, authenticate, logger }: ServeOptions,
  admission: Admission,
): GrpcService[] {
  const endpointsOf = raw ? rawEndpoints : typedEndpoints;
  const found = services.map((service) =>
    grpcService(endpointsOf(service, { authenticate, logger, admission })),
  );
  const twice = found.find(({ name }, index) => found.findIndex((other) => other.name === name) < index);
  if (twice !== undefined) throw internal(`${twice.name} is served twice`);
  return found;
}

function healthOf(services: string[], serving: boolean): HealthState {
  const health = HealthState();
  // Every watcher is a listener.
  health.setMaxListeners(0);
  for (const name of ['', ...services]) health.setStatus(serving ? 'healthy' : 'unhealthy', name);
  return health;
}

function reflectionOf(services: string[]) {
  return ServerReflection(Buffer.from(descriptorImageBase64, 'base64'), services);
}

async function listen(server: Server, { address, security, logger }: ServeOptions): Promise<number> {
  try {
    return await server.listen(address, serverCredentials(security, logger));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw unavailable('ADDRESS_IN_USE', `gRPC cannot listen on ${address}: ${why}`, { cause });
  }
}
