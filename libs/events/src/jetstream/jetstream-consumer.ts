import { setTimeout as sleep } from 'node:timers/promises';

import { type SubscribeOptions, type Subscription } from '../event-bus';
import { ConsumerRun } from './consumer-run';
import { ensureConsumer } from './ensure-consumer';
import { type JetStreamSettings } from './jetstream-options';
import { type Session, type SessionKeeper } from './session-keeper';

const retryDelayMs = { first: 100, max: 5000 };
// A run that lasts so long was no failed start.
const steadyMs = 10_000;

/** A consumer of the JetStream bus: one run after the other, until it is closed. */
export class JetStreamConsumer implements Subscription {
  private readonly closing = new AbortController();
  private readonly running: Promise<void>;
  private run: ConsumerRun | undefined;

  constructor(
    private readonly keeper: SessionKeeper,
    private readonly options: SubscribeOptions,
    private readonly settings: JetStreamSettings,
  ) {
    this.running = this.supervise();
  }

  /** Lets the handler finish what it has begun, as long as there is time, and gives the rest back to the server. */
  async close(): Promise<void> {
    this.closing.abort();
    this.run?.stop();
    const waited = new AbortController();
    const timeUp = sleep(this.settings.closeWaitMs, 'time is up', { signal: waited.signal });
    const outcome = await Promise.race([this.running, timeUp.catch(() => undefined)]);
    waited.abort();
    if (outcome !== undefined) {
      const { consumer } = this.options;
      this.settings.logger.warn({ consumer }, 'a consumer was still busy with events when it had to end');
    }
  }

  private async supervise(): Promise<void> {
    const { signal } = this.closing;
    for (let failures = 0; ; failures++) {
      const session = await this.keeper.next(signal);
      if (!session) return;
      const startedAt = Date.now();
      const error = await this.consume(session);
      if (Date.now() - startedAt > steadyMs) failures = 0;
      if (error && !session.ended.aborted) this.report(error);
      const delayMs = Math.min(retryDelayMs.first * 2 ** failures, retryDelayMs.max);
      await sleep(delayMs, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Consumes until something ends it. Resolves with what went wrong, if anything did. */
  private async consume(session: Session): Promise<unknown> {
    const { consumer, subjects } = this.options;
    try {
      await ensureConsumer(session.manager, consumer, subjects, this.settings);
    } catch (error) {
      if (error instanceof Error && error.name === 'StreamNotFoundError') await session.repair();
      return error;
    }
    this.run = new ConsumerRun(session, this.options, this.settings);
    if (this.closing.signal.aborted) this.run.stop();
    return this.run.run();
  }

  private report(error: unknown): void {
    const { consumer } = this.options;
    this.settings.logger.warn({ err: error, consumer }, 'a consumer of events starts again');
  }
}
