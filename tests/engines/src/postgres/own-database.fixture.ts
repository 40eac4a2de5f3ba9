import { randomUUID } from 'node:crypto';

import { Client } from 'pg';

/** A database of a test's own on the server of `WEFT_DATABASE_URL`. */
export interface OwnDatabase {
  url: string;
  drop(): Promise<void>;
}

/** The address of the server, whose user may create databases. */
export function serverUrl(): string {
  const url = process.env['WEFT_DATABASE_URL'];
  if (url === undefined) throw new Error('WEFT_DATABASE_URL must name a PostgreSQL server.');
  return url;
}

/** Runs SQL as the user of an address, on a connection of its own. */
export async function runSql(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const result = await client.query<Record<string, unknown>>(text);
    return result.rows;
  } finally {
    await client.end();
  }
}

/** Makes an empty database. */
export async function createOwnDatabase(on = serverUrl()): Promise<OwnDatabase> {
  const name = `weft_test_${randomUUID().replaceAll('-', '')}`;
  await runSql(on, `create database ${name}`);
  const url = new URL(on);
  url.pathname = `/${name}`;
  return {
    url: url.toString(),
    async drop() {
      await runSql(on, `drop database ${name} with (force)`);
    },
  };
}
