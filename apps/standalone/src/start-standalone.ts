import { join } from 'node:path';
import {
  createService,
  type HostedService,
  type HostResources,
  loadEngineConfig,
  loadTelemetryConfig,
  openDatabaseEngine,
  openEventBus,
  startTelemetry,
} from '@weft/host';
import { type Environment, type Lifecycle, type Logger } from '@weft/runtime';
import { type StandaloneConfig } from './config';
import { offerSample } from './sample/offer-sample';
import { loadSecrets } from './secrets';
import { createServiceNetwork } from './service-network';
import { gatewayService, innerServices } from './services';

/** Where the doors are. */
export interface Doors {
  httpPort: number;
  grpcPort: number;
  /** The first API key, when it was made just now. */
  newAdminKey: string | undefined;
}

/** Starts every service in this process, the gateway last, and has the lifecycle stop them the other way round. */
export async function startStandalone(
  env: Environment,
  config: StandaloneConfig,
  logger: Logger,
  lifecycle: Lifecycle,
): Promise<Doors> {
  const secrets = loadSecrets(env, config.dataDir);
  const engines = loadEngineConfig(env);
  const telemetry = await startTelemetry({ config: loadTelemetryConfig(env), serviceName: 'weft', logger });
  lifecycle.onStop('telemetry', () => telemetry.stop());
  const dataDir = config.dataDir === 'memory' ? 'memory' : join(config.dataDir, 'database');
  const engine = await openDatabaseEngine(engines, { dataDir, applicationName: 'weft standalone', logger });
  lifecycle.onStop('database', () => engine.close());
  const events = await openEventBus(engines, logger);
  lifecycle.onStop('events', () => events.close());
  const network = createServiceNetwork(config.transport, logger);
  lifecycle.onStop('network', () => network.close());

  const serviceEnv = {
    WEFT_GRPC_REFLECTION: 'true',
    ...env,
    WEFT_KEY_SECRET: secrets.keySecret,
    WEFT_ADMIN_KEY: secrets.adminKey,
  };
  const resources: HostResources = { env: serviceEnv, logger, engine, events, peers: network.peers };
  const services: HostedService[] = [];
  for (const definition of innerServices) services.push(await createService(definition, resources));
  const gateway = await createService(gatewayService, resources);
  for (const hosted of [...services, gateway]) {
    await network.add(hosted.name, hosted.instance.services);
    if (hosted !== gateway) lifecycle.onStop(hosted.name, () => hosted.stop(), config.drainTimeoutMs);
  }
  for (const hosted of services) await hosted.start();
  lifecycle.onStop('calls', () => network.drain(config.drainTimeoutMs), config.drainTimeoutMs);
  if (config.sample) await offerSample(network.peers, logger);
  gateway.instance.addReadinessCheck('database', () => engine.checkReady());
  for (const { name, instance } of services) {
    if (instance.checkReady) gateway.instance.addReadinessCheck(name, () => instance.checkReady!());
  }
  lifecycle.onStop('gateway', () => gateway.stop(), config.drainTimeoutMs);
  await gateway.start();
  const { http, grpc } = gateway.instance;
  return {
    httpPort: http.port,
    grpcPort: grpc.port,
    newAdminKey: secrets.adminKeyIsNew ? secrets.adminKey : undefined,
  };
}
