import { type Connection, type Submittable } from 'pg';

import { type DatabaseErrorFields } from '../database-error';
import { type WireValue } from './value-codec';

/** One message of the extended query protocol, or SQL text of many statements, which stands alone. */
export type Frame =
  | { kind: 'parse'; name: string; text: string; types: readonly number[] }
  | { kind: 'describe'; name: string }
  | { kind: 'run'; name: string; values: readonly WireValue[] }
  | { kind: 'close'; name: string }
  | { kind: 'script'; text: string };

/** A column as PostgreSQL describes it: its name and the number of its type. */
export interface Column {
  name: string;
  type: number;
}

/** What came back for the frames that were sent. */
export interface WireAnswer {
  /** For each statement that ran: its rows as text, and the tag such as `COMMIT` or `INSERT 0 1`. */
  results: { rows: (string | null)[][]; tag: string }[];
  /** For each `describe`, in their order. */
  described: { parameterTypes: readonly number[]; columns: readonly Column[] }[];
  /** The first error that PostgreSQL told. What was sent after it, up to the end, did not run. */
  error: DatabaseErrorFields | undefined;
  /** Whether a transaction is open now, and whether it can only be rolled back; `lost` when the connection ended before the answer did. */
  status: 'idle' | 'open' | 'failed' | 'lost';
}

const statuses: Record<string, WireAnswer['status']> = { I: 'idle', T: 'open', E: 'failed' };

/**
 * Sends frames in one write and takes what comes back: many statements for one round trip, where `pg` by itself waits for each. Outside of
 * a transaction they are one, which the sync at their end commits. Source: PostgreSQL documentation, 54.2.3 Extended Query, 54.2.4 Pipelining.
 *
 * `pg` calls the methods named `handle…` of the query that is active; the others are called by the session.
 */
export class Exchange implements Submittable {
  readonly answered: Promise<WireAnswer>;
  private readonly answer: WireAnswer = { results: [], described: [], error: undefined, status: 'lost' };
  private rows: (string | null)[][] = [];
  private parameterTypes: readonly number[] = [];
  private settle!: (answer: WireAnswer) => void;

  constructor(private readonly frames: readonly Frame[]) {
    this.answered = new Promise((resolve) => (this.settle = resolve));
  }

  submit(connection: Connection): void {
    connection.stream.cork();
    for (const frame of this.frames) send(connection, frame);
    if (this.frames[0]?.kind !== 'script') connection.sync();
    connection.stream.uncork();
  }

  handleRowDescription({ fields }: { fields: readonly { name: string; dataTypeID: number }[] }): void {
    this.describe(fields.map(({ name, dataTypeID }) => ({ name, type: dataTypeID })));
  }

  handleDataRow({ fields }: { fields: (string | null)[] }): void {
    this.rows.push(fields);
  }

  handleCommandComplete({ text }: { text: string }): void {
    this.answer.results.push({ rows: this.rows, tag: text });
    this.rows = [];
  }

  handleEmptyQuery(): void {
    this.handleCommandComplete({ text: '' });
  }

  handleError(error: Error & Partial<DatabaseErrorFields> & { severity?: string }): void {
    // An error without a severity is not PostgreSQL's but the socket's: no answer will come any more.
    if (error.severity === undefined) {
      this.lose();
      return;
    }
    const { code = 'XX000', message, constraint, table, column, schema, routine } = error;
    this.answer.error ??= { code, message, constraint, table, column, schema, routine };
  }

  handlePortalSuspended(): void {}
  handleReadyForQuery(): void {}
  handleCopyData(): void {}
  handleCopyInResponse(connection: Connection & { sendCopyFail(message: string): void }): void {
    connection.sendCopyFail('COPY is not supported');
  }

  takeParameterTypes(types: readonly number[]): void {
    this.parameterTypes = types;
  }

  takeNoColumns(): void {
    this.describe([]);
  }

  /** Everything came back. */
  complete(status: string): void {
    this.answer.status = statuses[status] ?? 'failed';
    this.settle(this.answer);
  }

  /** The connection ended: what has not come back never will. */
  lose(): void {
    this.settle(this.answer);
  }

  private describe(columns: readonly Column[]): void {
    this.answer.described.push({ parameterTypes: this.parameterTypes, columns });
  }
}

function send(connection: Connection, frame: Frame): void {
  switch (frame.kind) {
    case 'parse':
      // Numbers are what the wire takes; the types of `pg` say texts.
      connection.parse({ ...frame, types: frame.types as unknown as string[] }, true);
      break;
    case 'describe':
      connection.describe({ type: 'S', name: frame.name }, true);
      break;
    case 'run':
      connection.bind({ statement: frame.name, values: frame.values as WireValue[] }, true);
      connection.execute(null, true);
      break;
    case 'close':
      connection.close({ type: 'S', name: frame.name }, true);
      break;
    case 'script':
      connection.query(frame.text);
      break;
  }
}
