export { checkDatabase, checkNats } from './check-engines';
export { type EngineBinaries, fetchEngines } from './fetch-engines';
export { type DatabaseOptions } from './postgres-databases';
export { type Engines, type EnginesOptions, startEngines } from './start-engines';
export { type NatsOptions, type NatsServer, startNats } from './start-nats';
export { type PostgresOptions, type PostgresServer, startPostgres } from './start-postgres';
