import { type events } from '@weft/contracts';
import { WeftError } from '@weft/errors';
import { openChildSpan } from '@weft/runtime';

import { traceOf } from './event-kinds';
import { type EventStore } from './event-store';
import { measureUsage } from './measure-usage';
import { type PriceList } from './price-list';
import { type RecordFeed } from './record-feed';

export interface EventConsumption {
  store: EventStore;
  feed: RecordFeed;
  prices: PriceList;
}

/**
 * Makes the handler of all events: stores what a batch of them leaves behind in one transaction, and then shows the records that are new to
 * those who follow. An event that comes again changes nothing.
 */
export function consumeEvents({ store, feed, prices }: EventConsumption) {
  return async (batch: events.EventEnvelope[]): Promise<void> => {
    const traces = batch.map((event) => traceOf(event, prices));
    const spans = batch.map(({ traceparent }, index) =>
      openChildSpan('write ledger', 'internal', traceparent, {
        'weft.ledger.rows': traces[index]!.ledgerRows.length,
      }),
    );
    try {
      const { records, ledgerRows } = await store.store(traces);
      feed.add(records);
      measureUsage(ledgerRows);
    } catch (error) {
      for (const span of spans) span?.end(error instanceof WeftError ? error.reason : 'INTERNAL');
      throw error;
    }
    for (const span of spans) span?.end();
  };
}
