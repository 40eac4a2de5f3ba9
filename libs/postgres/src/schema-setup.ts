import { createHash } from 'node:crypto';

import { internal } from '@weft/errors';

import { type OwnerConnection, type OwnerTransaction } from './owner-connection';

/** The role that a service's work runs under. */
export function roleOf(schema: string): string {
  return `weft_${schema}`;
}

/** The row of `schema_migrations` that tells what the library itself has set up. */
export const setupName = 'setup';

/** Throws INTERNAL for a name that is not safe to stand in SQL. */
export function assertSchemaName(schema: string): void {
  if (!/^[a-z][a-z0-9_]{0,39}$/.test(schema)) throw internal(`'${schema}' cannot be a schema's name.`);
}

/**
 * Makes what is missing of a schema: the schema, a role that owns nothing and may only read and write rows, the functions that migrations
 * call, and the table of applied migrations. May run any number of times, also in several processes at once.
 */
export async function setUpSchema(owner: OwnerConnection, schema: string): Promise<void> {
  assertSchemaName(schema);
  const setup = setupSql(schema, roleOf(schema));
  const checksum = createHash('sha256').update(setup).digest('hex');
  await owner.transaction(async (transaction) => {
    // Looking first is what makes every start but the first quick.
    if ((await checksumOf(transaction, schema)) === checksum) return;
    await transaction.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', ['weft:setup']);
    await transaction.script(setup);
    const record = `insert into ${schema}.schema_migrations (name, checksum) values ($1, $2)
      on conflict (name) do update set checksum = excluded.checksum, applied_time = now()`;
    await transaction.query(record, [setupName, checksum]);
  });
}

async function checksumOf(transaction: OwnerTransaction, schema: string): Promise<string | undefined> {
  const [table] = await transaction.query<{ present: boolean }>(
    'select to_regclass($1) is not null as present',
    [`${schema}.schema_migrations`],
  );
  if (!table?.present) return undefined;
  const [row] = await transaction.query<{ checksum: string }>(
    `select checksum from ${schema}.schema_migrations where name = $1`,
    [setupName],
  );
  return row?.checksum;
}

function setupSql(schema: string, role: string): string {
  return `
    create schema if not exists ${schema};
    do $role$ begin
      if not exists (select from pg_roles where rolname = '${role}') then
        create role ${role} nologin nosuperuser nobypassrls nocreatedb nocreaterole noinherit;
        grant ${role} to current_user;
      end if;
    end $role$;
    grant usage on schema ${schema} to ${role};
    alter default privileges in schema ${schema} grant select, insert, update, delete on tables to ${role};
    alter default privileges in schema ${schema} grant usage, select on sequences to ${role};
    set local search_path = ${schema}, public;
    create table if not exists schema_migrations (
      name text primary key,
      checksum text not null,
      applied_time timestamptz not null default now()
    );
    revoke all on schema_migrations from ${role};
    ${tenantTableFunction}
    ${outboxTableFunction}
    revoke all on function weft_tenant_table(text), weft_outbox_table() from public;
  `;
}

// The setting is missing until the first transaction of a connection sets it: the policy then sees null and lets nothing through.
const tenantTableFunction = `
  create or replace function weft_tenant_table(tenant_table text) returns void language plpgsql as $function$
  declare
    rule constant text := $rule$tenant_id = current_setting('weft.tenant_id', true) or current_setting('weft.tenant_id', true) = '*'$rule$;
  begin
    execute format('alter table %I enable row level security', tenant_table);
    execute format('alter table %I force row level security', tenant_table);
    execute format('drop policy if exists weft_tenant on %I', tenant_table);
    execute format('create policy weft_tenant on %I using (%s) with check (%s)', tenant_table, rule, rule);
  end $function$;
`;

const outboxTableFunction = `
  create or replace function weft_outbox_table() returns void language plpgsql as $function$
  begin
    create table outbox (
      sequence bigint generated always as identity primary key,
      id text not null,
      subject text not null,
      tenant_id text not null,
      event_time timestamptz not null,
      payload bytea not null
    );
    perform weft_tenant_table('outbox');
  end $function$;
`;
