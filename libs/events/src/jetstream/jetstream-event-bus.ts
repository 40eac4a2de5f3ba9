import { type events } from '@weft/contracts';
import { alreadyExists, internal, unavailable } from '@weft/errors';

import { type EventBus, type SubscribeOptions, type Subscription } from '../event-bus';
import { ensureStreams } from './ensure-streams';
import { EventPublisher } from './event-publisher';
import { JetStreamConsumer } from './jetstream-consumer';
import {
  type JetStreamEventBusOptions,
  type JetStreamSettings,
  jetStreamSettings,
} from './jetstream-options';
import { SessionKeeper } from './session-keeper';
import { wireFilters, wireNames } from './wire-subject';

/**
 * Makes a bus over NATS JetStream. Resolves whether or not the server can be reached: until it can, `publish` rejects with UNAVAILABLE and
 * consumers wait. Rejects with INTERNAL for a URL or a namespace that is none.
 */
export async function createJetStreamEventBus(options: JetStreamEventBusOptions): Promise<EventBus> {
  const bus = new JetStreamEventBus(jetStreamSettings(options));
  await bus.start();
  return bus;
}

class JetStreamEventBus implements EventBus {
  private readonly keeper: SessionKeeper;
  private readonly publisher: EventPublisher;
  private readonly consumers = new Map<string, JetStreamConsumer>();
  private closed = false;

  constructor(private readonly settings: JetStreamSettings) {
    wireNames(settings.namespace);
    this.keeper = new SessionKeeper({
      ...settings,
      setUp: (manager) => ensureStreams(manager, settings),
    });
    this.publisher = new EventPublisher(settings);
  }

  async start(): Promise<void> {
    this.keeper.start();
    const session = await this.keeper.next(AbortSignal.timeout(this.settings.connectWaitMs));
    if (!session) {
      this.settings.logger.warn(
        { err: this.keeper.noSession() },
        'started without the event bus: events wait in the outbox until it can be reached',
      );
    }
  }

  async publish(published: events.EventEnvelope[]): Promise<void> {
    if (this.closed) throw closedError();
    const { session } = this.keeper;
    if (!session) throw this.keeper.noSession();
    await this.publisher.publish(session, published);
  }

  async subscribe(options: SubscribeOptions): Promise<Subscription> {
    if (this.closed) throw closedError();
    const name = options.consumer;
    if (!/^[\w-]{1,64}$/.test(name)) {
      throw internal(`The consumer's name '${name}' must be 1 to 64 letters, digits, '-' and '_'.`);
    }
    wireFilters(this.settings.namespace, options.subjects);
    if (this.consumers.has(name)) throw alreadyExists('consumer', name);
    const consumer = new JetStreamConsumer(this.keeper, options, this.settings);
    this.consumers.set(name, consumer);
    const close = async () => {
      await consumer.close();
      if (this.consumers.get(name) === consumer) this.consumers.delete(name);
    };
    return { close };
  }

  ready(): boolean {
    return !this.closed && this.keeper.session !== undefined;
  }

  async close(): Promise<void> {
    this.closed = true;
    await Promise.all([...this.consumers.values()].map((consumer) => consumer.close()));
    this.consumers.clear();
    await this.keeper.close();
  }
}

function closedError() {
  return unavailable('EVENT_BUS_CLOSED', 'The event bus is closed.');
}
