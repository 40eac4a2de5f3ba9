import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import { internal, WeftError } from '@weft/errors';

import { DatabaseError } from './database-error';
import { type OwnerConnection, type OwnerTransaction } from './owner-connection';

/** The role that a service's work runs under. */
export function roleOf(schema: string): string {
  return `weft_${schema}`;
}

/** The row of `schema_migrations` that tells what the library itself has set up. */
export const setupName = 'setup';

/** The advisory lock that setting up takes: one process of a database at a time. */
export const setupLock = 'weft:setup';

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
  for (let attempt = 1; ; attempt++) {
    try {
      await setUpOnce(owner, schema);
      return;
    } catch (error) {
      if (isRefusal(error)) throw privilegeMissing(schema, error as Error);
      if (!isRoleRace(error) || attempt === attemptsMax) throw error;
      await sleep(20 * attempt * (0.5 + Math.random()));
    }
  }
}

async function setUpOnce(owner: OwnerConnection, schema: string): Promise<void> {
  const setup = setupSql(schema, roleOf(schema));
  const checksum = createHash('sha256').update(setup).digest('hex');
  await owner.transaction(async (transaction) => {
    // Looking first is what makes every start but the first quick.
    if ((await checksumOf(transaction, schema)) === checksum) return;
    await transaction.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [setupLock]);
    await transaction.script(setup);
    const record = `insert into ${schema}.schema_migrations (name, checksum) values ($1, $2)
      on conflict (name) do update set checksum = excluded.checksum, applied_time = now()`;
    await transaction.query(record, [setupName, checksum]);
  });
}

/** How often two databases of one server may meet over a role before it is an error. */
const attemptsMax = 20;

/**
 * Roles belong to the whole server, while an advisory lock holds within one database: two databases that make or grant the same role at once meet
 * in its catalog, as a duplicate (42710, 23505) or as `tuple concurrently updated` (XX000). Trying again finds the role.
 */
function isRoleRace(error: unknown): boolean {
  if (!(error instanceof DatabaseError)) return false;
  return (
    ['42710', '23505'].includes(error.code) ||
    (error.code === 'XX000' && /tuple concurrently/.test(error.message))
  );
}

/** The SQLSTATE for what the database's user may not do. */
function isRefusal(error: unknown): boolean {
  return error instanceof DatabaseError && error.code === '42501';
}

function privilegeMissing(schema: string, cause: Error): WeftError {
  const role = roleOf(schema);
  const message = `The schema '${schema}' cannot be set up: ${cause.message}. The database's user must own the database and may create roles (alter role <user> createrole); if the role ${role} exists already, run as a superuser: grant ${role} to <user> with set true, inherit false;`;
  return new WeftError('FAILED_PRECONDITION', 'DATABASE_PRIVILEGE_MISSING', message, { cause });
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
      end if;
      if exists (select from pg_roles where rolname = '${role}' and (rolsuper or rolbypassrls)) then
        raise exception 'the role ${role} is above row level security' using errcode = 'insufficient_privilege';
      end if;
      if not pg_has_role(session_user, '${role}', 'SET') then
        grant ${role} to current_user with set true, inherit false;
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
    ${outboxTableFunctions}
    revoke all on function weft_tenant_table(text), weft_outbox_table(), weft_outbox_support() from public;
    do $outbox$ begin
      if to_regclass('${schema}.outbox') is not null then perform weft_outbox_support(); end if;
    end $outbox$;
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

// The support came later than the outbox: schemas that have one already get it when they are set up anew.
const outboxTableFunctions = `
  create or replace function weft_outbox_support() returns void language plpgsql as $function$
  begin
    if to_regclass('outbox_lease') is null then
      create table outbox_lease (
        singleton boolean primary key default true check (singleton),
        holder text not null,
        expire_time timestamptz not null
      );
    end if;
    if to_regclass('outbox_dead') is null then
      create table outbox_dead (
        sequence bigint primary key,
        id text not null,
        subject text not null,
        tenant_id text not null,
        event_time timestamptz not null,
        payload bytea not null,
        reason text not null,
        dead_time timestamptz not null default now()
      );
      perform weft_tenant_table('outbox_dead');
    end if;
    alter table outbox add column if not exists traceparent text;
  end $function$;
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
    perform weft_outbox_support();
  end $function$;
`;
