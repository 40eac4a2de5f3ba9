import { randomUUID } from 'node:crypto';
import { createServerEngine, type Database } from '@weft/postgres';
import { retrievalService } from '@weft/retrieval';
import { silentLogger } from '@weft/runtime';
import { Client } from 'pg';

/** A database of the benchmark's own with the tables of the retrieval service. */
export interface VectorDatabase {
  database: Database;
  /** Runs SQL as the owner. */
  own(text: string): Promise<void>;
  /** Ends all connections and drops the database. */
  drop(): Promise<void>;
}

/** Building an index of 100,000 vectors is one statement. */
const statementTimeoutMs = 600_000;

/** Makes a database on a server, whose user must be allowed to. */
export async function createVectorDatabase(serverUrl: string): Promise<VectorDatabase> {
  const name = `weft_bench_${randomUUID().replaceAll('-', '')}`;
  await runSql(serverUrl, `create database ${name}`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  const databaseUrl = url.toString();
  const engine = await createServerEngine({ databaseUrl, logger: silentLogger, statementTimeoutMs });
  const database = await engine.openSchema({
    schema: 'retrieval',
    migrationsFolder: retrievalService.migrationsFolder,
    logger: silentLogger,
  });
  return {
    database,
    own: (text) => runSql(databaseUrl, text),
    async drop() {
      await engine.close();
      await runSql(serverUrl, `drop database ${name} with (force)`);
    },
  };
}

async function runSql(url: string, text: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}
