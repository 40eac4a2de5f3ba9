import { createHash } from 'node:crypto';
import { Client } from 'pg';

/**
 * Makes an empty database of a server where it is not there yet.
 *
 * @param key the same key finds the same database again
 * @returns its URL, and its name, which also serves as a namespace elsewhere
 */
export async function databaseFor(
  serverUrl: string,
  key: string,
): Promise<{ databaseUrl: string; name: string }> {
  const name = `e2e_${createHash('sha256').update(key).digest('hex').slice(0, 16)}`;
  const client = new Client({ connectionString: serverUrl });
  await client.connect();
  try {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [name]);
    if (rowCount === 0) await client.query(`create database ${name}`);
  } finally {
    await client.end();
  }
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return { databaseUrl: url.href, name };
}

/** Removes a database, also while connections to it are open. */
export async function dropDatabase(serverUrl: string, name: string): Promise<void> {
  const client = new Client({ connectionString: serverUrl });
  await client.connect();
  try {
    await client.query(`drop database if exists ${name} with (force)`);
  } finally {
    await client.end();
  }
}
