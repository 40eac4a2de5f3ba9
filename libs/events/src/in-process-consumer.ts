import { type events } from '@weft/contracts';
import { unavailable, type WeftError } from '@weft/errors';

import { BatchDelivery, type Delivery, type RetrySettings } from './batch-delivery';
import { type SubscribeOptions, type Subscription } from './event-bus';
import { subjectMatcher } from './subject-matcher';

/** How a consumer of the in-process bus works. */
export interface InProcessConsumerSettings extends RetrySettings {
  /** The most events that wait in a consumer's queue; `publish` waits for room. */
  queueMax: number;
  onDeadLetter?(event: events.EventEnvelope, consumer: string, error: unknown): void;
}

/** One consumer of the in-process bus: a bounded queue, and a loop that hands it out in batches. */
export class InProcessConsumer implements Subscription {
  private readonly matches: (subject: string) => boolean;
  private readonly delivery: BatchDelivery<Delivery>;
  private readonly queue: Delivery[] = [];
  private readonly waitingForRoom: (() => void)[] = [];
  private running: Promise<void> | undefined;
  private closing = false;

  constructor(
    private readonly options: SubscribeOptions,
    private readonly settings: InProcessConsumerSettings,
  ) {
    this.matches = subjectMatcher(options.subjects);
    this.delivery = new BatchDelivery(options, settings);
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
    this.delivery.close();
    await this.running;
  }

  private enqueue(event: events.EventEnvelope): Promise<Error | undefined> {
    if (this.closing) return Promise.resolve(closed());
    return new Promise((settle) => {
      this.queue.push({
        event,
        earlierAttempts: 0,
        handled: () => settle(undefined),
        giveUp: (error) => {
          this.reportDeadLetter(event, error);
          settle(undefined);
        },
        abandon: (cause) => settle(closed(cause)),
      });
      this.running ??= this.run();
    });
  }

  private async run(): Promise<void> {
    // A turn later, so that the events of one `publish` go together.
    await Promise.resolve();
    while (this.queue.length > 0) {
      const batch = this.queue.splice(0, this.options.maxBatch ?? 100);
      for (const wake of this.waitingForRoom.splice(0)) wake();
      await this.delivery.handOut(batch);
    }
    this.running = undefined;
  }

  private reportDeadLetter(event: events.EventEnvelope, error: unknown): void {
    const { consumer } = this.options;
    this.settings.logger.error(
      { err: error, consumer, event: event.id, subject: event.subject, tenant: event.tenantId },
      'an event could not be handled and is a dead letter',
    );
    this.settings.onDeadLetter?.(event, consumer, error);
  }
}

function closed(cause?: unknown): WeftError {
  return unavailable('EVENT_BUS_CLOSED', 'The event bus is closed.', { cause });
}
