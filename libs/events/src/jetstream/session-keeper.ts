import { setTimeout as sleep } from 'node:timers/promises';

import { jetstream, type JetStreamClient, type JetStreamManager, jetstreamManager } from '@nats-io/jetstream';
import { type NatsConnection } from '@nats-io/transport-node';
import { unavailable, WeftError } from '@weft/errors';
import { type Logger } from '@weft/runtime';

import { type NatsServerOptions } from './jetstream-options';
import { openConnection } from './open-connection';
import { hostAndPort, parseNatsUrl } from './server-address';
import { untilAborted } from './until-aborted';

/** One connection to a server on which all streams are there. It ends once, for good, and another takes its place. */
export interface Session {
  readonly connection: NatsConnection;
  readonly client: JetStreamClient;
  readonly manager: JetStreamManager;
  /** Aborted when it ends. */
  readonly ended: AbortSignal;
  /** Sets up again what is missing on the server; ends the session when that fails. Never rejects. */
  repair(): Promise<void>;
  end(): void;
}

interface SessionKeeperOptions extends NatsServerOptions {
  logger: Logger;
  /** Makes on the server what has to be there. */
  setUp(manager: JetStreamManager): Promise<void>;
}

const retryDelayMs = { first: 100, max: 5000 };
const drainWaitMs = 2000;

/** Keeps a session with one of the servers, for ever, whatever becomes of them. Nothing it does rejects or throws. */
export class SessionKeeper {
  /** The session of now, if there is one. */
  session: Session | undefined;
  private readonly closing = new AbortController();
  private readonly waiting = new Set<() => void>();
  private readonly addresses;
  private lastError: unknown;
  private repairing: Promise<void> | undefined;
  private running: Promise<void> | undefined;

  /** Throws INTERNAL for a URL that is none. */
  constructor(private readonly options: SessionKeeperOptions) {
    this.addresses = parseNatsUrl(options.natsUrl);
  }

  start(): void {
    this.running ??= this.run();
  }

  /** The session of now, or the next one; undefined once the signal is aborted. */
  async next(signal: AbortSignal): Promise<Session | undefined> {
    while (!this.session && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const wake = () => {
          signal.removeEventListener('abort', wake);
          this.waiting.delete(wake);
          resolve();
        };
        signal.addEventListener('abort', wake);
        this.waiting.add(wake);
      });
    }
    return signal.aborted ? undefined : this.session;
  }

  /** Why there is no session: UNAVAILABLE, or FAILED_PRECONDITION when the server is too old. */
  noSession(): WeftError {
    if (this.lastError instanceof WeftError) return this.lastError;
    return unavailable('EVENT_BUS_UNAVAILABLE', 'The event bus cannot be reached.', {
      cause: this.lastError,
    });
  }

  /** Sends what is buffered and ends. */
  async close(): Promise<void> {
    this.closing.abort();
    this.session?.end();
    await this.running;
  }

  private async run(): Promise<void> {
    const { signal } = this.closing;
    for (let attempt = 0, failures = 0; !signal.aborted; attempt++) {
      const address = this.addresses[attempt % this.addresses.length]!;
      const server = hostAndPort(address);
      try {
        const opening = openConnection(address, this.options);
        const connection = await untilAborted(signal, opening);
        if (!connection) return void opening.then((late) => late.close()).catch(() => undefined);
        const session = await this.setUp(connection);
        this.options.logger.info({ server }, 'connected to the event bus');
        failures = 0;
        this.lastError = undefined;
        await this.serve(session);
        if (!signal.aborted) this.options.logger.warn({ server }, 'lost the connection to the event bus');
      } catch (error) {
        if (!signal.aborted) this.report(error, server);
      }
      const delayMs = Math.min(retryDelayMs.first * 2 ** failures++, retryDelayMs.max);
      // Between a half and the whole, so that a thousand clients do not come back at once.
      await sleep(delayMs * (0.5 + Math.random() / 2), undefined, { signal }).catch(() => undefined);
    }
  }

  private async setUp(connection: NatsConnection): Promise<Session> {
    try {
      const manager = await jetstreamManager(connection);
      await this.options.setUp(manager);
      const ended = new AbortController();
      const end = () => ended.abort();
      void connection.closed().then(end);
      void this.logServerErrors(connection).catch(() => undefined);
      const repair = () => this.repair(manager).catch(end);
      return { connection, client: jetstream(connection), manager, ended: ended.signal, repair, end };
    } catch (error) {
      await connection.close();
      throw error;
    }
  }

  /** Hands the session out until it ends. */
  private async serve(session: Session): Promise<void> {
    if (this.closing.signal.aborted) session.end();
    else this.session = session;
    for (const wake of [...this.waiting]) wake();
    await untilAborted(session.ended);
    this.session = undefined;
    const { connection } = session;
    if (!connection.isClosed()) {
      const waited = sleep(drainWaitMs, undefined, { ref: false });
      await Promise.race([connection.drain().catch(() => undefined), waited]);
    }
    await connection.close();
  }

  /** Once at a time, however many find that something is missing. */
  private async repair(manager: JetStreamManager): Promise<void> {
    this.repairing ??= this.options.setUp(manager).finally(() => (this.repairing = undefined));
    await this.repairing;
  }

  private report(error: unknown, server: string): void {
    const level = String(error) === String(this.lastError) ? 'debug' : 'warn';
    this.lastError = error;
    this.options.logger[level](
      { err: error, server },
      'the event bus cannot be reached; events wait in the outbox',
    );
  }

  private async logServerErrors(connection: NatsConnection): Promise<void> {
    for await (const status of connection.status()) {
      if (status.type === 'error')
        this.options.logger.warn({ err: status.error }, 'the event bus refused something');
    }
  }
}
