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

/** Names that stand in a URL as they are, and that PostgreSQL does not cut when `_owner` is added. */
const namePattern = /^[A-Za-z0-9_-]{1,57}$/;

/**
 * Creates a database with pgvector in it and answers with its URL.
 *
 * @param adminUrl the superuser's URL
 * @throws WeftError INVALID_ARGUMENT if the name is not 1 to 57 letters, digits, _ or -; the driver's error if there is one of the name
 */
export async function createDatabase(
  adminUrl: string,
  name: string,
  options: DatabaseOptions = {},
): Promise<string> {
  checkName(name);
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
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
  url.username = role;
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
  if (!namePattern.test(name)) throw invalidField('name', 'must be 1 to 57 of A-Z, a-z, 0-9, _ and -');
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
