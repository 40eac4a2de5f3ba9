import { WeftError } from '@weft/errors';

import { type Database, type Statement, type TenantScope, type Transaction } from '../database';
import { type OwnerConnection, type OwnerTransaction } from '../owner-connection';
import { roleOf } from '../schema-setup';
import { tenantSetting } from '../tenant-setting';
import { type WorkScope } from '../work-scope';
import { type WorkerConnection } from './worker-connection';
import { type ResultSet, type Row } from './worker-protocol';

/** One schema of an embedded database. */
export class EmbeddedDatabase implements Database {
  private readonly role: string;

  constructor(
    private readonly connection: WorkerConnection,
    private readonly schema: string,
    private readonly transactionMsMax: number,
  ) {
    this.role = roleOf(schema);
  }

  async query<Row>(tenant: TenantScope, text: string, values?: readonly unknown[]): Promise<Row[]> {
    const [rows] = await this.batch(tenant, [{ text, values }]);
    return rows as Row[];
  }

  async batch(tenant: TenantScope, statements: readonly Statement[]): Promise<Row[][]> {
    const scope = this.scope(tenant);
    if (statements.length === 0) return [];
    const results = await this.connection.request({
      kind: 'batch',
      scope,
      statements: statements.map(copyable),
    });
    return results.map(rowsOf);
  }

  async transaction<T>(tenant: TenantScope, work: (transaction: Transaction) => Promise<T>): Promise<T> {
    return runTransaction(this.connection, this.scope(tenant), this.transactionMsMax, work);
  }

  private scope(tenant: TenantScope): WorkScope {
    return { schema: this.schema, role: this.role, tenantSetting: tenantSetting(tenant) };
  }
}

/** The owner of the schemas of an embedded database. */
export class EmbeddedOwner implements OwnerConnection {
  constructor(
    private readonly connection: WorkerConnection,
    private readonly transactionMsMax: number,
  ) {}

  transaction<T>(work: (transaction: OwnerTransaction) => Promise<T>): Promise<T> {
    return runTransaction(this.connection, 'owner', this.transactionMsMax, work);
  }
}

async function runTransaction<T>(
  connection: WorkerConnection,
  scope: WorkScope,
  transactionMsMax: number,
  work: (transaction: OwnerTransaction) => Promise<T>,
): Promise<T> {
  let transaction = 0;
  await connection.request({ kind: 'begin', scope }, (id) => (transaction = id));
  const end = (commit: boolean) => connection.request({ kind: 'end', transaction, commit });
  const { promise: expired, reject: expire } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const message = `A transaction was held for more than ${transactionMsMax} ms and was rolled back.`;
    expire(new WeftError('DEADLINE_EXCEEDED', 'TRANSACTION_TIMEOUT', message));
  }, transactionMsMax);
  try {
    const result = await Promise.race([work(handle(connection, transaction)), expired]);
    await end(true);
    return result;
  } catch (error) {
    // What the work failed with is what its caller must learn; the transaction may also be over already.
    await end(false).catch(() => undefined);
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

function handle(connection: WorkerConnection, transaction: number): OwnerTransaction {
  return {
    async query<Row>(text: string, values?: readonly unknown[]): Promise<Row[]> {
      const [result] = await connection.request({
        kind: 'statement',
        transaction,
        statement: copyable({ text, values }),
      });
      return rowsOf(result!) as Row[];
    },
    async script(text: string): Promise<void> {
      await connection.request({ kind: 'script', transaction, text });
    },
  };
}

/** The rows of a statement, with the JSON in them read. */
function rowsOf({ rows, jsonColumns }: ResultSet): Row[] {
  for (const row of rows) for (const name of jsonColumns) row[name] = readJson(row[name]);
  return rows;
}

function readJson(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(readJson);
  return typeof value === 'string' ? JSON.parse(value) : value;
}

// Copying a view to another thread copies all of the buffer below it, which for a small Buffer is a pool that it shares with others.
function copyable({ text, values }: Statement): Statement {
  if (!values?.some(isPartOfBuffer)) return { text, values };
  return { text, values: values.map((value) => (isPartOfBuffer(value) ? Uint8Array.from(value) : value)) };
}

function isPartOfBuffer(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array && value.byteLength !== value.buffer.byteLength;
}
