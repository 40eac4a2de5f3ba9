import { WeftError } from '@weft/errors';
import { type Logger, metrics } from '@weft/runtime';

import { type Database } from '../database';
import { type DatabaseEngine, type OpenSchemaOptions } from '../database-engine';
import { applyMigrations } from '../migrations';
import { setUpSchema } from '../schema-setup';
import { ConnectionPool, type PoolStats } from './connection-pool';
import { databaseAway } from './server-error';
import { ServerDatabase, ServerOwner, type SessionPool } from './server-database';
import { SessionFactory } from './session-factory';
import { ensureVector } from './vector-extension';
import { waitForServer } from './wait-for-server';

/** How to reach a PostgreSQL server and how to use it. */
export interface ServerEngineOptions {
  /** Such as `postgres://weft:secret@db:5432/weft?sslmode=verify-full`. The user owns the database and may create roles, or is a superuser. */
  databaseUrl: string;
  logger: Logger;
  /** The most connections of this process: 8 by default. */
  poolSizeMax?: number;
  /** The longest that work waits for a connection, in milliseconds: 5,000 by default. */
  acquireTimeoutMs?: number;
  /** The longest that one statement may take, in milliseconds: 30,000 by default. The server cancels it; an answer that stays away is given up a second later. */
  statementTimeoutMs?: number;
  /** The longest that a statement waits for a lock, in milliseconds: 10,000 by default. */
  lockTimeoutMs?: number;
  /** The longest that one interactive transaction may hold a connection, in milliseconds: 30,000 by default. */
  transactionMsMax?: number;
  /** The longest that opening a connection may take, in milliseconds: 5,000 by default. */
  connectTimeoutMs?: number;
  /** Connections that are idle for longer are ended, but for one, in milliseconds: 60,000 by default. */
  idleMsMax?: number;
  /** The longest that the start waits for a server that is not up yet, in milliseconds: 60,000 by default. */
  waitMs?: number;
  /** What the server calls this process in `pg_stat_activity`: `weft` by default. */
  applicationName?: string;
  /** Whether statements stay prepared: yes by default. No behind a pooler that gives each transaction another connection, such as pgbouncer. */
  preparedStatements?: boolean;
}

/** A PostgreSQL server as a database engine. */
export interface ServerEngine extends DatabaseEngine {
  /** The connections now. */
  stats(): PoolStats;
}

/** The longest that the server may take to say that it is there, in milliseconds. */
const readyTimeoutMs = 2_000;

/** An answer this fresh says that the server is there: a pool that is merely busy must not make a process unready, in milliseconds. */
const answerFreshMs = 1_000;

/** `grant … with set true, inherit false` is there since PostgreSQL 16. */
const serverVersionMin = 160_000;

/**
 * Opens a pool of connections to a PostgreSQL server, waiting until it is up.
 *
 * @throws WeftError UNAVAILABLE `DATABASE_UNAVAILABLE` when it was not up in time; FAILED_PRECONDITION `DATABASE_REFUSED` at once for a wrong
 * password or a missing database, `DATABASE_URL_INVALID`, `DATABASE_OUTDATED` before PostgreSQL 16. No message tells the password
 */
export async function createServerEngine(options: ServerEngineOptions): Promise<ServerEngine> {
  const { logger, poolSizeMax = 8, acquireTimeoutMs = 5_000, idleMsMax = 60_000, waitMs = 60_000 } = options;
  const factory = new SessionFactory(options, (session) => pool.remove(session));
  const pool: SessionPool = new ConnectionPool({
    sizeMax: poolSizeMax,
    acquireTimeoutMs,
    idleMsMax,
    connect: async () => {
      try {
        return await factory.connect();
      } catch (cause) {
        logger.warn({ err: cause }, 'a connection to the database could not be opened');
        // A password that was changed meanwhile is for who runs this; callers can only wait.
        throw databaseAway('The database cannot be reached.', cause);
      }
    },
  });
  pool.adopt(await waitForServer(() => factory.connect(), { waitMs, logger }));
  const engine = new PooledServerEngine(pool, factory, options.transactionMsMax ?? 30_000);
  try {
    await engine.assertVersion();
  } catch (error) {
    await engine.close();
    throw error;
  }
  return engine;
}

class PooledServerEngine implements ServerEngine {
  readonly kind = 'server';
  private readonly owner: ServerOwner;
  private readonly endObservation: () => void;
  private vector: Promise<void> | undefined;
  private closing: Promise<void> | undefined;

  constructor(
    private readonly pool: SessionPool,
    private readonly factory: SessionFactory,
    private readonly transactionMsMax: number,
  ) {
    this.owner = new ServerOwner(pool);
    this.endObservation = metrics.databasePool.observe(() => poolStates(pool.stats()));
  }

  async openSchema({ schema, migrationsFolder, logger }: OpenSchemaOptions): Promise<Database> {
    await this.ensureVectorOnce();
    await setUpSchema(this.owner, schema);
    if (migrationsFolder !== undefined)
      await applyMigrations(this.owner, { schema, folder: migrationsFolder, engine: this.kind, logger });
    // Migrations may have made types.
    await this.loadArrayTypes();
    return new ServerDatabase(this.pool, schema, this.transactionMsMax);
  }

  async checkReady(): Promise<void> {
    if (this.closing === undefined && performance.now() - this.factory.lastAnswerTime < answerFreshMs) return;
    try {
      const session = await this.pool.acquire(readyTimeoutMs);
      await session.ping(readyTimeoutMs).finally(() => this.pool.release(session));
    } catch (cause) {
      throw databaseAway('The database does not answer.', cause);
    }
  }

  stats(): PoolStats {
    return this.pool.stats();
  }

  close(): Promise<void> {
    this.endObservation();
    this.closing ??= this.pool.close();
    return this.closing;
  }

  async assertVersion(): Promise<void> {
    const [row] = await this.owner.transaction((transaction) =>
      transaction.query<{ version: number }>(`select current_setting('server_version_num')::int as version`),
    );
    if (row!.version >= serverVersionMin) return;
    const message = `The server's version is ${row!.version}; PostgreSQL 16 or later is needed.`;
    throw new WeftError('FAILED_PRECONDITION', 'DATABASE_OUTDATED', message);
  }

  private async ensureVectorOnce(): Promise<void> {
    this.vector ??= ensureVector(this.owner);
    try {
      await this.vector;
    } catch (error) {
      this.vector = undefined;
      throw error;
    }
  }

  private async loadArrayTypes(): Promise<void> {
    const types = await this.owner.transaction((transaction) =>
      transaction.query<{ array: number; element: number }>(arrayTypes),
    );
    this.factory.codec.addArrayTypes(types);
  }
}

/** Arrays of base types, domains and enumerations; those of box alone are not written with commas. */
const arrayTypes = `select typarray as array, oid as element from pg_type
  where typarray <> 0 and typtype in ('b', 'd', 'e') and typdelim = ','`;

function poolStates({ total, idle, waiting }: PoolStats) {
  return Object.entries({ used: total - idle, idle, waiting }).map(([state, value]) => ({
    value,
    labels: { 'weft.database.pool.state': state },
  }));
}
