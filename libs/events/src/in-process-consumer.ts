import { type events } from '@weft/contracts';
import { unavailable, WeftError } from '@weft/errors';
import { type Logger } from '@weft/runtime';

import { type SubscribeOptions, type Subscription } from './event-bus';
import { subjectMatcher } from './subject-matcher';

/** How a consumer retries. */
export interface DeliverySettings {
  logger: Logger;
  /** The most events that wait in a consumer's queue; `publish` waits for room. */
  queueMax: number;
  /** How often a batch, and then a single event, may fail. */
  attemptsMax: number;
  /** How long to wait after the first failure, in milliseconds. Doubles with each further one, up to 10 s. */
  retryDelayMs: number;
  onDeadLetter?(event: events.EventEnvelope, consumer: string, error: unknown): void;
}

interface Delivery {
  event: events.EventEnvelope;
  /** Called once it is handled or given up, or with why it is neither. */
  settle(failure?: Error): void;
}

const retryDelayMsMax = 10_000;

/** One consumer of the in-process bus: a bounded queue, and a loop that hands it out in batches. */
export class InProcessConsumer implements Subscription {
  private readonly matches: (subject: string) => boolean;
  private readonly queue: Delivery[] = [];
  private readonly waitingForRoom: (() => void)[] = [];
  private running: Promise<void> | undefined;
  private closing = false;
  private interruptWait: () => void = () => undefined;

  constructor(
    private readonly options: SubscribeOptions,
    private readonly settings: DeliverySettings,
  ) {
    this.matches = subjectMatcher(options.subjects);
  }

  /** Resolves when each of the events that the consumer listens to is handled or is a dead letter. */
  async deliver(published: readonly events.EventEnvelope[]): Promise<void> {
    // Failures are kept as values: one may come while this still waits for room.
    const handled: Promise<Error | undefined>[] = [];
    for (const event of published) {
      if (!this.matches(event.subject)) continue;
      while (this.queue.length >= this.settings.queueMax && !this.closing) {
        await new Promise<void>((resolve) => this.waitingForRoom.push(resolve));
      }
      handled.push(this.enqueue(event));
    }
    const failure = (await Promise.all(handled)).find((outcome) => outcome !== undefined);
    if (failure) throw failure;
  }

  /** Hands out what is queued, trying once, and ends. */
  async close(): Promise<void> {
    this.closing = true;
    this.interruptWait();
    await this.running;
  }

  private enqueue(event: events.EventEnvelope): Promise<Error | undefined> {
    if (this.closing) return Promise.resolve(closed());
    return new Promise((settle) => {
      this.queue.push({ event, settle });
      this.running ??= this.run();
    });
  }

  private async run(): Promise<void> {
    // A turn later, so that the events of one `publish` go together.
    await Promise.resolve();
    while (this.queue.length > 0) {
      const batch = this.queue.splice(0, this.options.maxBatch ?? 100);
      for (const wake of this.waitingForRoom.splice(0)) wake();
      await this.handOut(batch);
    }
    this.running = undefined;
  }

  /** Tries a batch until it is handled; after the last attempt halves it, which finds the event that fails. */
  private async handOut(batch: Delivery[]): Promise<void> {
    const { attemptsMax } = this.settings;
    let failures = 0;
    let waits = 0;
    for (;;) {
      const error = await this.attempt(batch);
      if (error === undefined) return;
      if (this.closing) return batch.forEach(({ settle }) => settle(closed(error.cause)));
      // What the consumer itself depends on is away: no event is to blame, and none is given up.
      if (!isTemporary(error.cause)) failures += 1;
      if (failures >= attemptsMax) return this.giveUp(batch, error.cause);
      await this.wait(waits++);
    }
  }

  private async giveUp(batch: Delivery[], error: unknown): Promise<void> {
    if (batch.length > 1) {
      const half = Math.ceil(batch.length / 2);
      for (const part of [batch.slice(0, half), batch.slice(half)]) {
        const failed = await this.attempt(part);
        if (failed === undefined) continue;
        if (part.length > 1) await this.giveUp(part, failed.cause);
        else await this.handOut(part);
      }
      return;
    }
    const [{ event, settle }] = batch as [Delivery];
    const { consumer } = this.options;
    this.settings.logger.error(
      { err: error, consumer, event: event.id, subject: event.subject, tenant: event.tenantId },
      'an event could not be handled and is a dead letter',
    );
    this.settings.onDeadLetter?.(event, consumer, error);
    settle();
  }

  /** The failure of one attempt, wrapped because anything can be thrown. */
  private async attempt(batch: Delivery[]): Promise<{ cause: unknown } | undefined> {
    try {
      await this.options.handle(batch.map(({ event }) => event));
    } catch (cause) {
      const { consumer } = this.options;
      this.settings.logger.warn(
        { err: cause, consumer, events: batch.length },
        'a consumer failed on a batch of events',
      );
      return { cause };
    }
    for (const { settle } of batch) settle();
    return undefined;
  }

  private wait(waits: number): Promise<void> {
    const delayMs = Math.min(this.settings.retryDelayMs * 2 ** waits, retryDelayMsMax);
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, delayMs);
      this.interruptWait = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

function isTemporary(error: unknown): boolean {
  return (
    error instanceof WeftError &&
    ['UNAVAILABLE', 'RESOURCE_EXHAUSTED', 'DEADLINE_EXCEEDED', 'ABORTED'].includes(error.code)
  );
}

function closed(cause?: unknown): WeftError {
  return unavailable('EVENT_BUS_CLOSED', 'The event bus is closed.', { cause });
}
