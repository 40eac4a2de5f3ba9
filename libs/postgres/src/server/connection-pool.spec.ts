import { unavailable } from '@weft/errors';

import { ConnectionPool, type ConnectionPoolOptions } from './connection-pool';

class FakeConnection {
  usable = true;
  destroyed = false;
  ended = false;

  destroy(): void {
    this.destroyed = true;
  }

  async end(): Promise<void> {
    this.ended = true;
  }
}

function poolOf(options: Partial<ConnectionPoolOptions<FakeConnection>> = {}) {
  const made: FakeConnection[] = [];
  const pool = new ConnectionPool<FakeConnection>({
    sizeMax: 2,
    acquireTimeoutMs: 10_000,
    idleMsMax: 60_000,
    async connect() {
      const connection = new FakeConnection();
      made.push(connection);
      return connection;
    },
    ...options,
  });
  return { pool, made };
}

describe('a pool of connections', () => {
  it('lends a connection to one at a time', async () => {
    const { pool } = poolOf();
    const [first, second] = await Promise.all([pool.acquire(), pool.acquire()]);
    expect(first).not.toBe(second);
  });

  it('lends again what came back', async () => {
    const { pool, made } = poolOf();
    pool.release(await pool.acquire());
    await pool.acquire();
    expect(made).toHaveLength(1);
  });

  it('destroys what came back unusable, and makes another for who waits', async () => {
    const { pool, made } = poolOf({ sizeMax: 1 });
    const spoiled = await pool.acquire();
    const waiting = pool.acquire();
    spoiled.usable = false;
    pool.release(spoiled);
    expect([await waiting, spoiled.destroyed]).toEqual([made[1], true]);
  });

  it('refuses who waited too long, and never lends to them', async () => {
    const { pool } = poolOf({ sizeMax: 1, acquireTimeoutMs: 5 });
    const lent = await pool.acquire();
    await expect(pool.acquire()).rejects.toMatchObject({
      code: 'RESOURCE_EXHAUSTED',
      reason: 'DATABASE_POOL_EXHAUSTED',
    });
    pool.release(lent);
    expect(pool.stats()).toEqual({ total: 1, idle: 1, waiting: 0 });
  });

  it('calls it UNAVAILABLE, not exhausted, when no connection can be had at all', async () => {
    const { pool } = poolOf({ acquireTimeoutMs: 5, connect: () => new Promise(() => undefined) });
    await expect(pool.acquire()).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      reason: 'DATABASE_UNAVAILABLE',
    });
  });

  it('tells all who wait when none can be made and none is there', async () => {
    const down = unavailable('DATABASE_UNAVAILABLE', 'It is down.');
    const { pool } = poolOf({ connect: () => Promise.reject(down) });
    const outcomes = await Promise.allSettled([1, 2, 3, 4].map(() => pool.acquire()));
    expect(outcomes.map((outcome) => outcome.status === 'rejected' && outcome.reason)).toEqual([
      down,
      down,
      down,
      down,
    ]);
  });

  it('serves all from what is there when no further one can be made', async () => {
    let attempts = 0;
    const { pool } = poolOf({
      async connect() {
        attempts += 1;
        if (attempts > 1) throw unavailable('DATABASE_UNAVAILABLE', 'It is full.');
        return new FakeConnection();
      },
    });
    const first = await pool.acquire();
    const waiting = [pool.acquire(), pool.acquire()];
    // The attempts at further ones fail before the first comes back.
    await new Promise((resolve) => setImmediate(resolve));
    pool.release(first);
    pool.release(await waiting[0]!);
    expect([await waiting[1], attempts > 1]).toEqual([first, true]);
  });

  it('tries again when the one that was there is gone', async () => {
    let attempts = 0;
    const { pool } = poolOf({
      async connect() {
        attempts += 1;
        if (attempts === 2) throw unavailable('DATABASE_UNAVAILABLE', 'It is full.');
        return new FakeConnection();
      },
    });
    const first = await pool.acquire();
    const waiting = pool.acquire();
    await new Promise((resolve) => setImmediate(resolve));
    first.usable = false;
    pool.release(first);
    expect(await waiting).not.toBe(first);
  });

  it('ends what is idle for long, but for one', async () => {
    const { pool, made } = poolOf({ sizeMax: 3, idleMsMax: 5 });
    const lent = await Promise.all([pool.acquire(), pool.acquire(), pool.acquire()]);
    for (const connection of lent) pool.release(connection);
    while (pool.stats().total > 1) await new Promise((resolve) => setTimeout(resolve, 1));
    expect(made.filter(({ ended }) => ended)).toHaveLength(2);
  });

  it('closes when everything came back, and ends every connection', async () => {
    const { pool, made } = poolOf();
    const lent = await pool.acquire();
    const waiting = pool.acquire();
    const closed = pool.close();
    pool.release(lent);
    pool.release(await waiting);
    await closed;
    expect(made.every(({ ended }) => ended)).toBe(true);
  });

  it('lends nothing once it is closed', async () => {
    const { pool } = poolOf();
    await pool.close();
    await expect(pool.acquire()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });
});
