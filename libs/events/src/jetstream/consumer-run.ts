import { type Msg } from '@nats-io/transport-node';

import { BatchDelivery } from '../batch-delivery';
import { type SubscribeOptions } from '../event-bus';
import { subjectMatcher } from '../subject-matcher';
import { parseDeliveryInfo } from './delivery-info';
import { HeldEvent } from './held-event';
import { type JetStreamSettings } from './jetstream-options';
import { MessagePull } from './message-pull';
import { type Session } from './session-keeper';
import { wireNames } from './wire-subject';

/**
 * One consumer during one session: takes events from the server, hands them to the handler in batches, and answers for each. When the run
 * ends, each event that it held is handled, a dead letter, or the server's again.
 */
export class ConsumerRun {
  private readonly matches: (subject: string) => boolean;
  private readonly held = new Map<number, HeldEvent>();
  private readonly queue: HeldEvent[] = [];
  private readonly delivery: BatchDelivery<HeldEvent>;
  private readonly pull: MessagePull;
  private readonly keepAlive: NodeJS.Timeout;
  private readonly batchMax: number;
  private working: Promise<void> | undefined;
  private workingSince = 0;
  private ending = false;
  /** Settles when the run has to end: with the reason, or without one when the session is over. */
  private readonly over = Promise.withResolvers<Error | undefined>();

  constructor(
    private readonly session: Session,
    private readonly options: SubscribeOptions,
    private readonly settings: JetStreamSettings,
  ) {
    this.matches = subjectMatcher(options.subjects);
    this.batchMax = options.maxBatch ?? 100;
    this.delivery = new BatchDelivery(options, settings);
    this.pull = new MessagePull(session.connection, {
      stream: wireNames(settings.namespace).stream,
      consumer: options.consumer,
      heartbeatMs: settings.pingIntervalMs,
      onMessage: (message) => this.take(message),
      onDone: () => this.askForMore(),
      onFailure: (error) => this.over.resolve(error),
    });
    // Twice within the time that the server waits.
    this.keepAlive = setInterval(() => this.tellWorking(), settings.ackWaitMs / 3);
  }

  /** Runs until the session ends, the server stops delivering or `stop` is called. Resolves with what went wrong, if anything did. */
  async run(): Promise<Error | undefined> {
    const onEnd = () => {
      this.stop();
      // Nobody hears it any more, however long the handler takes.
      clearInterval(this.keepAlive);
    };
    this.session.ended.addEventListener('abort', onEnd, { once: true });
    if (this.session.ended.aborted) onEnd();
    this.askForMore();
    const failure = await this.over.promise;
    this.ending = true;
    this.delivery.close();
    this.giveBackQueue();
    await this.pull.stop();
    this.giveBackQueue();
    await this.working;
    clearInterval(this.keepAlive);
    this.session.ended.removeEventListener('abort', onEnd);
    return failure;
  }

  /** Lets the handler finish what it has begun, gives back the rest and ends. */
  stop(): void {
    this.over.resolve(undefined);
  }

  /** Asks for as much as there is room for: one batch to work on and one to go on with. */
  private askForMore(): void {
    const room = 2 * this.batchMax - this.held.size;
    if (!this.ending && room >= this.batchMax) this.pull.request(room);
  }

  private take(message: Msg): void {
    const info = parseDeliveryInfo(message.reply ?? '');
    if (!info) return;
    const known = this.held.get(info.streamSequence);
    if (known) return known.deliveredAgain(message.reply!);
    const event = new HeldEvent(message, info, {
      session: this.session,
      namespace: this.settings.namespace,
      consumer: this.options.consumer,
      logger: this.settings.logger,
      released: () => this.release(info.streamSequence),
    });
    this.held.set(info.streamSequence, event);
    if (!this.matches(event.event.subject)) return event.handled();
    this.queue.push(event);
    if (!this.ending) this.working ??= this.work();
  }

  private release(streamSequence: number): void {
    this.held.delete(streamSequence);
    this.askForMore();
  }

  /** Another replica gets it at once. */
  private giveBackQueue(): void {
    for (const event of this.queue.splice(0)) event.abandon();
  }

  private async work(): Promise<void> {
    // A turn later, so that what came in one packet goes together.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.queue.length > 0 && !this.ending) {
      this.workingSince = Date.now();
      await this.handOut(this.queue.splice(0, this.batchMax));
    }
    this.working = undefined;
    this.workingSince = 0;
  }

  private async handOut(batch: HeldEvent[]): Promise<void> {
    const { attemptsMax } = this.settings;
    const good = batch.filter(({ unreadable }) => unreadable === undefined);
    const usual = good.filter(({ earlierAttempts }) => earlierAttempts < attemptsMax);
    if (usual.length > 0) await this.delivery.handOut(usual);
    for (const event of batch) {
      if (event.unreadable) await this.delivery.putAside(event, event.unreadable);
      // Delivered so often without an answer: it may be what kills the process, and goes alone, after the others are safe.
      else if (event.earlierAttempts >= attemptsMax) await this.delivery.handOut([event]);
    }
  }

  private tellWorking(): void {
    for (const event of this.held.values()) event.working();
    const workingMs = Date.now() - this.workingSince;
    if (this.workingSince > 0 && workingMs > this.settings.ackWaitMs) {
      this.settings.logger.warn(
        { consumer: this.options.consumer, workingMs, events: this.held.size },
        'a consumer has been busy with one batch of events for long',
      );
    }
  }
}
