import { setTimeout as sleep } from 'node:timers/promises';

import { ALL_TENANTS } from '@weft/postgres';

import { type OwnServer, startOwnServer } from './own-server.fixture';
import { runSql } from './own-database.fixture';
import { insertThing, openThings, type OpenThings, until } from './things.fixture';

// What the server does to us: it is killed, frozen, restarted, and sends us away. A server of this file alone stands for it.

let own: OwnServer;
let url: string;
const opened: OpenThings[] = [];

beforeAll(async () => {
  own = await startOwnServer();
  url = await own.server.createDatabase('faults');
});

afterAll(() => own.end());

afterEach(async () => {
  own.server.thaw();
  await own.server.restart().catch(() => undefined);
  for (const { engine } of opened.splice(0)) await engine.close();
  await runSql(url, 'drop schema if exists things cascade');
});

async function open(options: Parameters<typeof openThings>[1] = {}): Promise<OpenThings> {
  const things = await openThings(url, options);
  opened.push(things);
  return things;
}

/** Does what fails until it does not. */
async function recovered<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch {
      await sleep(20);
    }
  }
}

/** Waits until a statement of the engine sleeps on the server. */
function sleeping(): Promise<unknown> {
  const asked = `select pid from pg_stat_activity where wait_event = 'PgSleep'`;
  return until(
    () => runSql(url, asked),
    (rows) => rows.length > 0,
  );
}

describe('a server that is killed', () => {
  it('makes work UNAVAILABLE, with when to try again, and works again by itself when it is back', async () => {
    const { database } = await open();
    await own.server.kill();
    const failure = await database.query('acme', 'select 1 as one').catch((error: unknown) => error);
    await own.server.restart();
    const rows = await recovered(() => database.query('acme', 'select 1 as one'));
    expect([failure, rows]).toEqual([
      expect.objectContaining({ code: 'UNAVAILABLE', reason: 'DATABASE_UNAVAILABLE', retryDelayMs: 1000 }),
      [{ one: 1 }],
    ]);
  });

  it('is told by not being ready, and by being ready when it is back', async () => {
    const { engine } = await open();
    await own.server.kill();
    await expect(engine.checkReady()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await own.server.restart();
    await recovered(() => engine.checkReady());
  });

  it('leaves no dead connection in the pool', async () => {
    const { engine, database } = await open();
    await Promise.all([1, 2, 3].map(() => database.query('acme', 'select pg_sleep(0.05)')));
    await own.server.kill();
    await until(
      async () => {
        await sleep(5);
        return engine.stats();
      },
      ({ total }) => total === 0,
    );
  });

  it('leaves the outcome of a write open when it dies at its commit', async () => {
    const { database } = await open();
    // A constraint that is checked at the commit, and takes its time.
    await runSql(
      url,
      `create function things.slow() returns trigger language plpgsql as 'begin perform pg_sleep(60); return null; end';
       create constraint trigger slow after insert on things.things deferrable initially deferred
         for each row execute function things.slow()`,
    );
    const batch = database.query('acme', insertThing, ['acme', 'a', 1]).catch((error: unknown) => error);
    const transaction = database
      .transaction('acme', (work) => work.query(insertThing, ['acme', 'b', 1]))
      .catch((error: unknown) => error);
    await until(sleeping, (rows) => (rows as unknown[]).length === 2);
    await own.server.kill();
    const unknown = expect.objectContaining({ code: 'UNAVAILABLE', reason: 'COMMIT_UNKNOWN' });
    expect(await Promise.all([batch, transaction])).toEqual([unknown, unknown]);
  });

  it('leaves nothing open when it dies while something is read', async () => {
    const { database } = await open();
    const failure = database.query('acme', 'select pg_sleep(60)').catch((error: unknown) => error);
    await sleeping();
    await own.server.kill();
    expect(await failure).toMatchObject({ code: 'UNAVAILABLE', reason: 'DATABASE_UNAVAILABLE' });
  });

  it('is known not to have committed what it ended before', async () => {
    const { database } = await open();
    const text = `insert into things (tenant_id, id) select 'acme', 'a' from (select pg_sleep(60)) as nap`;
    const failure = database.query('acme', text).catch((error: unknown) => error);
    await sleeping();
    await runSql(url, `select pg_terminate_backend(pid) from pg_stat_activity where wait_event = 'PgSleep'`);
    expect(await failure).toMatchObject({ code: 'UNAVAILABLE', reason: 'DATABASE_UNAVAILABLE' });
  });
});

describe('a server that is frozen', () => {
  it('makes work DEADLINE_EXCEEDED, and its connection never serves again', async () => {
    const { engine, database } = await open({ statementTimeoutMs: 200, poolSizeMax: 1 });
    const pid = async () =>
      (await database.query<{ pid: number }>('acme', 'select pg_backend_pid() as pid'))[0]!.pid;
    const before = await pid();
    await own.server.freeze();
    await expect(database.query('acme', 'select 1')).rejects.toMatchObject({
      code: 'DEADLINE_EXCEEDED',
      reason: 'DATABASE_TIMEOUT',
    });
    const { total } = engine.stats();
    own.server.thaw();
    expect([total, (await recovered(pid)) === before]).toEqual([0, false]);
  });

  it('is given up by every connection at the first that gets no answer', async () => {
    const { engine, database } = await open({ statementTimeoutMs: 200 });
    await Promise.all([1, 2, 3].map(() => database.query('acme', 'select pg_sleep(0.05)')));
    await own.server.freeze();
    await database.query('acme', 'select 1').catch(() => undefined);
    expect(engine.stats().total).toBe(0);
  });

  it('makes work UNAVAILABLE when a connection has to be opened first', async () => {
    const { engine, database } = await open({
      statementTimeoutMs: 200,
      connectTimeoutMs: 200,
      poolSizeMax: 1,
    });
    await own.server.freeze();
    await database.query('acme', 'select 1').catch(() => undefined);
    await expect(database.query('acme', 'select 1')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(engine.stats()).toEqual({ total: 0, idle: 0, waiting: 0 });
  });

  it('holds up neither a transaction that is over nor the end', async () => {
    const { engine, database } = await openThings(url, { transactionMsMax: 50, statementTimeoutMs: 60_000 });
    await Promise.all([1, 2].map(() => database.query('acme', 'select pg_sleep(0.05)')));
    const held = database.transaction('acme', async (work) => {
      await work.query('select 1');
      await own.server.freeze();
      await new Promise(() => undefined);
    });
    await expect(held).rejects.toMatchObject({ reason: 'TRANSACTION_TIMEOUT' });
    await expect(engine.close()).resolves.toBeUndefined();
  });

  it('is not ready', async () => {
    const { engine } = await open();
    await own.server.freeze();
    const refused = () => engine.checkReady().catch((error: unknown) => error);
    // What it answered just before still counts for a moment.
    expect(await until(refused, (error) => error !== undefined)).toMatchObject({ code: 'UNAVAILABLE' });
  });
});

describe('a start', () => {
  it('waits for a server that is not up yet, and says so once', async () => {
    await open();
    await own.server.stop();
    const lines: unknown[] = [];
    const logger = {
      debug() {},
      info: (...line: unknown[]) => lines.push(line),
      warn() {},
      error() {},
      child: () => logger,
    };
    const starting = openThings(url, { waitMs: 60_000, logger: logger as never });
    await until(
      async () => sleep(5),
      () => lines.length > 0,
    );
    await own.server.restart();
    const things = await starting;
    opened.push(things);
    await things.engine.checkReady();
    expect(lines.filter((line) => JSON.stringify(line).includes('waiting for the database'))).toHaveLength(1);
  });

  it('gives up with UNAVAILABLE when the server does not come', async () => {
    await own.server.stop();
    await expect(openThings(url, { waitMs: 150 })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      reason: 'DATABASE_UNAVAILABLE',
    });
  });

  it.each([
    [
      'a wrong password',
      (address: URL) => (address.password = 'canary-7f3a'),
      /password authentication failed/,
    ],
    [
      'a database that is not there',
      (address: URL) => (address.pathname = '/nowhere'),
      /"nowhere" does not exist/,
    ],
  ])('fails at once for %s, without telling the password', async (_, change, why) => {
    const address = new URL(url);
    const { password } = address;
    change(address);
    const failure = (await openThings(address.toString(), { waitMs: 60_000 }).catch(
      (error: unknown) => error,
    )) as Error;
    expect(failure).toMatchObject({
      code: 'FAILED_PRECONDITION',
      reason: 'DATABASE_REFUSED',
      message: expect.stringMatching(why),
    });
    expect(failure.message).not.toMatch(new RegExp(`canary-7f3a|${password}`));
  });

  it('fails at once for an address that is none, without telling it', async () => {
    const failure = (await openThings('host=db password=canary-7f3a').catch(
      (error: unknown) => error,
    )) as Error;
    expect([failure, failure.message]).toEqual([
      expect.objectContaining({ reason: 'DATABASE_URL_INVALID' }),
      expect.not.stringContaining('canary-7f3a'),
    ]);
  });
});

describe('a server without room', () => {
  it('makes work UNAVAILABLE, and serves all over one connection when there is room for one', async () => {
    const owned = await own.server.createDatabase('crowded', { owner: true });
    const { username } = new URL(owned);
    const things = await openThings(owned, {}, 'crowded');
    opened.push(things);
    await runSql(
      url,
      `alter role ${username} connection limit 0;
       select pg_terminate_backend(pid) from pg_stat_activity where usename = '${username}'`,
    );
    const work = () => things.database.query(ALL_TENANTS, 'select pg_sleep(0.02)');
    const refused = await until(
      () => work().catch((error: unknown) => error as Error),
      (error) => /cannot be reached/.test(String((error as Error).message)),
    );
    await runSql(url, `alter role ${username} connection limit 1`);
    const served = await Promise.all([1, 2, 3, 4].map(work));
    expect([refused, served.length, things.engine.stats().total]).toEqual([
      expect.objectContaining({ code: 'UNAVAILABLE', reason: 'DATABASE_UNAVAILABLE' }),
      4,
      1,
    ]);
  });
});
