import { ALL_TENANTS, type Database, type Statement } from '@weft/postgres';

import { type EventTrace, runFinishedSubject } from './event-kinds';
import { type EventStore, type Stored } from './event-store';
import { type LedgerRow } from './ledger';
import { decimalOf } from './money';
import { type EventRecord } from './record';
import { storableJson } from './storable-json';

/** Statements of constant text, whatever the number of events: they stay prepared. */
const insertRecords = `
  insert into records (tenant_id, id, subject, event_time, run_id, detail)
  select tenant_id, id, subject, event_time, run_id, detail
  from jsonb_to_recordset($1::jsonb)
    as record (tenant_id text, id text, subject text, event_time timestamptz, run_id text, detail jsonb)
  order by tenant_id, id
  on conflict (tenant_id, id) do nothing
  returning tenant_id, id`;

/**
 * Goes before the records, so that it sees those of earlier batches alone: of several events that tell of the end of one run, only the first
 * is billed. Rows go in one order, so that two processes that store the same events wait for each other and not each for the other.
 */
const insertLedgerRows = `
  insert into usage_ledger (tenant_id, run_id, attempt, request_id, api_key_id, model, provider, assistant,
    input_tokens, output_tokens, cached_input_tokens, reasoning_tokens, estimated, outcome, start_time, end_time,
    cost, currency_code)
  select tenant_id, run_id, attempt, request_id, api_key_id, model, provider, assistant,
    input_tokens, output_tokens, cached_input_tokens, reasoning_tokens, estimated, outcome, start_time, end_time,
    cost, currency_code
  from jsonb_to_recordset($1::jsonb)
    as call (tenant_id text, run_id text, attempt integer, request_id text, api_key_id text, model text, provider text, assistant text,
      input_tokens bigint, output_tokens bigint, cached_input_tokens bigint, reasoning_tokens bigint, estimated boolean, outcome text,
      start_time timestamptz, end_time timestamptz, cost numeric, currency_code text)
  where not exists (
    select from records as earlier
    where earlier.tenant_id = call.tenant_id and earlier.run_id = call.run_id and earlier.run_id <> ''
      and earlier.subject = '${runFinishedSubject}')
  order by tenant_id, run_id, attempt
  on conflict (tenant_id, run_id, attempt) do nothing
  returning tenant_id, run_id, attempt`;

/** Keeps what events leave behind in PostgreSQL. */
export class PostgresEventStore implements EventStore {
  constructor(private readonly database: Database) {}

  async store(traces: readonly EventTrace[]): Promise<Stored> {
    const records = traces.map(({ record }) => record);
    const ledgerRows = firstOfEachRun(traces).flatMap((trace) => trace.ledgerRows);
    const calls: Statement = {
      text: insertLedgerRows,
      values: [storableJson(ledgerRows.map(ledgerColumns))],
    };
    const all: Statement = { text: insertRecords, values: [storableJson(records.map(recordColumns))] };
    const statements = ledgerRows.length > 0 ? [calls, all] : [all];
    // A batch holds events of several tenants.
    const inserted = await this.database.batch(ALL_TENANTS, statements);
    return {
      records: newOnes(records, recordColumns, inserted.at(-1)!),
      ledgerRows: ledgerRows.length > 0 ? newOnes(ledgerRows, ledgerColumns, inserted[0]!) : [],
    };
  }
}

/** The first of the events of a batch that tells of the end of each run. */
function firstOfEachRun(traces: readonly EventTrace[]): EventTrace[] {
  const seen = new Set<string>();
  return traces.filter(({ record: { tenantId, subject, runId } }) => {
    const run = `${tenantId}\0${runId}`;
    if (subject !== runFinishedSubject || seen.has(run)) return false;
    seen.add(run);
    return true;
  });
}

/** The first of each that was inserted, by the columns that the database answered with: one delivery may hold an event twice. */
function newOnes<Item, Columns extends object>(
  items: readonly Item[],
  columnsOf: (item: Item) => Columns,
  inserted: readonly Record<string, unknown>[],
): Item[] {
  const names = Object.keys(inserted[0] ?? {}) as (keyof Columns)[];
  const keyOf = (row: Columns) => names.map((name) => row[name]).join('\0');
  const keys = new Set(inserted.map((row) => keyOf(row as Columns)));
  return items.filter((item) => keys.delete(keyOf(columnsOf(item))));
}

function recordColumns(record: EventRecord) {
  return {
    tenant_id: record.tenantId,
    id: record.id,
    subject: record.subject,
    event_time: record.eventTime,
    run_id: record.runId,
    detail: record.detail,
  };
}

function ledgerColumns({ usage, ...row }: LedgerRow) {
  return {
    tenant_id: row.tenantId,
    run_id: row.runId,
    attempt: row.attempt,
    request_id: row.requestId,
    api_key_id: row.apiKeyId,
    model: row.model,
    provider: row.provider,
    assistant: row.assistant,
    input_tokens: usage.inputTokens,
    output_tokens: usage.outputTokens,
    cached_input_tokens: usage.cachedInputTokens,
    reasoning_tokens: usage.reasoningTokens,
    estimated: usage.estimated,
    outcome: row.outcome,
    start_time: row.startTime,
    end_time: row.endTime,
    cost: row.cost === undefined ? null : decimalOf(row.cost),
    currency_code: row.cost?.currencyCode ?? '',
  };
}
