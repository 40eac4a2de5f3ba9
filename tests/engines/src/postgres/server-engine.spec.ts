import { ALL_TENANTS } from '@weft/postgres';

import { createOwnDatabase, type OwnDatabase, runSql } from './own-database.fixture';
import { insertThing, openThings, type OpenThings, until } from './things.fixture';

let own: OwnDatabase;
const opened: OpenThings[] = [];

beforeAll(async () => {
  own = await createOwnDatabase();
});

afterAll(() => own.drop());

afterEach(async () => {
  for (const { engine } of opened.splice(0)) await engine.close();
  await runSql(own.url, 'drop schema if exists things cascade');
});

async function open(options: Parameters<typeof openThings>[1] = {}): Promise<OpenThings> {
  const things = await openThings(own.url, options);
  opened.push(things);
  return things;
}

/** Holds a connection until it is let go. */
async function hold({ database }: OpenThings): Promise<() => Promise<void>> {
  const held = Promise.withResolvers<void>();
  const letGo = Promise.withResolvers<void>();
  const transaction = database.transaction('acme', async (work) => {
    await work.query('select 1');
    held.resolve();
    await letGo.promise;
  });
  await held.promise;
  return async () => {
    letGo.resolve();
    await transaction;
  };
}

describe('a pool whose connections are all in use', () => {
  it('refuses work with RESOURCE_EXHAUSTED when none came free in time', async () => {
    const things = await open({ poolSizeMax: 1, acquireTimeoutMs: 50 });
    const letGo = await hold(things);
    const failure = await things.database.query('acme', 'select 1').catch((error: unknown) => error);
    await letGo();
    expect(failure).toMatchObject({
      code: 'RESOURCE_EXHAUSTED',
      reason: 'DATABASE_POOL_EXHAUSTED',
      retryDelayMs: 1000,
    });
  });

  it('never runs work whose wait is over', async () => {
    const things = await open({ poolSizeMax: 1, acquireTimeoutMs: 50 });
    const letGo = await hold(things);
    await things.database.query('acme', insertThing, ['acme', 'late', 1]).catch(() => undefined);
    await letGo();
    expect(await things.database.query('acme', 'select id from things')).toEqual([]);
  });

  it('serves those that wait in the order they came', async () => {
    const things = await open({ poolSizeMax: 1 });
    const letGo = await hold(things);
    const served: number[] = [];
    const waiting = [0, 1, 2, 3, 4].map(async (index) => {
      await things.database.query('acme', 'select 1');
      served.push(index);
    });
    await letGo();
    await Promise.all(waiting);
    expect(served).toEqual([0, 1, 2, 3, 4]);
  });

  it('has no more connections than it may', async () => {
    const things = await open({ poolSizeMax: 3 });
    await Promise.all(
      Array.from({ length: 12 }, () => things.database.query('acme', 'select pg_sleep(0.02)')),
    );
    expect(things.engine.stats().total).toBe(3);
  });

  it('finishes what waits when it is closed', async () => {
    const things = await openThings(own.url, { poolSizeMax: 1 });
    const asked = [1, 2, 3].map((one) => things.database.query('acme', 'select $1::int as one', [one]));
    await things.engine.close();
    expect(await Promise.all(asked)).toEqual([[{ one: 1 }], [{ one: 2 }], [{ one: 3 }]]);
  });
});

describe('connections without work', () => {
  it('are ended but for one', async () => {
    const { engine, database } = await open({ idleMsMax: 20 });
    await Promise.all([1, 2, 3].map(() => database.query('acme', 'select pg_sleep(0.02)')));
    await until(
      async () => await new Promise((resolve) => setTimeout(() => resolve(engine.stats().total), 5)),
      (total) => total === 1,
    );
  });

  it('that the server ends leave the pool, and the process lives', async () => {
    const { engine, database } = await open({ applicationName: 'ended by the server' });
    await runSql(
      own.url,
      `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'ended by the server'`,
    );
    await until(
      async () => await new Promise((resolve) => setTimeout(() => resolve(engine.stats().total), 5)),
      (total) => total === 0,
    );
    expect(await database.query('acme', 'select 1 as one')).toEqual([{ one: 1 }]);
  });
});

describe.each([true, false])('time, with prepared statements: %s', (preparedStatements) => {
  it('of a statement that is over is DEADLINE_EXCEEDED, rolled back, and the connection serves on', async () => {
    const { database } = await open({ statementTimeoutMs: 100, poolSizeMax: 1, preparedStatements });
    const pid = 'select pg_backend_pid() as pid';
    const before = await database.query('acme', pid);
    const batch = database.batch('acme', [
      { text: insertThing, values: ['acme', 'a', 1] },
      { text: 'select pg_sleep(10)' },
    ]);
    await expect(batch).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED', reason: 'STATEMENT_TIMEOUT' });
    const [rows, after] = await database.batch('acme', [{ text: 'select id from things' }, { text: pid }]);
    expect([rows, after]).toEqual([[], before]);
  });

  it('of a lock that is over is DEADLINE_EXCEEDED', async () => {
    const { database } = await open({ lockTimeoutMs: 50, preparedStatements });
    await database.query('acme', insertThing, ['acme', 'a', 1]);
    const waited = database.transaction('acme', async (work) => {
      await work.query('select 1 from things for update');
      return await database.query('acme', 'update things set amount = 2').catch((error: unknown) => error);
    });
    expect(await waited).toMatchObject({ code: 'DEADLINE_EXCEEDED', reason: 'LOCK_TIMEOUT' });
  });

  it('of a transaction that is over while a statement runs gives up its connection', async () => {
    const { engine, database } = await open({ transactionMsMax: 50, poolSizeMax: 1, preparedStatements });
    const held = database.transaction('acme', (work) => work.query('select pg_sleep(10)'));
    await expect(held).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED', reason: 'TRANSACTION_TIMEOUT' });
    expect(engine.stats().total).toBe(0);
  });
});

describe('work that gives way to other work', () => {
  /** Two pieces of work that lock two rows in opposite order, each having its first before either asks for its second. */
  async function deadlock({ database }: OpenThings): Promise<number> {
    await database.batch('acme', [
      { text: insertThing, values: ['acme', 'a', 0] },
      { text: insertThing, values: ['acme', 'b', 0] },
    ]);
    let runs = 0;
    const met = Promise.withResolvers<void>();
    const lockBoth = (first: string, second: string) =>
      database.transaction('acme', async (work) => {
        await work.query('update things set amount = amount + 1 where id = $1', [first]);
        if (++runs === 2) met.resolve();
        await met.promise;
        await work.query('update things set amount = amount + 1 where id = $1', [second]);
      });
    await Promise.all([lockBoth('a', 'b'), lockBoth('b', 'a')]);
    return runs;
  }

  it('runs again, whole, when it was in a circle of locks', async () => {
    const things = await open();
    const runs = await deadlock(things);
    const rows = await things.database.query('acme', 'select amount from things');
    expect([runs, rows]).toEqual([3, [{ amount: 2 }, { amount: 2 }]]);
  });

  it('is ABORTED when it gives way every time', async () => {
    const { database } = await open();
    let runs = 0;
    const work = database.transaction('acme', async (transaction) => {
      runs += 1;
      await transaction.query(`do $$ begin raise exception 'no' using errcode = '40001'; end $$`);
    });
    await expect(work).rejects.toMatchObject({ code: 'ABORTED', reason: 'TRANSACTION_CONFLICT' });
    expect(runs).toBe(4);
  });
});

describe.each([true, false])('a table that changes, with prepared statements: %s', (preparedStatements) => {
  const both = { text: 'select * from things where id = $1', values: ['a'] };

  it('does not disturb statements that were prepared before', async () => {
    const { database } = await open({ preparedStatements });
    await database.query('acme', insertThing, ['acme', 'a', 1]);
    await database.batch('acme', [both]);
    await runSql(own.url, `alter table things.things add column note text default 'new'`);
    const [rows] = await database.batch('acme', [both]);
    expect(rows).toEqual([{ tenant_id: 'acme', id: 'a', amount: 1, note: 'new' }]);
  });

  it('does not disturb a transaction either', async () => {
    const { database } = await open({ preparedStatements });
    await database.query('acme', insertThing, ['acme', 'a', 1]);
    await database.batch('acme', [both]);
    await runSql(own.url, 'alter table things.things alter column amount type text');
    const rows = await database.transaction('acme', (work) => work.query(both.text, both.values));
    expect(rows).toEqual([{ tenant_id: 'acme', id: 'a', amount: '1' }]);
  });

  it('takes parameters of its new type', async () => {
    const { database } = await open({ preparedStatements });
    const byAmount = { text: 'select id from things where amount = $1', values: [1] };
    await database.query('acme', insertThing, ['acme', 'a', 1]);
    await database.batch('acme', [byAmount]);
    await runSql(own.url, 'alter table things.things alter column amount type text');
    expect(await database.batch('acme', [byAmount])).toEqual([[{ id: 'a' }]]);
  });
});

describe('prepared statements', () => {
  it('are bounded on each connection', async () => {
    const { database } = await open({ poolSizeMax: 1 });
    for (let number = 0; number < 400; number++) await database.query('acme', `select ${number} as number`);
    const [row] = await database.query<{ count: number }>(
      'acme',
      'select count(*) as count from pg_prepared_statements',
    );
    // 256 of the schema, the settings, and the few of the owner that set the schema up.
    expect(row!.count).toBeLessThan(270);
  });

  it('that the server has forgotten are prepared again', async () => {
    const { database } = await open({ poolSizeMax: 1 });
    await database.query('acme', 'select 1 as one');
    await database.query('acme', `select 2 as two`).then(() => database.query(ALL_TENANTS, 'deallocate all'));
    expect(await database.query('acme', 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('are not used when they are switched off', async () => {
    const { database } = await open({ poolSizeMax: 1, preparedStatements: false });
    await database.query('acme', 'select id from things');
    const count = 'select count(*) as count from pg_prepared_statements';
    expect(await database.query('acme', count)).toEqual([{ count: 0 }]);
  });
});
