import { internal } from '@weft/errors';
import {
  ALL_TENANTS,
  createOutboxRelay,
  type Database,
  type DatabaseEngine,
  type OutboxRelay,
} from '@weft/postgres';
import { type EventBus } from '@weft/events';
import { type Peers } from '@weft/rpc';
import { type Environment, type Logger } from '@weft/runtime';
import { type ServiceDefinition, type ServiceInstance } from './service-definition';

/** What services of one process share. */
export interface HostResources {
  env: Environment;
  logger: Logger;
  /** Where schemas live; may be left out where no service owns data. */
  engine: DatabaseEngine | undefined;
  events: EventBus;
  peers: Peers;
  /** Whether the bus reaches who consumes the events. If not, they stay in the outbox: on the bus they would be lost. Default: yes. */
  relaysOutbox?: boolean;
}

/** A created service with what belongs to it. */
export interface HostedService<Instance extends ServiceInstance = ServiceInstance> {
  name: string;
  instance: Instance;
  database: Database | undefined;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Creates a service: reads its settings, opens its schema, applies its migrations and relays its outbox. */
export async function createService<Config, Instance extends ServiceInstance>(
  definition: ServiceDefinition<Config, Instance>,
  resources: HostResources,
): Promise<HostedService<Instance>> {
  const logger = resources.logger.child({ service: definition.name });
  const config = definition.loadConfig(resources.env);
  const database = await openDatabase(definition, resources.engine, logger);
  const relays = database !== undefined && (resources.relaysOutbox ?? true);
  const relay = relays ? await relayOf(definition.name, database, resources.events, logger) : undefined;
  const instance = await definition.create({
    config,
    logger,
    get database() {
      if (database === undefined)
        throw internal(`the service ${definition.name} has no migrations and so no database`);
      return database;
    },
    outbox: { notify: () => relay?.notify() },
    events: resources.events,
    peers: resources.peers,
  });
  return {
    name: definition.name,
    instance,
    database,
    async start() {
      relay?.start();
      await instance.start?.();
    },
    async stop() {
      await instance.stop?.();
      await relay?.stop();
    },
  };
}

async function openDatabase(
  { name, migrationsFolder }: { name: string; migrationsFolder?: string },
  engine: DatabaseEngine | undefined,
  logger: Logger,
): Promise<Database | undefined> {
  if (migrationsFolder === undefined) return undefined;
  if (engine === undefined) throw internal(`the service ${name} owns data and was given no database engine`);
  return await engine.openSchema({ schema: name, migrationsFolder, logger });
}

/** A schema with an outbox gets a relay. */
async function relayOf(
  service: string,
  database: Database,
  events: EventBus,
  logger: Logger,
): Promise<OutboxRelay | undefined> {
  const [row] = await database.query<{ present: boolean }>(
    ALL_TENANTS,
    `select to_regclass('outbox') is not null as present`,
  );
  if (!row?.present) return undefined;
  return createOutboxRelay({ database, publish: (envelopes) => events.publish(envelopes), logger, service });
}
