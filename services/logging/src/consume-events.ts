import { type events } from '@weft/contracts';
import { WeftError } from '@weft/errors';
import { openChildSpan } from '@weft/runtime';

import { traceOf } from './event-kinds';
import { type EventStore } from './event-store';
import { type RecordFeed } from './record-feed';

/**
 * Makes the handler of all events: stores what a batch of them leaves behind in one transaction, and then shows the records that are new to
 * those who follow. An event that comes again changes nothing.
 */
export function consumeEvents(store: EventStore, feed: RecordFeed) {
  return async (batch: events.EventEnvelope[]): Promise<void> => {
    const traces = batch.map(traceOf);
    const spans = batch.map(({ traceparent }, index) =>
      openChildSpan('write ledger', 'internal', traceparent, {
        'weft.ledger.rows': traces[index]!.ledgerRows.length,
      }),
    );
    try {
      feed.add(await store.store(traces));
    } catch (error) {
      for (const span of spans) span?.end(error instanceof WeftError ? error.reason : 'INTERNAL');
      throw error;
    }
    for (const span of spans) span?.end();
  };
}
