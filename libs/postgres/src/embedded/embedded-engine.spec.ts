import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { silentLogger } from '@weft/runtime';

import { ALL_TENANTS, type Database } from '../database';
import { type DatabaseEngine } from '../database-engine';
import { createEmbeddedEngine } from './embedded-engine';
import { unpackSnapshot } from './snapshot';

// A database takes a second to open, and more on a busy machine.
jest.setTimeout(30_000);

const dist = join(__dirname, '..', '..', 'dist');

let folder: string;
let migrationsFolder: string;
const engines: DatabaseEngine[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'weft-engine-'));
  migrationsFolder = mkdtempSync(join(tmpdir(), 'weft-engine-migrations-'));
  writeFileSync(
    join(migrationsFolder, '0001_create.sql'),
    `create table things (tenant_id text not null, id bigint not null, primary key (tenant_id, id)); select weft_tenant_table('things');`,
  );
});

afterEach(async () => {
  for (const engine of engines.splice(0)) await engine.close();
  for (const used of [folder, migrationsFolder]) rmSync(used, { recursive: true });
});

async function open(options: { dataDir?: string; waitMsMax?: number } = {}) {
  const engine = await createEmbeddedEngine({
    dataDir: join(folder, 'data'),
    logger: silentLogger,
    ...options,
  });
  engines.push(engine);
  const database = await engine.openSchema({ schema: 'things', migrationsFolder, logger: silentLogger });
  return { engine, database };
}

describe('the embedded engine', () => {
  it('keeps what was committed over a restart', async () => {
    const first = await open();
    await first.database.query('acme', 'insert into things values ($1, $2)', ['acme', 7]);
    await first.engine.close();
    const second = await open();
    expect(await second.database.query('acme', 'select id from things')).toEqual([{ id: 7 }]);
  });

  it('keeps every acknowledged commit when the process is killed', async () => {
    // A process inserts numbers one after the other and tells each that is committed; it is killed in the middle.
    const program = `
      const { createEmbeddedEngine } = require(${JSON.stringify(dist)});
      const logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => logger };
      (async () => {
        const engine = await createEmbeddedEngine({ dataDir: ${JSON.stringify(join(folder, 'data'))}, logger });
        const database = await engine.openSchema({ schema: 'things', migrationsFolder: ${JSON.stringify(migrationsFolder)}, logger });
        for (let id = 1; ; id++) {
          await database.query('acme', 'insert into things values ($1, $2)', ['acme', id]);
          process.stdout.write(id + '\\n');
        }
      })();`;
    const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
    let told = '';
    child.stdout.setEncoding('utf8');
    child.stdout.on('data', (text: string) => {
      told += text;
      if (told.split('\n').length > 200) child.kill('SIGKILL');
    });
    await once(child, 'close');
    const acknowledged = told.split('\n').slice(0, -1).length;
    const { database } = await open();
    const [row] = await database.query<{ count: number }>(
      'acme',
      'select count(*) as count from things where id <= $1',
      [acknowledged],
    );
    expect(row!.count).toBe(acknowledged);
  });

  it('makes a data folder that only its owner can read, and lets no second engine open it', async () => {
    await open();
    await expect(open()).rejects.toMatchObject({ reason: 'DATA_FOLDER_LOCKED' });
    expect(statSync(join(folder, 'data')).mode & 0o777).toBe(0o700);
  });

  it('starts in a data folder whose first start died before it was done', async () => {
    unpackSnapshot(new Uint8Array(512), join(folder, 'data', 'pgdata.new'));
    const { database } = await open();
    expect(await database.query(ALL_TENANTS, 'select id from things')).toEqual([]);
  });

  it('rejects with UNAVAILABLE and frees the folder when the files are no database', async () => {
    unpackSnapshot(new Uint8Array(512), join(folder, 'data', 'pgdata'));
    writeFileSync(join(folder, 'data', 'pgdata', 'PG_VERSION'), 'nonsense');
    await expect(open()).rejects.toMatchObject({ code: 'UNAVAILABLE', reason: 'DATABASE_OPEN_FAILED' });
    expect(existsSync(join(folder, 'data', 'weft.lock'))).toBe(false);
  });

  it('refuses work with RESOURCE_EXHAUSTED that waited too long for its turn', async () => {
    const { database } = await open({ dataDir: 'memory', waitMsMax: 500 });
    const [, waited] = await Promise.allSettled([
      database.transaction('acme', () => new Promise((resolve) => setTimeout(resolve, 600))),
      database.query('acme', 'select 1'),
    ]);
    expect(waited).toMatchObject({ reason: { code: 'RESOURCE_EXHAUSTED', reason: 'DATABASE_BUSY' } });
  });
});

describe('the connection of an embedded engine', () => {
  let engine: DatabaseEngine;
  let database: Database;

  beforeAll(async () => {
    const sql = `
      create table things (tenant_id text not null, id bigint not null, primary key (tenant_id, id));
      select weft_tenant_table('things');
      create table points (tenant_id text not null, id bigint not null, place vector(3) not null);
      create index on points using hnsw (place vector_l2_ops);
      select weft_tenant_table('points');`;
    const migrations = mkdtempSync(join(tmpdir(), 'weft-engine-migrations-'));
    writeFileSync(join(migrations, '0001_create.sql'), sql);
    engine = await createEmbeddedEngine({ dataDir: 'memory', logger: silentLogger, vacuumIntervalMs: 20 });
    database = await engine.openSchema({
      schema: 'things',
      migrationsFolder: migrations,
      logger: silentLogger,
    });
    rmSync(migrations, { recursive: true });
  });

  afterAll(() => engine.close());

  it('keeps no more than 1,000 statements of services prepared, and prepares again what it forgot', async () => {
    const distinct = Array.from({ length: 1100 }, (_, number) => ({ text: `select ${number} as number` }));
    await database.batch('acme', distinct);
    const [again, count] = await database.batch('acme', [
      distinct[0]!,
      { text: `select count(*) as prepared from pg_prepared_statements where name ~ '^weft_[0-9]+$'` },
    ]);
    expect([again, count]).toEqual([[{ number: 0 }], [{ prepared: 1000 }]]);
  });

  it('finds the nearest vectors of a small tenant through an index over all', async () => {
    const insert = `insert into points
      select $1, id, array[sin(id * 12.9898), sin(id * 78.233), sin(id * 37.719)]::vector
      from generate_series($2::bigint, $3::bigint) as id`;
    await database.query('large', insert, ['large', 1, 600]);
    await database.query('small', insert, ['small', 601, 620]);
    const results = await database.batch('small', [
      { text: 'set local enable_seqscan = off' },
      { text: 'set local hnsw.iterative_scan = strict_order' },
      { text: `select id from points where tenant_id = 'small' order by place <-> '[0,0,0]' limit 20` },
    ]);
    expect(results.at(-1)).toHaveLength(20);
  });

  it('frees dead rows by itself', async () => {
    await database.query('acme', `insert into things select 'acme', id from generate_series(1, 2000) as id`);
    await database.query('acme', 'delete from things');
    let pages = Infinity;
    // The size falls only when a vacuum cuts the empty end off.
    while (pages > 0) {
      const [row] = await database.query<{ size: number }>(
        ALL_TENANTS,
        `select pg_relation_size('things') as size`,
      );
      pages = row!.size;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(pages).toBe(0);
  });
});

describe('makeSnapshot', () => {
  it('makes a database with pgvector whose files start as they are', async () => {
    // In a process of its own: PGlite loads its engine in a way that jest's modules do not know.
    const program = `
      const { makeSnapshot, unpackSnapshot } = require(${JSON.stringify(join(dist, 'embedded', 'snapshot.js'))});
      makeSnapshot().then((archive) => unpackSnapshot(archive, ${JSON.stringify(join(folder, 'data', 'pgdata'))}));`;
    const child = spawn(process.execPath, ['-e', program], { stdio: 'inherit' });
    await once(child, 'close');
    const { database } = await open();
    expect(
      await database.query('acme', `select extname from pg_extension where extname = 'vector'`),
    ).toHaveLength(1);
  });
});
