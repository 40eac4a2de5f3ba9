import { join } from 'node:path';
import { unavailable } from '@weft/errors';
import { type DatabaseEngine } from '@weft/postgres';
import {
  authenticateInternal,
  connectGrpc,
  createIdentityTokens,
  createPeers,
  type IdentityTokens,
  type Peers,
  type RunningServer,
  serve,
  type Transport,
} from '@weft/rpc';
import {
  createLogger,
  createReadiness,
  type Environment,
  type Lifecycle,
  type Logger,
  type Readiness,
  runProcess,
} from '@weft/runtime';
import { loadProcessConfig, type ProcessConfig, processEnvironment } from './config';
import { createService, type HostedService } from './create-service';
import { type EngineConfig, loadEngineConfig } from './engine-config';
import { openDatabaseEngine, openEventBus } from './open-engines';
import { openProbeServer } from './probe-server';
import { type ServiceDefinition } from './service-definition';
import { startTelemetry } from './telemetry/start-telemetry';
import { loadTelemetryConfig } from './telemetry/telemetry-config';

/** How often readiness is looked at for the health that gRPC clients can ask for. */
const healthIntervalMs = 1000;
/** What the process may take beyond the drain before it exits whatever still goes on. */
const exitMarginMs = 1500;

/** Runs one service in this process, on its own gRPC port, until SIGINT or SIGTERM. Prints `weft <name> ready grpc=<address>`. */
export async function runServiceProcess(definition: ServiceDefinition): Promise<void> {
  const env = processEnvironment();
  const logger = createLogger({ level: 'info', name: definition.name });
  await runProcess(logger, async (lifecycle) => {
    const config = loadProcessConfig(env);
    await startServiceProcess(definition, env, {
      config,
      engines: loadEngineConfig(env),
      logger: createLogger({ level: config.logLevel, name: definition.name }),
      lifecycle,
    });
  });
}

interface ProcessParts {
  config: ProcessConfig;
  engines: EngineConfig;
  logger: Logger;
  lifecycle: Lifecycle;
}

async function startServiceProcess(
  definition: ServiceDefinition,
  env: Environment,
  { config, engines, logger, lifecycle }: ProcessParts,
): Promise<void> {
  lifecycle.bound(config.drainTimeoutMs + exitMarginMs);
  const telemetry = await startTelemetry({
    config: loadTelemetryConfig(env),
    serviceName: definition.name,
    logger,
  });
  lifecycle.onStop('telemetry', () => telemetry.stop());
  const readiness = createReadiness();
  await startProbes(config, readiness, lifecycle);
  const tokens = createIdentityTokens(config.identitySecret);
  const engine = await openEngine(definition, config, engines, logger);
  lifecycle.onStop('database', () => engine?.close());
  const events = await openEventBus(engines, logger);
  lifecycle.onStop('events', () => events.close());
  const peers = openPeers(config, tokens, logger, lifecycle);
  // Without a broker nobody else's consumer would hear of the events: they are kept where they are.
  const relaysOutbox = engines.natsUrl !== undefined;
  const hosted = await createService(definition, { env, logger, engine, events, peers, relaysOutbox });
  lifecycle.onStop('service', () => hosted.stop(), config.drainTimeoutMs);
  const server = await serve({
    services: hosted.instance.services,
    address: config.address,
    authenticate: authenticateInternal(tokens),
    security: config.security,
    logger,
  });
  lifecycle.onStop('server', () => stopServer(server, config.drainTimeoutMs), config.drainTimeoutMs);
  await hosted.start();
  addChecks(readiness, hosted, engine);
  watchHealth(readiness, server, lifecycle);
  lifecycle.onStop('readiness', () => readiness.close());
  const host = config.address.slice(0, config.address.lastIndexOf(':'));
  process.stdout.write(`weft ${definition.name} ready grpc=${host}:${server.port}\n`);
}

/** Probes answer from the first moment: a process that waits for its database lives, and is not ready. */
async function startProbes(
  { probeAddress }: ProcessConfig,
  readiness: Readiness,
  lifecycle: Lifecycle,
): Promise<void> {
  readiness.add('start', () => Promise.reject(new Error('the start goes on')));
  if (probeAddress === undefined) return;
  const probes = await openProbeServer(probeAddress, readiness);
  lifecycle.onStop('probes', () => probes.close());
}

/** A service that owns no data needs no database. */
async function openEngine(
  definition: ServiceDefinition,
  config: ProcessConfig,
  engines: EngineConfig,
  logger: Logger,
): Promise<DatabaseEngine | undefined> {
  if (definition.migrationsFolder === undefined) return undefined;
  const dataDir = config.dataDir === 'memory' ? 'memory' : join(config.dataDir, definition.name);
  return await openDatabaseEngine(engines, { dataDir, applicationName: `weft ${definition.name}`, logger });
}

function openPeers(
  config: ProcessConfig,
  tokens: IdentityTokens,
  logger: Logger,
  lifecycle: Lifecycle,
): Peers {
  const transports = new Map<string, Transport>();
  lifecycle.onStop('peers', () => transports.forEach((transport) => transport.close()));
  return createPeers((domain) => {
    const known = transports.get(domain);
    if (known !== undefined) return known;
    const target = config.peers(domain);
    if (target === undefined)
      throw unavailable('PEER_UNKNOWN', `WEFT_PEERS does not say where the service '${domain}' is.`);
    const transport = connectGrpc({ target, serverName: domain, tokens, security: config.security, logger });
    transports.set(domain, transport);
    return transport;
  });
}

async function stopServer(server: RunningServer, drainTimeoutMs: number): Promise<void> {
  await server.drain(drainTimeoutMs);
  await server.stop();
}

function addChecks(readiness: Readiness, hosted: HostedService, engine: DatabaseEngine | undefined): void {
  if (engine !== undefined) readiness.add('database', () => engine.checkReady());
  readiness.add('service', async () => hosted.instance.checkReady?.());
  readiness.add('start', () => Promise.resolve());
}

/** Tells gRPC clients what the probes tell. */
function watchHealth(readiness: Readiness, server: RunningServer, lifecycle: Lifecycle): void {
  const look = () => void readiness.problems().then((problems) => server.setServing(problems.length === 0));
  const timer = setInterval(look, healthIntervalMs);
  lifecycle.onStop('health', () => clearInterval(timer));
}
