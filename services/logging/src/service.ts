import { join } from 'node:path';

import { logging } from '@weft/contracts';
import { defineService } from '@weft/host';
import { implement } from '@weft/rpc';

import { loadLoggingConfig } from './config';
import { consumeEvents } from './consume-events';
import { PostgresEventStore } from './postgres-event-store';
import { PostgresRecordStore } from './postgres-record-store';
import { PostgresUsageLedger } from './postgres-usage-ledger';
import { PriceList } from './price-list';
import { RecordFeed } from './record-feed';
import { createRecordHandler } from './record-handler';
import { createUsageHandler } from './usage-handler';

/** The contract's: a heartbeat comes after 10 s of silence. */
const heartbeatMs = 10_000;

/** Consumes the events of all services into records and the ledger of usage, and tells what they say. */
export const loggingService = defineService({
  name: 'logging',
  loadConfig: loadLoggingConfig,
  migrationsFolder: join(__dirname, '..', 'migrations'),
  async create({ config, database, events }) {
    const feed = new RecordFeed();
    const prices = new PriceList(config.prices);
    // Here and not at the start: a relay of another service may start before this service does. And without an end of its own: what other
    // services publish while they stop is still to be kept, and the bus ends it when it closes.
    await events.subscribe({
      consumer: 'logging',
      subjects: ['weft.>'],
      maxBatch: config.batchMax,
      handle: consumeEvents({ store: new PostgresEventStore(database), feed, prices }),
    });
    return {
      services: [
        implement(logging.UsageServiceDefinition, createUsageHandler(new PostgresUsageLedger(database))),
        implement(
          logging.RecordServiceDefinition,
          createRecordHandler({ store: new PostgresRecordStore(database), feed, heartbeatMs }),
        ),
      ],
    };
  },
});
