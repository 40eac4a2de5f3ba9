import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { silentLogger } from '@weft/runtime';

import { ALL_TENANTS, type Database, type TenantScope } from '../database';
import { type DatabaseEngine } from '../database-engine';

const thingsSql = `
  create table things (
    tenant_id text not null,
    id text not null,
    amount bigint not null default 0,
    primary key (tenant_id, id)
  );
  select weft_tenant_table('things');
`;

/** Takes the tenant, the id and the amount of a thing. */
export const insertThing = 'insert into things (tenant_id, id, amount) values ($1, $2, $3)';

/** Makes an engine whose interactive transactions may last `transactionMsMax` milliseconds. */
export type MakeEngine = (options: { transactionMsMax: number }) => Promise<DatabaseEngine>;

/** An engine with a schema that has a table of things, which is empty before each test. */
export interface EngineStand {
  readonly engine: DatabaseEngine;
  readonly database: Database;
  /** The amounts of the things that a tenant sees, by their ids. */
  amounts(tenant: TenantScope): Promise<number[]>;
}

/** A stand for the tests of a block: open while they run. */
export function useEngineStand(makeEngine: MakeEngine): EngineStand {
  let engine: DatabaseEngine;
  let database: Database;
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'weft-contract-'));
    const migrationsFolder = join(folder, 'migrations');
    mkdirSync(migrationsFolder);
    writeFileSync(join(migrationsFolder, '0001_create_things.sql'), thingsSql);
    engine = await makeEngine({ transactionMsMax: 200 });
    database = await engine.openSchema({ schema: 'contract', migrationsFolder, logger: silentLogger });
  });

  afterAll(async () => {
    await engine.close();
    rmSync(folder, { recursive: true });
  });

  beforeEach(() => database.query(ALL_TENANTS, 'delete from things'));

  return {
    get engine() {
      return engine;
    },
    get database() {
      return database;
    },
    async amounts(tenant) {
      const sql = 'select amount from things order by tenant_id, id';
      return (await database.query<{ amount: number }>(tenant, sql)).map(({ amount }) => amount);
    },
  };
}
