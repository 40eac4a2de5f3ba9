import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { type Logger, silentLogger } from '@weft/runtime';

import { ALL_TENANTS } from './database';
import { type DatabaseEngine } from './database-engine';
import { createEmbeddedEngine } from './embedded/embedded-engine';

// A database takes a second to open, and more on a busy machine.
jest.setTimeout(30_000);

let engine: DatabaseEngine;
let folder: string;
let schemas = 0;

beforeAll(async () => {
  engine = await createEmbeddedEngine({ dataDir: 'memory', logger: silentLogger });
});

afterAll(() => engine.close());

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'weft-migrations-'));
  schemas += 1;
});

afterEach(() => rmSync(folder, { recursive: true }));

function write(name: string, text: string): void {
  writeFileSync(join(folder, name), text);
}

function open(logger: Logger = silentLogger) {
  return engine.openSchema({ schema: `migrated_${schemas}`, migrationsFolder: folder, logger });
}

describe('migrations', () => {
  it('are applied in the order of their names', async () => {
    write('0002_fill.sql', `insert into things values ('a')`);
    write('0001_create.sql', 'create table things (id text)');
    const database = await open();
    expect(await database.query(ALL_TENANTS, 'select id from things')).toEqual([{ id: 'a' }]);
  });

  it('are applied once', async () => {
    write('0001_create.sql', `create table things (id text); insert into things values ('a')`);
    await open();
    const database = await open();
    expect(await database.query(ALL_TENANTS, 'select id from things')).toEqual([{ id: 'a' }]);
  });

  it('are applied once when two starts come together', async () => {
    write('0001_create.sql', `create table things (id text); insert into things values ('a')`);
    const [database] = await Promise.all([open(), open()]);
    expect(await database.query(ALL_TENANTS, 'select id from things')).toEqual([{ id: 'a' }]);
  });

  it('are applied when they are new at a later start', async () => {
    write('0001_create.sql', 'create table things (id text)');
    await open();
    write('0002_fill.sql', `insert into things values ('b')`);
    const database = await open();
    expect(await database.query(ALL_TENANTS, 'select id from things')).toEqual([{ id: 'b' }]);
  });

  it('stop the start when an applied file has changed, naming it', async () => {
    write('0001_create.sql', 'create table things (id text)');
    await open();
    write('0001_create.sql', 'create table things (id text, name text)');
    await expect(open()).rejects.toMatchObject({
      reason: 'MIGRATION_CHANGED',
      message: expect.stringContaining(`'0001_create.sql'`),
    });
  });

  it('take a file with other line ends for the same', async () => {
    write('0001_create.sql', 'create table things (\n id text)');
    await open();
    write('0001_create.sql', 'create table things (\r\n id text)');
    await expect(open()).resolves.toBeDefined();
  });

  it('stop the start when an applied file is gone while a later one is there', async () => {
    write('0001_create.sql', 'create table things (id text)');
    write('0002_fill.sql', `insert into things values ('b')`);
    await open();
    rmSync(join(folder, '0001_create.sql'));
    await expect(open()).rejects.toMatchObject({ reason: 'MIGRATION_MISSING' });
  });

  // A rolling deployment: the new release has migrated, and a replica of the previous one restarts meanwhile. It must come up.
  it('let a build start on a schema that a later release has migrated, with a warning', async () => {
    write('0001_create.sql', 'create table things (id text)');
    write('0002_fill.sql', `insert into things values ('b')`);
    await open();
    rmSync(join(folder, '0002_fill.sql'));
    const warn = jest.fn();
    const database = await open({ ...silentLogger, warn });
    expect([warn.mock.calls[0][0], await database.query(ALL_TENANTS, 'select id from things')]).toEqual([
      expect.objectContaining({ migrations: ['0002_fill.sql'] }),
      [{ id: 'b' }],
    ]);
  });

  it('can tell which engine runs them', async () => {
    write('0001_create.sql', `create table things as select current_setting('weft.engine', true) as engine`);
    const database = await open();
    expect(await database.query(ALL_TENANTS, 'select engine from things')).toEqual([{ engine: 'embedded' }]);
  });

  it('leave nothing of a file that fails, and say which and why', async () => {
    write('0001_create.sql', 'create table things (id text); select nothing');
    const failure = await open().catch((error: unknown) => error);
    rmSync(join(folder, '0001_create.sql'));
    const database = await open();
    const [row] = await database.query<{ present: boolean }>(
      ALL_TENANTS,
      `select to_regclass('things') is not null as present`,
    );
    expect([failure, row]).toEqual([
      expect.objectContaining({
        reason: 'MIGRATION_FAILED',
        message: expect.stringMatching(/0001_create\.sql.*column "nothing" does not exist/),
      }),
      { present: false },
    ]);
  });

  it('keep what came before the file that fails', async () => {
    write('0001_create.sql', 'create table things (id text)');
    write('0002_break.sql', 'select nothing');
    await open().catch(() => undefined);
    rmSync(join(folder, '0002_break.sql'));
    const database = await open();
    expect(await database.query(ALL_TENANTS, 'select id from things')).toEqual([]);
  });

  it('may not end their transaction', async () => {
    write('0001_create.sql', 'create table things (id text); commit;');
    await expect(open()).rejects.toMatchObject({ reason: 'MIGRATION_FAILED' });
  });

  it('are refused when their names do not tell their order', async () => {
    write('create-things.sql', 'create table things (id text)');
    await expect(open()).rejects.toMatchObject({ reason: 'MIGRATION_NAME' });
  });

  it('can fill a tenant table for every tenant', async () => {
    write(
      '0001_create.sql',
      `create table things (tenant_id text not null, id text); select weft_tenant_table('things');
       insert into things values ('acme', 'a'), ('beta', 'b');`,
    );
    const database = await open();
    expect(await database.query('acme', 'select id from things')).toEqual([{ id: 'a' }]);
  });

  it('put a tenant table under forced row level security, which holds for its owner too', async () => {
    write(
      '0001_create.sql',
      `create table things (tenant_id text not null); select weft_tenant_table('things');`,
    );
    const database = await open();
    const rows = await database.query(
      ALL_TENANTS,
      `select relrowsecurity, relforcerowsecurity from pg_class where oid = 'things'::regclass`,
    );
    expect(rows).toEqual([{ relrowsecurity: true, relforcerowsecurity: true }]);
  });

  it('fail when a tenant table says no tenant', async () => {
    write('0001_create.sql', `create table things (id text); select weft_tenant_table('things');`);
    await expect(open()).rejects.toMatchObject({
      reason: 'MIGRATION_FAILED',
      message: expect.stringContaining('tenant_id'),
    });
  });
});

describe('a schema', () => {
  // Its first migration called weft_outbox_table() when that made the outbox alone.
  it('whose outbox is older than leases gets what the relay needs when it is opened', async () => {
    write(
      '0001_create.sql',
      `select weft_outbox_table(); drop table outbox_lease, outbox_dead; update schema_migrations set checksum = 'earlier';`,
    );
    await open();
    const database = await open();
    const rows = await database.query(
      ALL_TENANTS,
      `select (select count(*) from outbox_lease) as leases, (select count(*) from outbox_dead) as dead`,
    );
    expect(rows).toEqual([{ leases: 0, dead: 0 }]);
  });

  it.each(['', 'Prompt', 'a-b', 'a; drop schema public', '1a', 'a'.repeat(41)])(
    'cannot be named "%s"',
    async (schema) => {
      await expect(engine.openSchema({ schema, logger: silentLogger })).rejects.toMatchObject({
        code: 'INTERNAL',
      });
    },
  );
});
