import { chmodSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { WeftError } from '@weft/errors';
import { type Logger } from '@weft/runtime';

import { type Database } from '../database';
import { type DatabaseEngine, type OpenSchemaOptions } from '../database-engine';
import { applyMigrations } from '../migrations';
import { setUpSchema } from '../schema-setup';
import { type DataFolderLock, lockDataFolder } from './data-folder-lock';
import { EmbeddedDatabase, EmbeddedOwner } from './embedded-database';
import { WorkerConnection } from './worker-connection';

/** How to open the embedded database. */
export interface EmbeddedEngineOptions {
  /** The folder that holds the database, made with mode 0700 if it is missing; or `memory`, which keeps nothing. */
  dataDir: string;
  logger: Logger;
  /** The longest that one interactive transaction may hold the connection, in milliseconds: 30,000 by default. */
  transactionMsMax?: number;
  /** The longest that work waits for its turn, in milliseconds: 30,000 by default. */
  waitMsMax?: number;
  /** How often tables with many dead rows are looked for and vacuumed, in milliseconds: 30,000 by default. */
  vacuumIntervalMs?: number;
}

// The thread runs compiled code, also when the tests run this file from its source.
const dist = join(__dirname, '..', '..', 'dist');

/** Migrations may take long, and nobody waits for the connection before they are done. */
const migrationMsMax = 600_000;

/**
 * Opens PostgreSQL inside this process (PGlite with pgvector, in a thread of its own). It has one connection: one transaction at a time.
 * What was committed survives the death of the process; the operating system alone decides when it survives the loss of power.
 *
 * @throws WeftError FAILED_PRECONDITION `DATA_FOLDER_LOCKED` when another process has the folder open
 */
export async function createEmbeddedEngine(options: EmbeddedEngineOptions): Promise<DatabaseEngine> {
  const {
    dataDir,
    logger,
    transactionMsMax = 30_000,
    waitMsMax = 30_000,
    vacuumIntervalMs = 30_000,
  } = options;
  const folder = dataDir === 'memory' ? undefined : resolve(dataDir);
  const lock = folder === undefined ? undefined : takeFolder(folder);
  const dataFolder = folder && join(folder, 'pgdata');
  const settings = { dataFolder, snapshotFile: join(dist, 'snapshot.tar'), waitMsMax, vacuumIntervalMs };
  const connection = new WorkerConnection(join(dist, 'embedded', 'worker.js'), settings, logger);
  try {
    await connection.ready();
  } catch (error) {
    lock?.release();
    throw new WeftError(
      'UNAVAILABLE',
      'DATABASE_OPEN_FAILED',
      `The embedded database in '${dataDir}' could not be opened.`,
      { cause: error },
    );
  }
  return new EmbeddedEngine(connection, lock, transactionMsMax);
}

class EmbeddedEngine implements DatabaseEngine {
  readonly kind = 'embedded';
  private closing: Promise<void> | undefined;

  constructor(
    private readonly connection: WorkerConnection,
    private readonly lock: DataFolderLock | undefined,
    private readonly transactionMsMax: number,
  ) {}

  async openSchema({ schema, migrationsFolder, logger }: OpenSchemaOptions): Promise<Database> {
    const owner = new EmbeddedOwner(this.connection, migrationMsMax);
    await setUpSchema(owner, schema);
    if (migrationsFolder !== undefined)
      await applyMigrations(owner, { schema, folder: migrationsFolder, engine: this.kind, logger });
    return new EmbeddedDatabase(this.connection, schema, this.transactionMsMax);
  }

  async checkReady(): Promise<void> {
    await this.connection.request({ kind: 'batch', scope: 'owner', statements: [{ text: 'select 1' }] });
  }

  close(): Promise<void> {
    this.closing ??= this.closeOnce();
    return this.closing;
  }

  private async closeOnce(): Promise<void> {
    // An engine that is lost already has nothing left to close.
    await this.connection.close().catch(() => undefined);
    await this.connection.ended;
    this.lock?.release();
  }
}

function takeFolder(folder: string): DataFolderLock {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  return lockDataFolder(folder);
}
