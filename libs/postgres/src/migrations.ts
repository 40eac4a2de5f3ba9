import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { WeftError } from '@weft/errors';
import { type Logger } from '@weft/runtime';

import { type OwnerConnection } from './owner-connection';

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
  const migrations = await readMigrations(options.folder);
  await refuseMissing(owner, options.schema, migrations);
  for (const migration of migrations) {
    const applied = await applyOne(owner, options.schema, migration);
    if (applied)
      options.logger.info({ schema: options.schema, migration: migration.name }, 'applied a migration');
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

async function refuseMissing(owner: OwnerConnection, schema: string, migrations: Migration[]): Promise<void> {
  const applied = await owner.transaction((transaction) =>
    transaction.query<{ name: string }>(`select name from ${schema}.schema_migrations order by name`),
  );
  const known = new Set(migrations.map(({ name }) => name));
  const missing = applied.find(({ name }) => !known.has(name));
  if (missing) {
    throw failed(
      'MIGRATION_MISSING',
      `The schema '${schema}' has the migration '${missing.name}', which this build does not know. Start a build that has it.`,
    );
  }
}

async function applyOne(owner: OwnerConnection, schema: string, migration: Migration): Promise<boolean> {
  return owner.transaction(async (transaction) => {
    await transaction.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [
      `weft:migrations:${schema}`,
    ]);
    const [applied] = await transaction.query<{ checksum: string }>(
      `select checksum from ${schema}.schema_migrations where name = $1`,
      [migration.name],
    );
    if (applied?.checksum === migration.checksum) return false;
    if (applied) {
      throw failed(
        'MIGRATION_CHANGED',
        `The migration '${migration.name}' of the schema '${schema}' has changed since it was applied. Restore the file and put the change into a new migration.`,
      );
    }
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
