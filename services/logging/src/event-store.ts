import { type EventTrace } from './event-kinds';
import { type EventRecord } from './record';

/** Keeps what events leave behind. */
export interface EventStore {
  /**
   * Stores records and rows of the ledger in one transaction, of any tenants. What is there already stays as it is.
   * Answers with the records that are new.
   */
  store(traces: readonly EventTrace[]): Promise<EventRecord[]>;
}
