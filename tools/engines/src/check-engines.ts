import { WeftError } from '@weft/errors';
import { Client } from 'pg';
import { readNatsInfo } from './nats-info';
import { isAtLeast } from './version-order';

/** The oldest that weft's searches work on: iterative scans without known faults. */
const pgvectorMin = '0.8.2';
/** The oldest with what weft's consumers use. */
const natsMin = '2.11.0';

const answerTimeoutMs = 5_000;

/**
 * Checks that a PostgreSQL answers and has pgvector 0.8.2 or later, installed in its database or for the database's owner to create.
 *
 * @throws WeftError FAILED_PRECONDITION `DATABASE_UNREACHABLE` or `PGVECTOR_TOO_OLD`, without the URL's password
 */
export async function checkDatabase(url: string): Promise<void> {
  const vector = await readVectorVersion(url).catch((error: unknown) => {
    throw refused('DATABASE_UNREACHABLE', url, 'PostgreSQL', `does not answer: ${messageOf(error)}`, error);
  });
  if (vector === undefined)
    throw refused(
      'PGVECTOR_TOO_OLD',
      url,
      'PostgreSQL',
      `has no pgvector. Install pgvector ${pgvectorMin} or later on its machine`,
    );
  if (!isAtLeast(vector, pgvectorMin))
    throw refused(
      'PGVECTOR_TOO_OLD',
      url,
      'PostgreSQL',
      `has pgvector ${vector}, and weft needs ${pgvectorMin} or later. Install that on its machine, then run 'alter extension vector update' in the database`,
    );
}

/**
 * Checks that a NATS server answers, is 2.11 or later and has JetStream on.
 *
 * @throws WeftError FAILED_PRECONDITION `NATS_UNREACHABLE`, `NATS_TOO_OLD` or `JETSTREAM_OFF`, without the URL's password
 */
export async function checkNats(url: string): Promise<void> {
  const info = await readNatsInfo(url, answerTimeoutMs).catch((error: unknown) => {
    throw refused('NATS_UNREACHABLE', url, 'NATS', `does not answer: ${messageOf(error)}`, error);
  });
  if (!isAtLeast(info.version, natsMin))
    throw refused('NATS_TOO_OLD', url, 'NATS', `is ${info.version}, and weft needs ${natsMin} or later`);
  if (!info.jetstream)
    throw refused('JETSTREAM_OFF', url, 'NATS', "has JetStream off. Start it with 'nats-server -js'");
}

/** The version of pgvector in the database, or else the one there is to create; undefined if there is none. */
async function readVectorVersion(url: string): Promise<string | undefined> {
  const client = new Client({
    connectionString: url,
    connectionTimeoutMillis: answerTimeoutMs,
    query_timeout: answerTimeoutMs,
  });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { rows } = await client.query<{ version: string }>(
      "select coalesce(installed_version, default_version) as version from pg_available_extensions where name = 'vector'",
    );
    return rows[0]?.version;
  } finally {
    await client.end();
  }
}

function refused(reason: string, url: string, engine: string, problem: string, cause?: unknown): WeftError {
  const variable = engine === 'NATS' ? 'WEFT_NATS_URL' : 'WEFT_DATABASE_URL';
  return new WeftError(
    'FAILED_PRECONDITION',
    reason,
    `The ${engine} at ${placeOf(url)} ${problem}. Point ${variable} at another, or unset it to have one started here.`,
    { cause },
  );
}

/** A URL without user, password and parameters. */
function placeOf(url: string): string {
  const { hostname, port, pathname } = new URL(url.split(',')[0]!.trim());
  return `${hostname}${port === '' ? '' : `:${port}`}${pathname === '/' ? '' : pathname}`;
}

/** Node tells of a refused connection in the errors of each address alone. */
function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return messageOf(error.errors[0]);
  return error instanceof Error ? error.message : String(error);
}
