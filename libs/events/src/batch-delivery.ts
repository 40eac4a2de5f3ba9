import { type events } from '@weft/contracts';
import { WeftError } from '@weft/errors';
import { type Logger, metrics } from '@weft/runtime';

import { type SubscribeOptions } from './event-bus';
import { EventObservations } from './event-observations';

/** An event on its way to one consumer. It ends once: handled, given up or abandoned. */
export interface Delivery {
  readonly event: events.EventEnvelope;
  /** How often it was handed out before, by whichever process, without being handled. */
  readonly earlierAttempts: number;
  /** Called each time the handler has failed on it, whatever the reason. */
  failed?(): void;
  /** Called once it is handled. */
  handled(): void;
  /** Makes it a dead letter. When that rejects it is tried again. */
  giveUp(error: unknown): void | Promise<void>;
  /** Called when the consumer ends before it is handled or given up; `cause` is why it last failed. */
  abandon(cause?: unknown): void;
}

/** How a consumer retries. */
export interface RetrySettings {
  logger: Logger;
  /** How often a batch, and then a single event, may fail. */
  attemptsMax: number;
  /** How long to wait after the first failure, in milliseconds. Doubles with each further one, up to 10 s. */
  retryDelayMs: number;
}

const retryDelayMsMax = 10_000;

/** Hands events to a consumer's handler, again and again until each is handled or is a dead letter. */
export class BatchDelivery<D extends Delivery> {
  private closing = false;
  private interruptWait: () => void = () => undefined;

  constructor(
    private readonly options: Pick<SubscribeOptions, 'consumer' | 'handle'>,
    private readonly settings: RetrySettings,
  ) {
    metrics.deadLetters.begin(this.labels);
  }

  /** From now on what is handed out is tried once, and what has failed is abandoned. */
  close(): void {
    this.closing = true;
    this.interruptWait();
  }

  /** Tries a batch until it is handled; after the last attempt halves it, which finds the event that fails. */
  async handOut(batch: D[]): Promise<void> {
    const { attemptsMax } = this.settings;
    const earlier = Math.max(...batch.map(({ earlierAttempts }) => earlierAttempts));
    // One failure of ours is needed in any case: a process that was stopped has delivered without failing.
    let failures = Math.min(earlier, attemptsMax - 1);
    for (let waits = 0; ; waits++) {
      const error = await this.attempt(batch);
      if (error === undefined) return;
      // What the consumer itself depends on is away: no event is to blame, and none is given up.
      if (!isTemporary(error.cause)) failures += 1;
      if (failures >= attemptsMax && !this.closing) return this.giveUp(batch, error.cause);
      await this.wait(waits);
      if (this.closing) return batch.forEach((delivery) => delivery.abandon(error.cause));
    }
  }

  private async giveUp(batch: D[], error: unknown): Promise<void> {
    if (batch.length === 1) return this.putAside(batch[0]!, error);
    const half = Math.ceil(batch.length / 2);
    for (const part of [batch.slice(0, half), batch.slice(half)]) {
      const failed = await this.attempt(part);
      if (failed === undefined) continue;
      if (part.length > 1 && !this.closing) await this.giveUp(part, failed.cause);
      else await this.handOut(part);
    }
  }

  /** Makes a dead letter of an event, however long that takes. */
  async putAside(delivery: D, error: unknown): Promise<void> {
    const { consumer } = this.options;
    for (let waits = 0; ; waits++) {
      try {
        await delivery.giveUp(error);
        return metrics.deadLetters.add(1, this.labels);
      } catch (cause) {
        this.settings.logger.warn(
          { err: cause, consumer, event: delivery.event.id },
          'a dead letter could not be stored',
        );
        await this.wait(waits);
        if (this.closing) return delivery.abandon(cause);
      }
    }
  }

  /** The failure of one attempt, wrapped because anything can be thrown. */
  private async attempt(batch: D[]): Promise<{ cause: unknown } | undefined> {
    const { consumer } = this.options;
    const observations = EventObservations.begin(
      consumer,
      batch.map(({ event }) => event),
    );
    try {
      await this.options.handle(observations.events);
    } catch (cause) {
      observations.failed(cause);
      this.settings.logger.warn(
        { err: cause, consumer, events: batch.length },
        'a consumer failed on a batch of events',
      );
      for (const delivery of batch) delivery.failed?.();
      return { cause };
    }
    observations.handled();
    for (const delivery of batch) delivery.handled();
    return undefined;
  }

  private get labels() {
    return { 'messaging.consumer.group.name': this.options.consumer };
  }

  private async wait(waits: number): Promise<void> {
    if (this.closing) return;
    const delayMs = Math.min(this.settings.retryDelayMs * 2 ** waits, retryDelayMsMax);
    await new Promise<void>((resolve) => {
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
