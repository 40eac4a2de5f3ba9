import { WeftError } from '@weft/errors';

import { DatabaseError } from '../database-error';
import { type OwnerConnection, type OwnerTransaction } from '../owner-connection';
import { setupLock } from '../schema-setup';

/** The first version without CVE-2026-3172, which reads and writes past its buffers while it builds an index. */
const safeVersion = [0, 8, 2];

/**
 * Makes pgvector in the schema `public` if it is missing. May run in several processes at once.
 *
 * @throws WeftError FAILED_PRECONDITION: `VECTOR_MISSING` when it is not there and may not be made, `VECTOR_OUTDATED` before 0.8.2,
 * `VECTOR_MISPLACED` in a schema other than `public`; each says what to run
 */
export async function ensureVector(owner: OwnerConnection): Promise<void> {
  await owner.transaction(async (transaction) => {
    let found = await findVector(transaction);
    if (found === undefined) {
      await transaction.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [setupLock]);
      await create(transaction);
      found = await findVector(transaction);
    }
    const { version = '', schema } = found ?? {};
    if (isBefore(version, safeVersion))
      throw refused(
        'VECTOR_OUTDATED',
        `pgvector ${version} has a known vulnerability (CVE-2026-3172): 0.8.2 or later is needed. Install it on the server and run, as a superuser: alter extension vector update;`,
      );
    if (schema !== 'public')
      throw refused(
        'VECTOR_MISPLACED',
        `pgvector is in the schema '${schema}' and is looked for in 'public'. Run, as its owner: alter extension vector set schema public;`,
      );
  });
}

async function findVector(
  transaction: OwnerTransaction,
): Promise<{ version: string; schema: string } | undefined> {
  const [found] = await transaction.query<{ version: string; schema: string }>(
    `select extversion as version, extnamespace::regnamespace::text as schema from pg_extension where extname = 'vector'`,
  );
  return found;
}

async function create(transaction: OwnerTransaction): Promise<void> {
  try {
    await transaction.script('create extension if not exists vector schema public');
  } catch (cause) {
    if (!(cause instanceof DatabaseError)) throw cause;
    throw refused(
      'VECTOR_MISSING',
      `The database has no pgvector, and it could not be made: ${cause.message}. Install pgvector on the server and run in this database, as a superuser: create extension vector schema public;`,
      cause,
    );
  }
}

function isBefore(version: string, least: readonly number[]): boolean {
  const parts = version.split('.').map(Number);
  const differing = least.findIndex((number, index) => (parts[index] ?? 0) !== number);
  return differing >= 0 && (parts[differing] ?? 0) < least[differing]!;
}

function refused(reason: string, message: string, cause?: unknown): WeftError {
  return new WeftError('FAILED_PRECONDITION', reason, message, { cause });
}
