import { type events } from '@weft/contracts';
import { alreadyExists, unavailable } from '@weft/errors';
import { type Logger } from '@weft/runtime';

import { type EventBus, type SubscribeOptions, type Subscription } from './event-bus';
import { InProcessConsumer, type InProcessConsumerSettings } from './in-process-consumer';

/** How the in-process bus works. */
export interface InProcessEventBusOptions {
  logger: Logger;
  /** The most events that wait in one consumer's queue: 10,000 by default. `publish` waits for room. */
  queueMax?: number;
  /** How often a batch, and then a single event, may fail before it is given up: 5 by default. */
  attemptsMax?: number;
  /** How long to wait after the first failure, in milliseconds: 100 by default. Doubles with each further one, up to 10 s. */
  retryDelayMs?: number;
  /** Told of each event that was given up. It is logged in any case. */
  onDeadLetter?(event: events.EventEnvelope, consumer: string, error: unknown): void;
}

/**
 * Makes a bus inside this process. It stores nothing: `publish` resolves when every consumer that listens has handled the events, so a
 * publisher that keeps them until then, as the outbox does, loses none when the process dies.
 */
export function createInProcessEventBus(options: InProcessEventBusOptions): EventBus {
  return new InProcessEventBus({ queueMax: 10_000, attemptsMax: 5, retryDelayMs: 100, ...options });
}

class InProcessEventBus implements EventBus {
  private readonly consumers = new Map<string, InProcessConsumer>();
  private closed = false;

  constructor(private readonly settings: InProcessConsumerSettings) {}

  async publish(published: events.EventEnvelope[]): Promise<void> {
    if (this.closed) throw closedError();
    await Promise.all([...this.consumers.values()].map((consumer) => consumer.deliver(published)));
  }

  async subscribe(options: SubscribeOptions): Promise<Subscription> {
    if (this.closed) throw closedError();
    const name = options.consumer;
    if (this.consumers.has(name)) throw alreadyExists('consumer', name);
    const consumer = new InProcessConsumer(options, this.settings);
    this.consumers.set(name, consumer);
    const close = async () => {
      if (this.consumers.get(name) === consumer) this.consumers.delete(name);
      await consumer.close();
    };
    return { close };
  }

  ready(): boolean {
    return !this.closed;
  }

  async close(): Promise<void> {
    this.closed = true;
    await Promise.all([...this.consumers.values()].map((consumer) => consumer.close()));
    this.consumers.clear();
  }
}

function closedError() {
  return unavailable('EVENT_BUS_CLOSED', 'The event bus is closed.');
}
