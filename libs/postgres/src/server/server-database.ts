import { setTimeout as sleep } from 'node:timers/promises';

import { WeftError } from '@weft/errors';

import { type Database, type Statement, type TenantScope, type Transaction } from '../database';
import { type OwnerConnection, type OwnerTransaction } from '../owner-connection';
import { roleOf } from '../schema-setup';
import { tenantSetting } from '../tenant-setting';
import { type WorkScope } from '../work-scope';
import { type ConnectionPool } from './connection-pool';
import { isConflict, transactionTimeout } from './server-error';
import { type Row, type ServerSession } from './server-session';
import { ownerMsMax } from './session-settings';

export type SessionPool = ConnectionPool<ServerSession>;

/** How often work that gave way to others is tried. Source of the delays: half of 10 ms doubled each time, and up to as much again by chance. */
const attemptsMax = 4;

/** One schema on a PostgreSQL server. */
export class ServerDatabase implements Database {
  private readonly role: string;

  constructor(
    private readonly pool: SessionPool,
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
    return await withSession(this.pool, (session) => session.batch(scope, statements));
  }

  async transaction<T>(tenant: TenantScope, work: (transaction: Transaction) => Promise<T>): Promise<T> {
    const scope = this.scope(tenant);
    return await withSession(this.pool, (session) =>
      runTransaction(session, scope, this.transactionMsMax, work),
    );
  }

  private scope(tenant: TenantScope): WorkScope {
    return { schema: this.schema, role: this.role, tenantSetting: tenantSetting(tenant) };
  }
}

/** The owner of the schemas on a PostgreSQL server. */
export class ServerOwner implements OwnerConnection {
  constructor(private readonly pool: SessionPool) {}

  transaction<T>(work: (transaction: OwnerTransaction) => Promise<T>): Promise<T> {
    return withSession(this.pool, (session) => runTransaction(session, 'owner', ownerMsMax, work));
  }
}

/** Does work on a connection of its own, again if it gave way to others. */
async function withSession<T>(pool: SessionPool, work: (session: ServerSession) => Promise<T>): Promise<T> {
  const session = await pool.acquire();
  try {
    for (let attempt = 1; ; attempt++) {
      try {
        return await work(session);
      } catch (error) {
        if (!isConflict(error) || attempt === attemptsMax || !session.usable) throw error;
        await sleep(5 * 2 ** attempt * (0.5 + Math.random()));
      }
    }
  } catch (error) {
    if (error instanceof WeftError && error.reason === 'DATABASE_TIMEOUT') pool.destroyIdle();
    throw error;
  } finally {
    pool.release(session);
  }
}

async function runTransaction<T>(
  session: ServerSession,
  scope: WorkScope,
  transactionMsMax: number,
  work: (transaction: OwnerTransaction) => Promise<T>,
): Promise<T> {
  const open = new OpenTransaction(session, scope);
  const { promise: expired, reject: expire } = Promise.withResolvers<never>();
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    expire(transactionTimeout(transactionMsMax));
  }, transactionMsMax);
  session.begin(scope);
  try {
    const result = await Promise.race([work(open), expired]);
    await open.end(() => session.commit(scope));
    return result;
  } catch (error) {
    // What the work failed with is what its caller must learn. A connection that cannot roll back is destroyed when it is released.
    if (late && session.busy) session.destroy();
    await open.end(() => session.rollback()).catch(() => undefined);
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** A transaction as the work inside sees it: its statements run one after the other, and none when it is over. */
class OpenTransaction implements OwnerTransaction {
  private tail: Promise<unknown> = Promise.resolve();
  private over = false;

  constructor(
    private readonly session: ServerSession,
    private readonly scope: WorkScope,
  ) {}

  query<Row>(text: string, values?: readonly unknown[]): Promise<Row[]> {
    return this.inTurn(() => this.session.statement(this.scope, { text, values })) as Promise<Row[]>;
  }

  script(text: string): Promise<void> {
    return this.inTurn(() => this.session.script(this.scope, text));
  }

  /** Ends the transaction when what was asked for before is done. */
  async end(finish: () => Promise<void>): Promise<void> {
    this.over = true;
    await this.tail;
    await finish();
  }

  private async inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.over) throw new WeftError('ABORTED', 'TRANSACTION_OVER', 'The transaction is over already.');
    const done = this.tail.then(work);
    this.tail = done.catch(() => undefined);
    return await done;
  }
}
