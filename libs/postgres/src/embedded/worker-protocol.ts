import { type Statement } from '../database';
import { type DatabaseErrorFields } from '../database-error';
import { type WorkScope } from '../work-scope';

/** What the worker is started with. */
export interface WorkerSettings {
  /** The folder of the database's files, or undefined for one in memory. */
  dataFolder: string | undefined;
  /** The file of a fresh database; made anew when it is missing. */
  snapshotFile: string;
  /** The longest that work waits for its turn, in milliseconds. */
  waitMsMax: number;
  /** How often it looks for tables to vacuum, in milliseconds. */
  vacuumIntervalMs: number;
}

/** What the worker is asked for. `transaction` is the id of the `begin` request. */
export type WorkerRequest =
  | { id: number; kind: 'batch'; scope: WorkScope; statements: readonly Statement[] }
  | { id: number; kind: 'begin'; scope: WorkScope }
  | { id: number; kind: 'statement'; transaction: number; statement: Statement }
  | { id: number; kind: 'script'; transaction: number; text: string }
  | { id: number; kind: 'end'; transaction: number; commit: boolean }
  | { id: number; kind: 'close' };

export type Row = Record<string, unknown>;

/** The rows of one statement. The columns named hold JSON as text: deep nesting would not survive the way between threads. */
export interface ResultSet {
  rows: Row[];
  jsonColumns: readonly string[];
}

/** Why the worker could not do it. */
export type WorkerFailure =
  | { kind: 'database'; fields: DatabaseErrorFields }
  | { kind: 'waited' }
  | { kind: 'transaction_over' }
  | { kind: 'other'; message: string };

/** What the worker answers. The id 0 tells that it is ready, and later of failures that belong to no request. */
export type WorkerReply = { id: number; results: ResultSet[] } | { id: number; failure: WorkerFailure };
