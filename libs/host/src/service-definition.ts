import { type EventBus } from '@weft/events';
import { type Database } from '@weft/postgres';
import { type Peers, type RpcService } from '@weft/rpc';
import { type Environment, type Logger } from '@weft/runtime';

/** What a service is given to work with. */
export interface ServiceContext<Config> {
  config: Config;
  logger: Logger;
  /** The service's own schema. Absent (and an error when touched) for a service without migrations. */
  database: Database;
  /** Tells the relay that outbox rows were committed, so that they go out now and not at its next look. */
  outbox: { notify(): void };
  events: EventBus;
  peers: Peers;
}

/** A service at work. */
export interface ServiceInstance {
  services: RpcService[];
  /** Begins background work and opens doors. Runs when every service that shares the process has been created. */
  start?(): Promise<void>;
  /** Stops what `start` began. Calls in flight have been drained before. */
  stop?(): Promise<void>;
  /** Throws when the service cannot do its work now. */
  checkReady?(): Promise<void>;
}

/** A service: a function from its dependencies to its handlers, and what it needs to be given. */
export interface ServiceDefinition<Config = unknown, Instance extends ServiceInstance = ServiceInstance> {
  /** The domain of its contracts; also the name of its database schema. */
  name: string;
  loadConfig(env: Environment): Config;
  /** The folder of its SQL migrations; left out when it owns no data. */
  migrationsFolder?: string;
  create(context: ServiceContext<Config>): Instance | Promise<Instance>;
}

/** Declares a service. */
export function defineService<Config, Instance extends ServiceInstance>(
  definition: ServiceDefinition<Config, Instance>,
): ServiceDefinition<Config, Instance> {
  return definition;
}
