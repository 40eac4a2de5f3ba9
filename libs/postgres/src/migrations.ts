import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { WeftError } from '@weft/errors';
import { type Logger } from '@weft/runtime';

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
 * @throws WeftError FAILED_PRECONDITION `MIGRATION_CHANGED` when an applied file has changed, `MIGRATION_MISSING` when one is gone,
 * `MIGRATION_FAILED` when one fails; what it did is then rolled back
 */
export async function applyMigrations(
  owner: OwnerConnection,
  options: { schema: string; folder: string; logger: Logger },
): Promise<void> {
  const { schema, folder, logger } = options;
  const migrations = await readMigrations(folder);
  const applied = await readApplied(owner, schema);
  refuseMissing(schema, migrations, applied);
  for (const migration of migrations) {
    refuseChanged(schema, migration, applied.get(migration.name));
    if (applied.has(migration.name)) continue;
    if (await applyOne(owner, schema, migration))
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

function refuseMissing(schema: string, migrations: Migration[], applied: ReadonlyMap<string, string>): void {
  const known = new Set(migrations.map(({ name }) => name));
  const missing = [...applied.keys()].find((name) => !known.has(name));
  if (missing === undefined) return;
  const message = `The schema '${schema}' has the migration '${missing}', which this build does not know. Start a build that has it.`;
  throw failed('MIGRATION_MISSING', message);
}

function refuseChanged(schema: string, migration: Migration, applied: string | undefined): void {
  if (applied === undefined || applied === migration.checksum) return;
  const message = `The migration '${migration.name}' of the schema '${schema}' has changed since it was applied. Restore the file and put the change into a new migration.`;
  throw failed('MIGRATION_CHANGED', message);
}

/** Applies a migration, unless another process was quicker: answers whether it did. */
async function applyOne(owner: OwnerConnection, schema: string, migration: Migration): Promise<boolean> {
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
      await transaction.script(`set local search_path = ${schema}, public; set local weft.tenant_id = '*';`);
      await transaction.script(migration.text);
    } catch (cause) {
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
