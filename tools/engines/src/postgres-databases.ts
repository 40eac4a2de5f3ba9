import { randomBytes } from 'node:crypto';
import { invalidField } from '@weft/errors';
import { Client, escapeIdentifier } from 'pg';

/** How a database is made. */
export interface DatabaseOptions {
  /**
   * Makes a role `<name>_owner` too, which owns the database and may make roles but is no superuser, and answers with
   * its URL: how databases are in production. The superuser's URL else.
   */
  owner?: boolean;
}

/** PostgreSQL cuts longer names. */
const nameLengthMax = 63 - '_owner'.length;

/**
 * Creates a database with pgvector in it and answers with its URL.
 *
 * @param adminUrl the superuser's URL
 * @throws WeftError INVALID_ARGUMENT if the name is empty or longer than 57 bytes; the driver's error if there is one of the name
 */
export async function createDatabase(
  adminUrl: string,
  name: string,
  options: DatabaseOptions = {},
): Promise<string> {
  checkName(name);
  const url = new URL(adminUrl);
  url.pathname = `/${encodeURIComponent(name)}`;
  const database = escapeIdentifier(name);
  if (options.owner !== true) {
    await runStatements(adminUrl, [`create database ${database}`]);
    return url.href;
  }
  const role = ownerOf(name);
  const password = randomBytes(18).toString('base64url');
  await runStatements(adminUrl, [
    `create role ${escapeIdentifier(role)} login createrole password '${password}'`,
    `create database ${database} owner ${escapeIdentifier(role)}`,
  ]);
  url.username = encodeURIComponent(role);
  url.password = password;
  return url.href;
}

/** Drops a database, whoever is connected to it, and the role that was made with it; one that is not there is no error. */
export async function dropDatabase(adminUrl: string, name: string): Promise<void> {
  checkName(name);
  await runStatements(adminUrl, [
    `drop database if exists ${escapeIdentifier(name)} with (force)`,
    `drop role if exists ${escapeIdentifier(ownerOf(name))}`,
  ]);
}

function ownerOf(database: string): string {
  return `${database}_owner`;
}

function checkName(name: string): void {
  const length = Buffer.byteLength(name);
  if (length === 0 || length > nameLengthMax)
    throw invalidField('name', `must have 1 to ${nameLengthMax} bytes`);
}

/** Runs statements that must each be outside a transaction. */
async function runStatements(url: string, statements: string[]): Promise<void> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  // A server that is stopped meanwhile breaks the connection; the statement fails and says so.
  client.on('error', () => undefined);
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}
