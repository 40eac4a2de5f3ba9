import { unavailable, WeftError } from '@weft/errors';

import { databaseErrorFrom, type DatabaseErrorFields, textNotStorable } from '../database-error';

/** The SQLSTATEs with which PostgreSQL sends a client away for now: shutting down, starting up, no place left, only reading. */
const awayStates = new Set(['57P01', '57P02', '57P03', '57P04', '57P05', '53300', '25006']);

/** The SQLSTATEs of a connection that failed. */
const connectionStates = new Set(['08000', '08001', '08003', '08004', '08006', '08007']);

/** A serialization failure and a deadlock: another transaction went first, and the same work may succeed now. */
const conflictStates = new Set(['40001', '40P01']);

/** The reason of a transaction that gave way to others. */
const conflictReason = 'TRANSACTION_CONFLICT';

/** UNAVAILABLE: the server cannot be reached, or sent us away. */
export function databaseAway(what: string, cause?: unknown): WeftError {
  return unavailable('DATABASE_UNAVAILABLE', what, { cause });
}

/** The connection was lost when the commit was under way: only the data tells whether it holds. */
export function commitUnknown(): WeftError {
  return unavailable(
    'COMMIT_UNKNOWN',
    'The connection to the database was lost before it said whether the work is committed. Repeat it with the same idempotency key.',
  );
}

/** The server gave no answer in time; what was sent may still take effect. */
export function answerTimeout(timeoutMs: number): WeftError {
  const message = `The database gave no answer within ${timeoutMs} ms.`;
  return new WeftError('DEADLINE_EXCEEDED', 'DATABASE_TIMEOUT', message);
}

export function transactionTimeout(transactionMsMax: number): WeftError {
  const message = `A transaction was held for more than ${transactionMsMax} ms and was rolled back.`;
  return new WeftError('DEADLINE_EXCEEDED', 'TRANSACTION_TIMEOUT', message);
}

/** ABORTED: the work may succeed when it is tried again. */
export function conflict(why: string, cause?: unknown): WeftError {
  return new WeftError('ABORTED', conflictReason, `${why} Try it again.`, { cause });
}

/** Whether an error says that another transaction went first. */
export function isConflict(error: unknown): boolean {
  return error instanceof WeftError && error.reason === conflictReason;
}

/** Whether the connection that got this SQLSTATE is of no more use, although it may still be open. */
export function endsConnection(code: string): boolean {
  return awayStates.has(code);
}

/** The error that callers get for what PostgreSQL told. Never holds values of rows or parameters. */
export function serverErrorFrom(sent: DatabaseErrorFields): Error {
  const { code } = sent;
  if (awayStates.has(code) || connectionStates.has(code))
    return databaseAway(`The database does not take work now [SQLSTATE ${code}].`, databaseErrorFrom(sent));
  if (conflictStates.has(code)) {
    return conflict(
      `The work gave way to other work on the same rows [SQLSTATE ${code}].`,
      databaseErrorFrom(sent),
    );
  }
  if (code === '57014')
    return deadline('STATEMENT_TIMEOUT', 'A statement took too long and was cancelled.', sent);
  // Without a timeout the same SQLSTATE is the answer to `nowait`, which the SQL that says it expects.
  if (code === '55P03' && sent.routine === 'ProcessInterrupts')
    return deadline('LOCK_TIMEOUT', 'A statement waited too long for a lock.', sent);
  if (code === '25P03' || code === '25P04')
    return deadline('TRANSACTION_TIMEOUT', 'A transaction was held too long and was rolled back.', sent);
  return textNotStorable(sent) ?? databaseErrorFrom(sent);
}

function deadline(reason: string, message: string, sent: DatabaseErrorFields): WeftError {
  return new WeftError('DEADLINE_EXCEEDED', reason, message, { cause: databaseErrorFrom(sent) });
}
