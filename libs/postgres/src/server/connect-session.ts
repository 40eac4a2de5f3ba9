import { WeftError } from '@weft/errors';
import { Client, type ClientConfig } from 'pg';

import { databaseAway } from './server-error';

/** How to reach a server. */
export interface ConnectOptions {
  databaseUrl: string;
  applicationName: string;
  connectTimeoutMs: number;
  /** Settings that the session starts with. */
  settings: Readonly<Record<string, string>>;
}

/** What says that the server may come, by SQLSTATE or by the code of the system: it is starting, full, on its way down, or out of reach. */
const passingCodes = new Set([
  '57P01',
  '57P02',
  '57P03',
  '53300',
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ENOENT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

/** What `pg` says without a code when the connection ends before it is open, or is not open in time. */
const passingMessages = /^(timeout expired|Connection terminated)/;

/**
 * Reads the address of a database.
 *
 * @throws WeftError FAILED_PRECONDITION `DATABASE_URL_INVALID`; the message does not tell the address, which holds a password
 */
export function clientConfig(options: ConnectOptions): ClientConfig {
  const url = parseUrl(options.databaseUrl);
  // Options of the address would take the place of ours: the two are joined, ours last, where they count.
  const given = url.searchParams.get('options');
  url.searchParams.delete('options');
  const settings = Object.entries(options.settings).map(([name, value]) => `-c ${name}=${value}`);
  return {
    connectionString: url.toString(),
    application_name: options.applicationName,
    connectionTimeoutMillis: options.connectTimeoutMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    options: [...(given === null ? [] : [given]), ...settings].join(' ') || undefined,
  };
}

/**
 * Opens a connection.
 *
 * @throws WeftError UNAVAILABLE when the server may come later, FAILED_PRECONDITION `DATABASE_REFUSED` when it will not have us: a wrong password,
 * no such database, no trust in its certificate
 */
export async function connectClient(config: ClientConfig): Promise<Client> {
  const client = new Client(config);
  // The error that ends the attempt is also emitted; unheard, it would end the process.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return client;
  } catch (error) {
    client.connection.stream.destroy();
    const { code = '', message } = error as Error & { code?: string };
    const where = `The database ${client.database} at ${client.host}:${client.port}`;
    const why = message || code;
    if (passingCodes.has(code) || passingMessages.test(message))
      throw databaseAway(`${where} cannot be reached: ${why}.`, error);
    throw new WeftError(
      'FAILED_PRECONDITION',
      'DATABASE_REFUSED',
      `${where} refuses the connection: ${why}.`,
      {
        cause: error,
      },
    );
  }
}

function parseUrl(databaseUrl: string): URL {
  if (/^postgres(ql)?:\/\//.test(databaseUrl) && URL.canParse(databaseUrl)) return new URL(databaseUrl);
  throw new WeftError(
    'FAILED_PRECONDITION',
    'DATABASE_URL_INVALID',
    'The address of the database must look like postgres://user:password@host:5432/database.',
  );
}
