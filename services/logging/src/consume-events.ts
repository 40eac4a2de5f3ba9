import { type events } from '@weft/contracts';

import { traceOf } from './event-kinds';
import { type EventStore } from './event-store';
import { type RecordFeed } from './record-feed';

/**
 * Makes the handler of all events: stores what a batch of them leaves behind in one transaction, and then shows the records that are new to
 * those who follow. An event that comes again changes nothing.
 */
export function consumeEvents(store: EventStore, feed: RecordFeed) {
  return async (batch: events.EventEnvelope[]): Promise<void> => {
    feed.add(await store.store(batch.map(traceOf)));
  };
}
