import { WeftError } from '@weft/errors';

import { databaseAway } from './server-error';

/** What a pool needs to know of a connection. */
export interface PooledConnection {
  /** Whether the next one may have it. */
  readonly usable: boolean;
  destroy(): void;
  end(): Promise<void>;
}

/** How a pool works. */
export interface ConnectionPoolOptions<Connection> {
  /** The most connections at a time. */
  sizeMax: number;
  /** The longest that work waits for a connection, in milliseconds. */
  acquireTimeoutMs: number;
  /** Connections that are idle for longer are ended, but for one, in milliseconds. */
  idleMsMax: number;
  connect(): Promise<Connection>;
}

/** How many connections there are, how many of them do nothing, and how many pieces of work wait for one. */
export interface PoolStats {
  total: number;
  idle: number;
  waiting: number;
}

interface Waiter<Connection> {
  timer: NodeJS.Timeout;
  resolve(connection: Connection): void;
  reject(error: Error): void;
}

/** The most pieces of work that may wait; one more is refused at once. */
const waitingMax = 10_000;

/** How long no further connection is tried after one could not be opened, in milliseconds. */
const pauseMs = 200;

/**
 * Lends connections, each to one at a time, in the order they were asked for. The one used last is lent first: it holds the most statements ready,
 * and the others grow old and are ended.
 */
export class ConnectionPool<Connection extends PooledConnection> {
  private readonly idle: { connection: Connection; since: number }[] = [];
  private readonly lent = new Set<Connection>();
  private readonly waiting = new Set<Waiter<Connection>>();
  private connecting = 0;
  private closing = false;
  private onDrained: () => void = () => undefined;
  private readonly pruning: NodeJS.Timeout;
  /** Set after a connection could not be opened, while others are there. */
  private pause: NodeJS.Timeout | undefined;

  constructor(private readonly options: ConnectionPoolOptions<Connection>) {
    this.pruning = setInterval(() => this.prune(), Math.max(10, options.idleMsMax / 4)).unref();
  }

  /**
   * Lends a connection, which must come back by `release`.
   *
   * @throws WeftError RESOURCE_EXHAUSTED `DATABASE_POOL_EXHAUSTED` when none came free in time, UNAVAILABLE when the server cannot be reached or
   * the pool is closed
   */
  acquire(timeoutMs = this.options.acquireTimeoutMs): Promise<Connection> {
    if (this.closing) return Promise.reject(databaseAway('The database is closed.'));
    const idle = this.idle.pop();
    if (idle !== undefined) {
      this.lent.add(idle.connection);
      return Promise.resolve(idle.connection);
    }
    if (this.waiting.size >= waitingMax)
      return Promise.reject(exhausted(`${waitingMax} pieces of work wait for it already`));
    return new Promise((resolve, reject) => {
      const waiter = { resolve, reject, timer: setTimeout(() => this.expire(waiter, timeoutMs), timeoutMs) };
      this.waiting.add(waiter);
      this.grow();
    });
  }

  /** Takes a connection back; one that is not usable is destroyed. */
  release(connection: Connection): void {
    this.lent.delete(connection);
    if (connection.usable) {
      this.offer(connection);
    } else {
      connection.destroy();
      this.grow();
    }
    this.noteDrained();
  }

  /** Takes a connection in that was made elsewhere. */
  adopt(connection: Connection): void {
    this.offer(connection);
  }

  /** Forgets an idle connection that has ended. */
  remove(connection: Connection): void {
    const index = this.idle.findIndex((entry) => entry.connection === connection);
    if (index >= 0) this.idle.splice(index, 1);
  }

  /** Destroys what is idle: when one connection gives no answer, the others are not to be trusted. */
  destroyIdle(): void {
    for (const { connection } of this.idle.splice(0)) connection.destroy();
  }

  stats(): PoolStats {
    return {
      total: this.idle.length + this.lent.size + this.connecting,
      idle: this.idle.length,
      waiting: this.waiting.size,
    };
  }

  /** Lets what was asked for finish, then ends every connection. */
  async close(): Promise<void> {
    this.closing = true;
    clearInterval(this.pruning);
    await new Promise<void>((resolve) => {
      this.onDrained = resolve;
      this.noteDrained();
    });
    await Promise.all(this.idle.splice(0).map(({ connection }) => connection.end()));
  }

  private offer(connection: Connection): void {
    const waiter = this.nextWaiter();
    if (waiter === undefined) {
      this.idle.push({ connection, since: performance.now() });
      return;
    }
    this.lent.add(connection);
    waiter.resolve(connection);
  }

  /** Opens as many connections as there is work for and room. */
  private grow(): void {
    if (this.pause !== undefined && this.hopeful) return;
    const room = this.options.sizeMax - this.lent.size - this.idle.length;
    const wanted = Math.min(this.waiting.size, room);
    while (this.connecting < wanted) void this.connect();
  }

  private async connect(): Promise<void> {
    this.connecting += 1;
    try {
      const connection = await this.options.connect();
      this.connecting -= 1;
      this.offer(connection);
    } catch (error) {
      this.connecting -= 1;
      this.connectFailed(error as Error);
    }
    this.noteDrained();
  }

  /** Without any connection, those that wait learn why. With some, they wait for these: a server without room for more still serves them. */
  private connectFailed(error: Error): void {
    if (this.hopeful) {
      this.pause ??= setTimeout(() => {
        this.pause = undefined;
        this.grow();
      }, pauseMs).unref();
      return;
    }
    for (let waiter = this.nextWaiter(); waiter !== undefined; waiter = this.nextWaiter())
      waiter.reject(error);
  }

  private expire(waiter: Waiter<Connection>, timeoutMs: number): void {
    this.waiting.delete(waiter);
    waiter.reject(
      this.reachable
        ? exhausted(`no connection came free within ${timeoutMs} ms`)
        : databaseAway(`The database could not be reached within ${timeoutMs} ms.`),
    );
    this.noteDrained();
  }

  /** Whether there is any connection. */
  private get reachable(): boolean {
    return this.lent.size + this.idle.length > 0;
  }

  /** Whether there is any connection, or may be soon. */
  private get hopeful(): boolean {
    return this.reachable || this.connecting > 0;
  }

  private nextWaiter(): Waiter<Connection> | undefined {
    const waiter = this.waiting.values().next().value;
    if (waiter === undefined) return undefined;
    this.waiting.delete(waiter);
    clearTimeout(waiter.timer);
    return waiter;
  }

  private prune(): void {
    const until = performance.now() - this.options.idleMsMax;
    // Those used longest ago are the first.
    while (this.idle.length > 1 && this.idle[0]!.since < until) void this.idle.shift()!.connection.end();
  }

  private noteDrained(): void {
    if (this.closing && this.waiting.size === 0 && this.lent.size === 0 && this.connecting === 0)
      this.onDrained();
  }
}

function exhausted(why: string): WeftError {
  const message = `All connections to the database are in use: ${why}.`;
  return new WeftError('RESOURCE_EXHAUSTED', 'DATABASE_POOL_EXHAUSTED', message, { retryDelayMs: 1000 });
}
