import { join } from 'node:path';
import { unavailable } from '@weft/errors';
import { createInProcessEventBus } from '@weft/events';
import { createEmbeddedEngine, type DatabaseEngine } from '@weft/postgres';
import {
  authenticateInternal,
  connectGrpc,
  createIdentityTokens,
  createPeers,
  serve,
  type Transport,
} from '@weft/rpc';
import { createLogger, type Environment, type Lifecycle, type Logger, runProcess } from '@weft/runtime';
import { loadProcessConfig, type ProcessConfig, processEnvironment } from './config';
import { createService } from './create-service';
import { type ServiceDefinition } from './service-definition';

/** Runs one service in this process, on its own gRPC port, until SIGINT or SIGTERM. Prints `weft <name> ready grpc=<address>`. */
export async function runServiceProcess(definition: ServiceDefinition): Promise<void> {
  const env = processEnvironment();
  const logger = createLogger({ level: 'info', name: definition.name });
  await runProcess(logger, async (lifecycle) => {
    const config = loadProcessConfig(env);
    await startServiceProcess(
      definition,
      env,
      config,
      createLogger({ level: config.logLevel, name: definition.name }),
      lifecycle,
    );
  });
}

async function startServiceProcess(
  definition: ServiceDefinition,
  env: Environment,
  config: ProcessConfig,
  logger: Logger,
  lifecycle: Lifecycle,
): Promise<void> {
  const tokens = createIdentityTokens(config.identitySecret);
  const engine = await openEngine(definition, config, logger);
  lifecycle.onStop('database', () => engine?.close());
  const events = createInProcessEventBus({ logger });
  lifecycle.onStop('events', () => events.close());
  const transports = new Map<string, Transport>();
  lifecycle.onStop('peers', () => transports.forEach((transport) => transport.close()));
  const peers = createPeers((domain) => {
    const address = config.peers.get(domain);
    if (address === undefined)
      throw unavailable('PEER_UNKNOWN', `WEFT_PEERS does not say where the service '${domain}' is.`);
    const transport = transports.get(domain) ?? connectGrpc({ address, tokens });
    transports.set(domain, transport);
    return transport;
  });
  const hosted = await createService(definition, {
    env,
    logger,
    engine,
    events,
    peers,
    relaysOutbox: false,
  });
  lifecycle.onStop('service', () => hosted.stop(), config.drainTimeoutMs);
  const server = await serve({
    services: hosted.instance.services,
    address: config.address,
    authenticate: authenticateInternal(tokens),
    logger,
  });
  lifecycle.onStop(
    'server',
    async () => {
      await server.drain(config.drainTimeoutMs);
      await server.stop();
    },
    config.drainTimeoutMs,
  );
  await hosted.start();
  const host = config.address.slice(0, config.address.lastIndexOf(':'));
  process.stdout.write(`weft ${definition.name} ready grpc=${host}:${server.port}\n`);
}

/** A service that owns no data needs no database. */
async function openEngine(
  definition: ServiceDefinition,
  config: ProcessConfig,
  logger: Logger,
): Promise<DatabaseEngine | undefined> {
  if (definition.migrationsFolder === undefined) return undefined;
  const dataDir = config.dataDir === 'memory' ? 'memory' : join(config.dataDir, definition.name);
  return await createEmbeddedEngine({ dataDir, logger });
}
