import { Worker } from 'node:worker_threads';

import { internal, unavailable, WeftError } from '@weft/errors';
import { type Logger } from '@weft/runtime';

import { DatabaseError, textNotStorable } from '../database-error';
import {
  type ResultSet,
  type WorkerFailure,
  type WorkerReply,
  type WorkerRequest,
  type WorkerSettings,
} from './worker-protocol';

interface Pending {
  resolve(results: ResultSet[]): void;
  reject(error: Error): void;
}

type WithoutId<Request> = Request extends unknown ? Omit<Request, 'id'> : never;

/** The most pieces of work that may wait; one more is RESOURCE_EXHAUSTED. */
const pendingMax = 10_000;

/**
 * PostgreSQL refuses what nests too deep when its own stack is used up. The thread's stack must not end before that: the engine does not
 * survive it. With the 4 MB of a thread by default, JSON of 100,000 brackets was enough.
 */
const stackSizeMb = 64;

/** The other end of the worker thread: sends requests, hands out the answers, and tells when the thread is gone. */
export class WorkerConnection {
  /** Resolves when the thread has ended. */
  readonly ended: Promise<void>;
  private readonly pending = new Map<number, Pending>();
  private readonly worker: Worker;
  private lastId = 0;
  private gone: WeftError | undefined;

  constructor(
    file: string,
    settings: WorkerSettings,
    private readonly logger: Logger,
  ) {
    const { promise: ended, resolve: end } = Promise.withResolvers<void>();
    this.ended = ended;
    this.worker = new Worker(file, {
      workerData: settings,
      name: 'weft-postgres',
      resourceLimits: { stackSizeMb },
    });
    this.worker.on('message', (reply: WorkerReply) => this.take(reply));
    this.worker.on('error', (error) => this.fail(error));
    this.worker.on('messageerror', (error) => this.fail(error));
    this.worker.on('exit', () => {
      this.lose(unavailable('DATABASE_UNAVAILABLE', 'The database is closed.'));
      end();
    });
  }

  /** Resolves when the database is open; rejects with why it could not be opened. */
  ready(): Promise<unknown> {
    return new Promise<ResultSet[]>((resolve, reject) => this.pending.set(0, { resolve, reject }));
  }

  /** Sends a request. The id it gets goes to `onSent`, for those that later requests name. */
  request(request: WithoutId<WorkerRequest>, onSent?: (id: number) => void): Promise<ResultSet[]> {
    if (this.gone) return Promise.reject(this.gone);
    if (this.pending.size >= pendingMax) {
      return Promise.reject(
        new WeftError(
          'RESOURCE_EXHAUSTED',
          'DATABASE_BUSY',
          `${pendingMax} pieces of work wait for the database already.`,
          { retryDelayMs: 1000 },
        ),
      );
    }
    const id = ++this.lastId;
    return new Promise<ResultSet[]>((resolve, reject) => {
      this.pending.set(id, { resolve, reject });
      try {
        this.worker.postMessage({ ...request, id });
        onSent?.(id);
      } catch (cause) {
        this.pending.delete(id);
        reject(internal('A parameter of a statement cannot be copied to the database thread.', cause));
      }
    });
  }

  /** Closes the database when all that was asked for is done. Later requests are UNAVAILABLE. */
  async close(): Promise<void> {
    const closed = this.request({ kind: 'close' });
    this.gone ??= unavailable('DATABASE_UNAVAILABLE', 'The database is closed.');
    await closed;
  }

  private take(reply: WorkerReply): void {
    const pending = this.pending.get(reply.id);
    this.pending.delete(reply.id);
    if ('results' in reply) pending?.resolve(reply.results);
    else if (pending) pending.reject(errorOf(reply.failure));
    else this.logger.warn({ err: errorOf(reply.failure) }, 'the upkeep of the embedded database failed');
  }

  private fail(cause: unknown): void {
    this.logger.error({ err: cause }, 'the embedded database failed');
    this.lose(
      unavailable('DATABASE_UNAVAILABLE', 'The database has failed. Restart the process.', { cause }),
    );
    void this.worker.terminate();
  }

  private lose(error: WeftError): void {
    this.gone ??= error;
    for (const { reject } of this.pending.values()) reject(error);
    this.pending.clear();
  }
}

function errorOf(failure: WorkerFailure): Error {
  switch (failure.kind) {
    case 'database':
      return textNotStorable(failure.fields) ?? new DatabaseError(failure.fields);
    case 'waited':
      return new WeftError(
        'RESOURCE_EXHAUSTED',
        'DATABASE_BUSY',
        'The work waited too long for the database.',
        { retryDelayMs: 1000 },
      );
    case 'transaction_over':
      return new WeftError('ABORTED', 'TRANSACTION_OVER', 'The transaction is over already.');
    case 'other':
      return internal(`The embedded database failed: ${failure.message}`);
  }
}
