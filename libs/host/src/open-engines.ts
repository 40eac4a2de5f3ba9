import {
  createInProcessEventBus,
  createJetStreamEventBus,
  type EventBus,
  type NatsCredentials,
} from '@weft/events';
import { createEmbeddedEngine, createServerEngine, type DatabaseEngine } from '@weft/postgres';
import { type Logger } from '@weft/runtime';
import { type EngineConfig } from './engine-config';
import { readSettingFile } from './read-setting-file';

/** Opens PostgreSQL where a URL names it, waiting until it answers; the embedded database in the data folder else. */
export async function openDatabaseEngine(
  config: EngineConfig,
  options: { dataDir: string; applicationName: string; logger: Logger },
): Promise<DatabaseEngine> {
  const { dataDir, applicationName, logger } = options;
  if (config.databaseUrl === undefined) return await createEmbeddedEngine({ dataDir, logger });
  return await createServerEngine({
    databaseUrl: config.databaseUrl,
    poolSizeMax: config.databasePoolMax,
    statementTimeoutMs: config.databaseStatementTimeoutMs,
    applicationName,
    // A process that waits lives and is not ready; ending it would not bring the database sooner.
    waitMs: Infinity,
    logger,
  });
}

/** Opens JetStream where a URL names it, whether or not it can be reached yet; a bus within this process else. */
export async function openEventBus(config: EngineConfig, logger: Logger): Promise<EventBus> {
  if (config.natsUrl === undefined) return createInProcessEventBus({ logger });
  return await createJetStreamEventBus({
    natsUrl: config.natsUrl,
    namespace: config.natsNamespace,
    replicas: config.natsReplicas,
    credentials: natsCredentials(config),
    logger,
  });
}

function natsCredentials({ natsCredentialsFile, natsCaFile }: EngineConfig): NatsCredentials {
  return {
    ...(natsCredentialsFile === undefined ? {} : { credentialsFile: natsCredentialsFile }),
    ...(natsCaFile === undefined ? {} : { tls: { ca: readSettingFile('WEFT_NATS_CA_FILE', natsCaFile) } }),
  };
}
