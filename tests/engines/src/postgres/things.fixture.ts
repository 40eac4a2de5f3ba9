import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import {
  createServerEngine,
  type Database,
  type ServerEngine,
  type ServerEngineOptions,
} from '@weft/postgres';
import { silentLogger } from '@weft/runtime';

/** An engine with one schema that has a table of things. */
export interface OpenThings {
  engine: ServerEngine;
  database: Database;
}

const migration = `
  create table things (
    tenant_id text not null,
    id text not null,
    amount bigint not null default 0,
    primary key (tenant_id, id)
  );
  select weft_tenant_table('things');
  select weft_outbox_table();
`;

/** Opens an engine, without waiting for a server that is not there. */
export async function openThings(
  databaseUrl: string,
  options: Partial<ServerEngineOptions> = {},
  schema = 'things',
): Promise<OpenThings> {
  const engine = await createServerEngine({ databaseUrl, logger: silentLogger, waitMs: 0, ...options });
  return { engine, database: await openThingsSchema(engine, schema) };
}

/** Opens a schema with the table of things. */
export async function openThingsSchema(engine: ServerEngine, schema: string): Promise<Database> {
  const folder = mkdtempSync(join(tmpdir(), 'weft-things-'));
  try {
    writeFileSync(join(folder, '0001_things.sql'), migration);
    return await engine.openSchema({ schema, migrationsFolder: folder, logger: silentLogger });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export const insertThing = 'insert into things (tenant_id, id, amount) values ($1, $2, $3)';

/** Asks again until the answer is one to go on with. */
export async function until<T>(ask: () => Promise<T>, good: (answer: T) => boolean): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (good(answer)) return answer;
  }
}
