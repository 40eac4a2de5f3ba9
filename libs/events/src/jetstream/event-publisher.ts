import { type events } from '@weft/contracts';

import { InFlightLimit } from './in-flight-limit';
import { type JetStreamSettings } from './jetstream-options';
import { outgoingEvent } from './outgoing-event';
import { publishError } from './publish-error';
import { type Session } from './session-keeper';
import { storeMessage } from './store-message';

const inFlightMax = 512;
const inFlightBytesMax = 8 * 1024 * 1024;

/** Stores events in the stream: many under way at once, and never more than a bounded number. */
export class EventPublisher {
  private readonly inFlight = new InFlightLimit(inFlightMax, inFlightBytesMax);

  constructor(private readonly settings: Pick<JetStreamSettings, 'namespace' | 'publishTimeoutMs'>) {}

  /**
   * Resolves when the server has stored every event. After the first that fails no other is sent; those that were already on their way may
   * be stored. They are all known by their ids when they are published again.
   */
  async publish(session: Session, published: readonly events.EventEnvelope[]): Promise<void> {
    const bytesMax = session.connection.info?.max_payload ?? Infinity;
    const outgoing = published.map((event) => outgoingEvent(this.settings.namespace, event, bytesMax));
    let failure: Error | undefined;
    const sent: Promise<void>[] = [];
    for (const event of outgoing) {
      await this.inFlight.enter(event.payload.length);
      if (failure) {
        this.inFlight.leave(event.payload.length);
        break;
      }
      const stored = storeMessage(session, event.wireSubject, event.payload, {
        msgID: event.id,
        timeout: this.settings.publishTimeoutMs,
      })
        .catch((error: unknown) => void (failure ??= publishError(error, event.id)))
        .finally(() => this.inFlight.leave(event.payload.length));
      sent.push(stored);
    }
    await Promise.all(sent);
    if (failure) throw failure;
  }
}
