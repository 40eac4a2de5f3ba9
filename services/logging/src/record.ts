/** Something that happened. */
export interface EventRecord {
  tenantId: string;
  /** The event's id. */
  id: string;
  subject: string;
  eventTime: Date;
  /** Empty for none. */
  runId: string;
  /** The event's fields; never content of prompts, answers or documents. */
  detail: Record<string, unknown>;
}

/** Which records a list or a tail keeps; empty keeps all. */
export interface RecordFilter {
  subject: string;
  runId: string;
}

/** The sort key of a record in a list, newest first. */
export interface RecordKey {
  eventTime: Date;
  id: string;
}

/** Reads records. */
export interface RecordStore {
  /** Lists records, newest first, after a key. */
  list(
    tenantId: string,
    filter: RecordFilter,
    page: { after: RecordKey | undefined; limit: number },
  ): Promise<EventRecord[]>;
}
