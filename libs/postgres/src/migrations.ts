import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { WeftError } from '@weft/errors';
import { type Logger } from '@weft/runtime';

import { type EngineKind } from './database-engine';
import { type OwnerConnection } from './owner-connection';
import { setupName } from './schema-setup';

interface Migration {
  name: string;
  checksum: string;
  text: string;
}

/**
 * Applies the migrations of a folder that a schema does not have yet, in the order of their names, each in a transaction of its own under
 * an advisory lock, so several processes may start at once.
 *
 * A schema may be ahead of this build: the next release has been here, and replicas of this one restart while it rolls out. That is a
 * warning. SQL can tell the engine by `current_setting('weft.engine')`, which is `embedded` or `server`.
 *
 * @throws WeftError FAILED_PRECONDITION `MIGRATION_CHANGED` when an applied file has changed, `MIGRATION_MISSING` when one is gone while
 * later ones are there, `MIGRATION_FAILED` when one fails; what it did is then rolled back
 */
export async function applyMigrations(
  owner: OwnerConnection,
  options: { schema: string; folder: string; engine: EngineKind; logger: Logger },
): Promise<void> {
  const { schema, folder, engine, logger } = options;
  const migrations = await readMigrations(folder);
  const applied = await readApplied(owner, schema);
  const ahead = unknownMigrations(schema, migrations, applied);
  if (ahead.length > 0)
    logger.warn(
      { schema, migrations: ahead },
      'the schema has migrations of a later release than this build',
    );
  for (const migration of migrations) {
    refuseChanged(schema, migration, applied.get(migration.name));
    if (applied.has(migration.name)) continue;
    if (await applyOne(owner, { schema, engine, migration }))
      logger.info({ schema, migration: migration.name }, 'applied a migration');
  }
}

async function readMigrations(folder: string): Promise<Migration[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort();
  for (const name of names) {
    if (!/^\d{4}_[a-z0-9_]+\.sql$/.test(name)) {
      throw failed('MIGRATION_NAME', `The migration '${name}' must be named like '0001_create_things.sql'.`);
    }
  }
  return Promise.all(
    names.map(async (name) => {
      const text = await readFile(join(folder, name), 'utf8');
      // Line ends differ between checkouts of the same file.
      const checksum = createHash('sha256').update(text.replaceAll('\r\n', '\n')).digest('hex');
      return { name, checksum, text };
    }),
  );
}

async function readApplied(owner: OwnerConnection, schema: string): Promise<Map<string, string>> {
  const rows = await owner.transaction((transaction) =>
    transaction.query<{ name: string; checksum: string }>(
      `select name, checksum from ${schema}.schema_migrations where name <> $1 order by name`,
      [setupName],
    ),
  );
  return new Map(rows.map(({ name, checksum }) => [name, checksum]));
}

/** The applied migrations that this build does not know, if all of them come after those that it has. */
function unknownMigrations(
  schema: string,
  migrations: Migration[],
  applied: ReadonlyMap<string, string>,
): string[] {
  const known = new Set(migrations.map(({ name }) => name));
  const unknown = [...applied.keys()].filter((name) => !known.has(name));
  const last = migrations.at(-1)?.name ?? '';
  const missing = unknown.find((name) => name < last);
  if (missing === undefined) return unknown;
  const message = `The schema '${schema}' has the migration '${missing}', which this build does not know although it has '${last}'. Start a build that has both.`;
  throw failed('MIGRATION_MISSING', message);
}

function refuseChanged(schema: string, migration: Migration, applied: string | undefined): void {
  if (applied === undefined || applied === migration.checksum) return;
  const message = `The migration '${migration.name}' of the schema '${schema}' has changed since it was applied. Restore the file and put the change into a new migration.`;
  throw failed('MIGRATION_CHANGED', message);
}

/** Applies a migration, unless another process was quicker: answers whether it did. */
async function applyOne(
  owner: OwnerConnection,
  { schema, engine, migration }: { schema: string; engine: EngineKind; migration: Migration },
): Promise<boolean> {
  return owner.transaction(async (transaction) => {
    await transaction.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [
      `weft:migrations:${schema}`,
    ]);
    const [applied] = await transaction.query<{ checksum: string }>(
      `select checksum from ${schema}.schema_migrations where name = $1`,
      [migration.name],
    );
    refuseChanged(schema, migration, applied?.checksum);
    if (applied) return false;
    try {
      // An owner that is no superuser is under the forced policies too: a migration works on the rows of every tenant.
      await transaction.script(
        `set local search_path = ${schema}, public; set local weft.tenant_id = '*'; set local weft.engine = '${engine}';`,
      );
      await transaction.script(migration.text);
    } catch (cause) {
      // The connection was lost, or other work went first: that says nothing of the migration.
      if (cause instanceof WeftError) throw cause;
      const what = cause instanceof Error ? cause.message : String(cause);
      throw failed(
        'MIGRATION_FAILED',
        `The migration '${migration.name}' of the schema '${schema}' failed: ${what}`,
        cause,
      );
    }
    await transaction.query(`insert into ${schema}.schema_migrations (name, checksum) values ($1, $2)`, [
      migration.name,
      migration.checksum,
    ]);
    return true;
  });
}

function failed(reason: string, message: string, cause?: unknown): WeftError {
  return new WeftError('FAILED_PRECONDITION', reason, message, { cause });
}
