import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { ALL_TENANTS } from '@weft/postgres';
import { silentLogger } from '@weft/runtime';

import { createOwnDatabase, type OwnDatabase, runSql, serverUrl } from './own-database.fixture';
import { openThings, openThingsSchema, type OpenThings } from './things.fixture';

const databases: OwnDatabase[] = [];
const opened: OpenThings[] = [];
const schemas = ['first_a', 'first_b', 'first_c'];

async function create(): Promise<OwnDatabase> {
  const database = await createOwnDatabase();
  databases.push(database);
  return database;
}

afterEach(async () => {
  for (const { engine } of opened.splice(0)) await engine.close();
  for (const database of databases.splice(0)) await database.drop();
  for (const schema of schemas) await runSql(serverUrl(), `drop role if exists weft_${schema}`);
});

/** Opens three schemas as a process does that starts. */
async function start(url: string): Promise<void> {
  const things = await openThings(url, { poolSizeMax: 3 }, schemas[0]!);
  opened.push(things);
  for (const schema of schemas.slice(1)) await openThingsSchema(things.engine, schema);
}

describe('ten starts at once', () => {
  it('set up an empty database once: extension, roles, schemas and migrations', async () => {
    const { url } = await create();
    await Promise.all(Array.from({ length: 10 }, () => start(url)));
    const rows = await runSql(
      url,
      `select (select count(*)::int from pg_extension where extname = 'vector') as extensions,
        (select count(*)::int from pg_roles where rolname like 'weft_first_%') as roles,
        (select count(*)::int from pg_tables where schemaname like 'first_%' and tablename = 'things') as tables`,
    );
    expect(rows).toEqual([{ extensions: 1, roles: 3, tables: 3 }]);
  });

  it('on five databases meet over the roles of the one server, and all come up', async () => {
    const own = await Promise.all(Array.from({ length: 5 }, () => create()));
    await Promise.all(own.flatMap(({ url }) => [start(url), start(url)]));
    const rows = await Promise.all(
      opened.map(({ database }) => database.query(ALL_TENANTS, 'select id from things')),
    );
    expect(rows.flat()).toEqual([]);
  });
});

describe('migrations on a server', () => {
  it('can tell that it is one', async () => {
    const { url } = await create();
    const things = await openThings(url, {}, schemas[0]!);
    opened.push(things);
    const folder = mkdtempSync(join(tmpdir(), 'weft-kind-'));
    writeFileSync(
      join(folder, '0001_kind.sql'),
      `create table kinds as select current_setting('weft.engine') as engine`,
    );
    const database = await things.engine.openSchema({
      schema: schemas[1]!,
      migrationsFolder: folder,
      logger: silentLogger,
    });
    rmSync(folder, { recursive: true });
    expect(await database.query(ALL_TENANTS, 'select engine from kinds')).toEqual([{ engine: 'server' }]);
  });
});
