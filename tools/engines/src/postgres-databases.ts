import { randomBytes } from 'node:crypto';
import { invalidField } from '@weft/errors';
import { Client, DatabaseError, escapeIdentifier } from 'pg';

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
    await withClient(adminUrl, (client) => client.query(`create database ${database}`));
    return url.href;
  }
  const role = ownerOf(name);
  const password = randomBytes(18).toString('base64url');
  await withClient(adminUrl, async (client) => {
    await client.query(`create role ${escapeIdentifier(role)} login createrole password '${password}'`);
    await client.query(`create database ${database} owner ${escapeIdentifier(role)}`);
  });
  url.username = encodeURIComponent(role);
  url.password = password;
  return url.href;
}

/**
 * Drops a database, whoever is connected to it, with its owner and the roles that the owner made, unless those are in use
 * elsewhere. One that is not there is no error.
 */
export async function dropDatabase(adminUrl: string, name: string): Promise<void> {
  checkName(name);
  await withClient(adminUrl, async (client) => {
    await client.query(`drop database if exists ${escapeIdentifier(name)} with (force)`);
    const { rows } = await client.query<{ role: string }>(rolesMadeBy, [ownerOf(name)]);
    for (const { role } of rows) await dropRoleUnlessUsed(client, role);
    await client.query(`drop role if exists ${escapeIdentifier(ownerOf(name))}`);
  });
}

/** Who makes a role administers it. */
const rolesMadeBy = `
  select made.rolname as role
  from pg_auth_members
  join pg_roles made on made.oid = roleid
  join pg_roles owner on owner.oid = member
  where owner.rolname = $1 and admin_option`;

const dependentObjectsStillExist = '2BP01';

async function dropRoleUnlessUsed(client: Client, role: string): Promise<void> {
  try {
    await client.query(`drop role ${escapeIdentifier(role)}`);
  } catch (error) {
    if (!(error instanceof DatabaseError) || error.code !== dependentObjectsStillExist) throw error;
  }
}

function ownerOf(database: string): string {
  return `${database}_owner`;
}

function checkName(name: string): void {
  const length = Buffer.byteLength(name);
  if (length === 0 || length > nameLengthMax)
    throw invalidField('name', `must have 1 to ${nameLengthMax} bytes`);
}

async function withClient(url: string, work: (client: Client) => Promise<unknown>): Promise<void> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  // A server that is stopped meanwhile breaks the connection; the statement fails and says so.
  client.on('error', () => undefined);
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
