import { type events } from '@weft/contracts';
import { WeftError } from '@weft/errors';
import { type Logger, metrics } from '@weft/runtime';

import { type Database } from '../database';
import { OutboxLease } from './outbox-lease';
import { OutboxRounds, type WaitingEvent } from './outbox-rounds';

/** What a relay works with. */
export interface OutboxRelayOptions {
  database: Database;
  /**
   * Hands events to the bus. They leave the outbox when it resolves; when it rejects they are tried again. INVALID_ARGUMENT says that the bus
   * will never take one of them.
   */
  publish(envelopes: events.EventEnvelope[]): Promise<void>;
  logger: Logger;
  /** Whose outbox it is, in metrics: none by default. */
  service?: string;
  /** The most events of one round: 500 by default. */
  batchSize?: number;
  /** How long to wait after a notice for more to come, in milliseconds: 25 by default. */
  lingerMs?: number;
  /** How often to look without a notice, in milliseconds: 1,000 by default. */
  pollIntervalMs?: number;
  /** How long to wait after the first failure, in milliseconds: 100 by default. Doubles with each further one, up to 10 s. */
  retryDelayMs?: number;
  /** How long after the death of the replica that relays another one may, in milliseconds: 5,000 by default. */
  leaseMs?: number;
  /** How often an event is tried by itself before it is put aside as one that the bus will never take: 5 by default. */
  attemptsMax?: number;
}

/**
 * Brings the events of a service's outbox to the bus, at least once and in the order in which each replica wrote them. Of the replicas of a
 * service one relays at a time; another takes over when it stops or dies.
 */
export interface OutboxRelay {
  /** Tells that a transaction with events was committed. */
  notify(): void;
  start(): void;
  /** Publishes what is there, trying once, and ends. */
  stop(): Promise<void>;
}

const retryDelayMsMax = 10_000;

/** The longest that a replica waits before it looks again whether it may relay, in milliseconds. */
const standbyMsMax = 1_000;

/**
 * Makes a relay. A death between publishing and deleting publishes again after the restart; nothing is lost. An event that the bus refuses with
 * INVALID_ARGUMENT is logged and moved to the table `outbox_dead`, after it was tried by itself; the others go on.
 */
export function createOutboxRelay(options: OutboxRelayOptions): OutboxRelay {
  return new Relay({
    batchSize: 500,
    lingerMs: 25,
    pollIntervalMs: 1000,
    retryDelayMs: 100,
    leaseMs: 5000,
    attemptsMax: 5,
    service: '',
    ...options,
  });
}

class Relay implements OutboxRelay {
  private readonly lease: OutboxLease;
  private readonly rounds: OutboxRounds;
  private notified = false;
  private stopping = false;
  private failures = 0;
  private running: Promise<void> | undefined;
  private wake: () => void = () => undefined;

  constructor(private readonly options: Required<OutboxRelayOptions>) {
    this.lease = new OutboxLease(options.leaseMs);
    this.rounds = new OutboxRounds(options.database, this.lease, options.batchSize);
    metrics.outboxFailures.begin(this.labels);
    metrics.outboxRefused.begin(this.labels);
  }

  notify(): void {
    this.notified = true;
    this.wake();
  }

  start(): void {
    this.running ??= this.run();
  }

  async stop(): Promise<void> {
    this.stopping = true;
    this.wake();
    await this.running;
  }

  private async run(): Promise<void> {
    while (!this.stopping) {
      await this.drain();
      if (this.stopping) break;
      if (this.failures > 0) await this.sleep(this.retryDelay());
      else if (this.lease.elsewhere) await this.sleep(this.standbyMs(), { throughNotices: true });
      else await this.waitForEvents();
    }
    this.failures = 0;
    await this.drain();
    // A lease that could not be given back ends by itself.
    await this.rounds.releaseLease().catch(() => undefined);
  }

  /** Runs rounds until the outbox is empty, another replica relays, or something fails. */
  private async drain(): Promise<void> {
    try {
      for (;;) {
        this.notified = false;
        const waiting = await this.rounds.next();
        if (waiting.length === 0) break;
        // An answer that took longer than the lease says nothing: another replica may be at it.
        if (this.lease.held) await this.publish(waiting);
      }
      this.failures = 0;
    } catch (error) {
      this.failures += 1;
      metrics.outboxFailures.add(1, this.labels);
      this.options.logger.warn(
        { err: error, failures: this.failures },
        'events wait in the outbox: the relay could not publish them',
      );
    }
  }

  /** Publishes, and keeps the lease meanwhile. */
  private async publish(waiting: WaitingEvent[]): Promise<void> {
    const renewal = setInterval(() => {
      // If it cannot be renewed, another replica goes on: that publishes twice and loses nothing.
      this.rounds.renewLease().catch(() => undefined);
    }, this.options.leaseMs / 3);
    try {
      await this.options.publish(waiting.map(({ envelope }) => envelope));
      this.rounds.notePublished(waiting);
      metrics.outboxPublished.add(waiting.length, this.labels);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      for (const event of waiting) await this.publishAlone(event);
    } finally {
      clearInterval(renewal);
    }
  }

  /** Publishes one event of which the bus may refuse to take it, ever; such an event is put aside. */
  private async publishAlone(event: WaitingEvent): Promise<void> {
    const { sequence, envelope } = event;
    for (let attempt = 1; ; attempt++) {
      try {
        await this.options.publish([envelope]);
        this.rounds.notePublished([event]);
        metrics.outboxPublished.add(1, this.labels);
        return;
      } catch (error) {
        if (!isRefusal(error)) throw error;
        if (attempt >= this.options.attemptsMax) {
          this.rounds.noteDead({ sequence, reason: error.reason });
          metrics.outboxRefused.add(1, this.labels);
          const { id, subject, tenantId } = envelope;
          this.options.logger.error(
            { err: error, event: { id, subject, tenantId } },
            'an event can never be published: it is put aside in the table outbox_dead',
          );
          return;
        }
        await this.sleep(this.options.retryDelayMs, { throughNotices: true });
      }
    }
  }

  private async waitForEvents(): Promise<void> {
    if (!this.notified) await this.sleep(this.options.pollIntervalMs);
    if (this.notified && !this.stopping) await this.sleep(this.options.lingerMs, { throughNotices: true });
  }

  private sleep(delayMs: number, { throughNotices = false } = {}): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.wake = () => undefined;
        resolve();
      };
      const timer = setTimeout(done, delayMs);
      this.wake = () => {
        if (this.stopping || !throughNotices) done();
      };
    });
  }

  private get labels() {
    return { 'weft.service': this.options.service };
  }

  private standbyMs(): number {
    return Math.min(this.options.leaseMs / 3, this.options.pollIntervalMs, standbyMsMax);
  }

  private retryDelay(): number {
    return Math.min(this.options.retryDelayMs * 2 ** (this.failures - 1), retryDelayMsMax);
  }
}

function isRefusal(error: unknown): error is WeftError {
  return error instanceof WeftError && error.code === 'INVALID_ARGUMENT';
}
