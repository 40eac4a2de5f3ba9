import { type Database } from '@weft/postgres';

import { type EventRecord, type RecordFilter, type RecordKey, type RecordStore } from './record';

interface RecordRow {
  tenant_id: string;
  id: string;
  subject: string;
  event_time: Date;
  run_id: string;
  detail: Record<string, unknown>;
}

/** Reads records from PostgreSQL. */
export class PostgresRecordStore implements RecordStore {
  constructor(private readonly database: Database) {}

  async list(
    tenantId: string,
    filter: RecordFilter,
    { after, limit }: { after: RecordKey | undefined; limit: number },
  ): Promise<EventRecord[]> {
    const conditions = ['tenant_id = $1'];
    const values: unknown[] = [tenantId, limit];
    const add = (condition: (...places: string[]) => string, ...given: unknown[]) =>
      conditions.push(condition(...given.map((value) => `$${values.push(value)}`)));
    if (filter.subject !== '') add((subject) => `subject = ${subject}`, filter.subject);
    // The index of runs holds rows with a run alone, and is used only by a condition that says so.
    if (filter.runId !== '') add((runId) => `run_id = ${runId} and run_id <> ''`, filter.runId);
    if (after)
      add((time, id) => `(event_time, id) < (${time}::timestamptz, ${id}::text)`, after.eventTime, after.id);
    const rows = await this.database.query<RecordRow>(
      tenantId,
      `select tenant_id, id, subject, event_time, run_id, detail from records
       where ${conditions.join(' and ')} order by event_time desc, id desc limit $2`,
      values,
    );
    return rows.map(toRecord);
  }
}

function toRecord(row: RecordRow): EventRecord {
  return {
    tenantId: row.tenant_id,
    id: row.id,
    subject: row.subject,
    eventTime: row.event_time,
    runId: row.run_id,
    detail: row.detail,
  };
}
