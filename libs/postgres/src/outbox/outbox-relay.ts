import { type events } from '@weft/contracts';
import { type Logger } from '@weft/runtime';

import { ALL_TENANTS, type Database, type Statement } from './database';

/** What a relay works with. */
export interface OutboxRelayOptions {
  database: Database;
  /** Hands events to the bus. They leave the outbox when it resolves; when it rejects they are tried again. */
  publish(envelopes: events.EventEnvelope[]): Promise<void>;
  logger: Logger;
  /** The most events of one round: 500 by default. */
  batchSize?: number;
  /** How long to wait after a notice for more to come, in milliseconds: 25 by default. */
  lingerMs?: number;
  /** How often to look without a notice, in milliseconds: 1,000 by default. */
  pollIntervalMs?: number;
  /** How long to wait after the first failure, in milliseconds: 100 by default. Doubles with each further one, up to 10 s. */
  retryDelayMs?: number;
}

/** Brings the events of a service's outbox to the bus, in their order and at least once. */
export interface OutboxRelay {
  /** Tells that a transaction with events was committed. */
  notify(): void;
  start(): void;
  /** Publishes what is there, trying once, and ends. */
  stop(): Promise<void>;
}

interface OutboxRow {
  sequence: number;
  id: string;
  subject: string;
  tenant_id: string;
  event_time: Date;
  payload: Uint8Array;
}

const retryDelayMsMax = 10_000;

/**
 * Makes a relay. A round is one transaction: it deletes what the round before has published and reads what is next. A death between
 * publishing and deleting publishes again after the restart; nothing is lost.
 */
export function createOutboxRelay(options: OutboxRelayOptions): OutboxRelay {
  return new Relay({ batchSize: 500, lingerMs: 25, pollIntervalMs: 1000, retryDelayMs: 100, ...options });
}

class Relay implements OutboxRelay {
  private published: number[] = [];
  private notified = false;
  private stopping = false;
  private failures = 0;
  private running: Promise<void> | undefined;
  private wake: () => void = () => undefined;

  constructor(private readonly options: Required<OutboxRelayOptions>) {}

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
      else await this.waitForEvents();
    }
    this.failures = 0;
    await this.drain();
  }

  /** Runs rounds until the outbox is empty or something fails. */
  private async drain(): Promise<void> {
    try {
      for (;;) {
        this.notified = false;
        const rows = await this.nextRows();
        if (rows.length === 0) break;
        await this.options.publish(rows.map(toEnvelope));
        this.published = rows.map(({ sequence }) => sequence);
      }
      this.failures = 0;
    } catch (error) {
      this.failures += 1;
      this.options.logger.warn(
        { err: error, failures: this.failures },
        'events wait in the outbox: the relay could not publish them',
      );
    }
  }

  private async nextRows(): Promise<OutboxRow[]> {
    const statements: Statement[] = [{ text: selectNext, values: [this.options.batchSize] }];
    if (this.published.length > 0)
      statements.unshift({
        text: 'delete from outbox where sequence = any($1::bigint[])',
        values: [this.published],
      });
    const results = await this.options.database.batch(ALL_TENANTS, statements);
    this.published = [];
    return results.at(-1) as unknown as OutboxRow[];
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

  private retryDelay(): number {
    return Math.min(this.options.retryDelayMs * 2 ** (this.failures - 1), retryDelayMsMax);
  }
}

const selectNext =
  'select sequence, id, subject, tenant_id, event_time, payload from outbox order by sequence limit $1';

function toEnvelope(row: OutboxRow): events.EventEnvelope {
  const { buffer, byteOffset, byteLength } = row.payload;
  return {
    id: row.id,
    subject: row.subject,
    tenantId: row.tenant_id,
    eventTime: row.event_time,
    payload: Buffer.from(buffer, byteOffset, byteLength),
  };
}
