import { type EventTrace } from './event-kinds';
import { type LedgerRow } from './ledger';
import { type EventRecord } from './record';

/** What a batch of events left behind that was not there before. */
export interface Stored {
  records: EventRecord[];
  ledgerRows: LedgerRow[];
}

/** Keeps what events leave behind. */
export interface EventStore {
  /** Stores records and rows of the ledger in one transaction, of any tenants. What is there already stays as it is. */
  store(traces: readonly EventTrace[]): Promise<Stored>;
}
