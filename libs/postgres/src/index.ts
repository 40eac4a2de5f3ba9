export { ALL_TENANTS, type Database, type Statement, type TenantScope, type Transaction } from './database';
export { type DatabaseEngine, type EngineKind, type OpenSchemaOptions } from './database-engine';
export { DatabaseError, isUniqueViolation } from './database-error';
export { createEmbeddedEngine, type EmbeddedEngineOptions } from './embedded/embedded-engine';
export { createGroupCommit, type GroupCommit, type GroupCommitOptions } from './group-commit';
export { type OutboxEvent, outboxStatement } from './outbox/outbox';
export { createOutboxRelay, type OutboxRelay, type OutboxRelayOptions } from './outbox/outbox-relay';
export { createServerEngine, type ServerEngine, type ServerEngineOptions } from './server/server-engine';
