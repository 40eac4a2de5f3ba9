import { existsSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';

import { type PGlite } from '@electric-sql/pglite';

import { DatabaseError } from '../database-error';
import { type WorkScope } from '../work-scope';
import { openCluster } from './cluster';
import { PgliteSession } from './pglite-session';
import { EngineLost } from './pglite-wire';
import { makeSnapshot, readSnapshot, unpackSnapshot } from './snapshot';
import { vacuumTable, wornTables } from './vacuum';
import { WorkQueue } from './work-queue';
import {
  type ResultSet,
  type WorkerFailure,
  type WorkerReply,
  type WorkerRequest,
  type WorkerSettings,
} from './worker-protocol';

/** The transaction that holds the connection. */
interface OpenTransaction {
  id: number;
  scope: WorkScope;
  /** Lets the queue go on. */
  release(): void;
  /** The end of what it has asked for so far: its statements run one after the other. */
  tail: Promise<void>;
}

const port = parentPort!;
const settings = workerData as WorkerSettings;

async function main(): Promise<void> {
  const pglite = await openDatabase(settings);
  const session = await PgliteSession.open(pglite);
  new Worker(pglite, session).listen();
  post({ id: 0, results: [] });
}

class Worker {
  private readonly queue = new WorkQueue(settings.waitMsMax);
  private transaction: OpenTransaction | undefined;

  constructor(
    private readonly pglite: PGlite,
    private readonly session: PgliteSession,
  ) {}

  listen(): void {
    port.on('message', (request: WorkerRequest) => this.take(request));
    setInterval(() => this.vacuum(), settings.vacuumIntervalMs).unref();
  }

  /** Vacuums what needs it, one table a turn, so that other work goes between. */
  private vacuum(): void {
    const inTurn = (work: () => Promise<void>) => this.queue.add(() => work().catch(reportVacuum));
    inTurn(async () => {
      for (const table of await wornTables(this.pglite)) inTurn(() => vacuumTable(this.pglite, table));
    });
  }

  private take(request: WorkerRequest): void {
    const { id } = request;
    if (request.kind === 'close') {
      this.queue.add(() => this.close(id));
      return;
    }
    if (request.kind === 'batch' || request.kind === 'begin') {
      const run = () => (request.kind === 'batch' ? this.runBatch(request) : this.hold(id, request.scope));
      this.queue.add(run, () => post({ id, failure: { kind: 'waited' } }));
      return;
    }
    const { transaction } = this;
    if (transaction?.id !== request.transaction) {
      post({ id, failure: { kind: 'transaction_over' } });
      return;
    }
    transaction.tail = transaction.tail.then(() => this.runInside(transaction, request));
  }

  private runBatch({ id, scope, statements }: WorkerRequest & { kind: 'batch' }): Promise<void> {
    return answer(id, () => this.session.batch(scope, statements));
  }

  private async close(id: number): Promise<void> {
    await this.pglite.close();
    post({ id, results: [] });
    port.close();
  }

  /** Opens a transaction and keeps the connection until it ends. */
  private async hold(id: number, scope: WorkScope): Promise<void> {
    let begun = false;
    const { promise: over, resolve: release } = Promise.withResolvers<void>();
    this.transaction = { id, scope, release, tail: Promise.resolve() };
    await answer(id, async () => {
      await this.session.begin(scope);
      begun = true;
      return [];
    });
    if (begun) await over;
    this.transaction = undefined;
  }

  private async runInside(
    transaction: OpenTransaction,
    request: WorkerRequest & { kind: 'statement' | 'script' | 'end' },
  ): Promise<void> {
    if (request.kind !== 'end') {
      return answer(request.id, async () => {
        if (request.kind === 'statement')
          return [await this.session.statement(transaction.scope, request.statement)];
        await this.session.script(request.text);
        return [];
      });
    }
    await answer(request.id, async () => {
      await (request.commit ? this.session.commit() : this.session.rollback());
      return [];
    });
    transaction.release();
  }
}

async function openDatabase({ dataFolder, snapshotFile }: WorkerSettings): Promise<PGlite> {
  if (dataFolder !== undefined && existsSync(dataFolder)) return openCluster({ folder: dataFolder });
  const snapshot = readSnapshot(snapshotFile) ?? (await makeSnapshot());
  if (dataFolder === undefined) return openCluster({ folder: undefined, snapshot });
  unpackSnapshot(snapshot, dataFolder);
  return openCluster({ folder: dataFolder });
}

async function answer(id: number, work: () => Promise<ResultSet[]>): Promise<void> {
  try {
    post({ id, results: await work() });
  } catch (error) {
    // A lost engine may lose data if it goes on. Thrown here it ends this thread, and whoever waits learns it from that.
    if (error instanceof EngineLost) throw error;
    post({ id, failure: failureOf(error) });
  }
}

function failureOf(error: unknown): WorkerFailure {
  if (error instanceof DatabaseError) {
    const { code, message, constraint, table, column, schema, routine } = error;
    return { kind: 'database', fields: { code, message, constraint, table, column, schema, routine } };
  }
  return { kind: 'other', message: error instanceof Error ? error.message : String(error) };
}

// A vacuum that failed harms nobody; the next one may do better.
function reportVacuum(error: unknown): void {
  post({ id: 0, failure: failureOf(error) });
}

function post(reply: WorkerReply): void {
  port.postMessage(reply);
}

void main();
