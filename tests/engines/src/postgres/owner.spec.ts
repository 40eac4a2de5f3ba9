import { createServerEngine } from '@weft/postgres';
import { databaseEngineContract } from '@weft/postgres/database-engine-contract';
import { silentLogger } from '@weft/runtime';

import { runSql } from './own-database.fixture';
import { type OwnServer, startOwnServer } from './own-server.fixture';
import { openThings } from './things.fixture';

// As databases are in production: the user owns the database and may create roles, and is no superuser.

let own: OwnServer;
let databases = 0;

beforeAll(async () => {
  own = await startOwnServer();
});

afterAll(() => own.end());

/** A database of an owner: its address, and the superuser's of the same database. */
async function createOwned(): Promise<{ url: string; superuserUrl: string; user: string }> {
  const name = `owned_${++databases}`;
  const url = await own.server.createDatabase(name, { owner: true });
  const superuserUrl = new URL(own.server.url);
  superuserUrl.pathname = `/${name}`;
  return { url, superuserUrl: superuserUrl.toString(), user: new URL(url).username };
}

databaseEngineContract('the server engine of an owner that is no superuser', async ({ transactionMsMax }) => {
  // The role of a schema belongs to the whole server: who comes second needs a grant.
  const { url, user } = await createOwned();
  for (const role of ['weft_contract', 'weft_contract_other']) await grantIfThere(role, user);
  return await createServerEngine({ databaseUrl: url, logger: silentLogger, transactionMsMax });
});

async function grantIfThere(role: string, user: string): Promise<void> {
  await runSql(
    own.server.url,
    `do $$ begin
       if exists (select from pg_roles where rolname = '${role}') then
         grant ${role} to ${user} with set true, inherit false;
       end if;
     end $$`,
  );
}

describe('an owner that is no superuser', () => {
  it('starts again on what it has set up', async () => {
    const { url } = await createOwned();
    const first = await openThings(url, {}, 'again');
    await first.engine.close();
    const second = await openThings(url, {}, 'again');
    const rows = await second.database.query('acme', 'select id from things');
    await second.engine.close();
    expect(rows).toEqual([]);
  });

  it('is told what to run when the role of a schema is another one’s, and starts when that was run', async () => {
    const [one, two] = [await createOwned(), await createOwned()];
    const first = await openThings(one.url, {}, 'shared');
    await first.engine.close();
    const failure = await openThings(two.url, {}, 'shared').catch((error: unknown) => error);
    await runSql(own.server.url, `grant weft_shared to ${two.user} with set true, inherit false`);
    const second = await openThings(two.url, {}, 'shared');
    const rows = await second.database.query('acme', 'select id from things');
    await second.engine.close();
    expect([failure, rows]).toEqual([
      expect.objectContaining({
        code: 'FAILED_PRECONDITION',
        reason: 'DATABASE_PRIVILEGE_MISSING',
        message: expect.stringContaining('grant weft_shared to <user> with set true, inherit false'),
      }),
      [],
    ]);
  });

  it('is refused a role that is above row level security', async () => {
    const { url } = await createOwned();
    await runSql(own.server.url, 'create role weft_above bypassrls');
    await expect(openThings(url, {}, 'above')).rejects.toMatchObject({
      reason: 'DATABASE_PRIVILEGE_MISSING',
    });
  });
});

describe('pgvector', () => {
  it('that is missing and may not be made stops the start, saying what to run', async () => {
    const { url, superuserUrl } = await createOwned();
    await runSql(superuserUrl, 'drop extension vector');
    await expect(openThings(url, {}, 'vectors')).rejects.toMatchObject({
      code: 'FAILED_PRECONDITION',
      reason: 'VECTOR_MISSING',
      message: expect.stringContaining('create extension vector schema public;'),
    });
  });

  it('with a known vulnerability stops the start, naming it', async () => {
    const { url, superuserUrl } = await createOwned();
    await runSql(
      superuserUrl,
      `set allow_system_table_mods = on; update pg_extension set extversion = '0.8.1' where extname = 'vector'`,
    );
    await expect(openThings(url, {}, 'vectors')).rejects.toMatchObject({
      code: 'FAILED_PRECONDITION',
      reason: 'VECTOR_OUTDATED',
      message: expect.stringContaining('CVE-2026-3172'),
    });
  });

  it('in another schema stops the start, saying what to run', async () => {
    const { url, superuserUrl } = await createOwned();
    await runSql(superuserUrl, 'create schema elsewhere; alter extension vector set schema elsewhere');
    await expect(openThings(url, {}, 'vectors')).rejects.toMatchObject({ reason: 'VECTOR_MISPLACED' });
  });

  it('brings arrays of vectors as arrays', async () => {
    const { url } = await createOwned();
    const { engine, database } = await openThings(url, {}, 'arrays');
    const rows = await database.query('acme', 'select $1::vector[] as places', [['[1,2]', '[3,4]']]);
    await engine.close();
    expect(rows).toEqual([{ places: ['[1,2]', '[3,4]'] }]);
  });
});
