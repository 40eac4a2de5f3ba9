import { type Statement } from '@weft/postgres';
import { type EndedRow, type OpenRow } from './run-rows';

/** The subject of the event that tells of an ended run. */
export const runFinishedSubject = 'weft.orchestrator.run_finished.v1';

/** Who writes, and for how long what it writes is its own. */
export interface Ownership {
  owner: string;
  leaseMs: number;
}

/**
 * Rows of a statement as one array for each column. Inside a subquery an array is not looked at when the statement is planned: it is
 * planned once then, and not for each number of rows, which takes longer than the work.
 */
function columns(...types: string[]): string {
  return types.map((type, index) => `(select $${index + 1}::${type}[])`).join(', ');
}

/**
 * Writes runs as they stand and extends their leases. Answers with `{ id, cancel_requested }` of those that are written; a run that is
 * missing has ended, or is another's.
 */
export function saveRuns(rows: readonly OpenRow[], { owner, leaseMs }: Ownership): Statement {
  return {
    text: `insert into runs (tenant_id, id, assistant, state, record, draft, owner, lease_end_time)
      select tenant_id, id, assistant, 1, record, draft, $6, now() + $7::integer * interval '1 millisecond'
      from unnest(${columns('text', 'uuid', 'text', 'bytea', 'bytea')})
        as run (tenant_id, id, assistant, record, draft)
      on conflict (tenant_id, id) do update
      set record = excluded.record, draft = excluded.draft, lease_end_time = excluded.lease_end_time
      where runs.state = 1 and runs.owner = excluded.owner
      returning id, cancel_requested`,
    values: [
      rows.map(({ tenantId }) => tenantId),
      rows.map(({ id }) => id),
      rows.map(({ assistant }) => assistant),
      rows.map(({ record }) => record),
      rows.map(({ draft }) => draft),
      owner,
      leaseMs,
    ],
  };
}

const ending = `
  with ending as (
    select tenant_id, id, assistant, state, record, event_id, event_time, payload, traceparent, position
    from unnest(${columns('text', 'uuid', 'text', 'smallint', 'bytea', 'text', 'timestamptz', 'bytea', 'text')})
      with ordinality as run (tenant_id, id, assistant, state, record, event_id, event_time, payload, traceparent, position)
  )`;

/** Only a run that this very statement ends is told of. The order of the events is that of the runs. */
const told = `
  told as (
    insert into outbox (id, subject, tenant_id, event_time, payload, traceparent)
    select event_id, '${runFinishedSubject}', tenant_id, event_time, payload, traceparent
    from ending join ended using (tenant_id, id)
    order by position
  )`;

/**
 * Ends runs, each with its event, once: done again it changes nothing. Answers with `{ id }` of those that it ended; one that is
 * missing had ended before.
 */
export function endRuns(rows: readonly EndedRow[], owner: string): Statement {
  return {
    text: `${ending}, ended as (
        insert into runs (tenant_id, id, assistant, state, record, owner)
        select tenant_id, id, assistant, state, record, $10 from ending
        on conflict (tenant_id, id) do update
        set state = excluded.state, record = excluded.record, draft = null, lease_end_time = null
        where runs.state = 1 and runs.owner = excluded.owner
        returning runs.tenant_id, runs.id
      ), ${told}
      select id from ended`,
    values: [...endingValues(rows), owner],
  };
}

/** Of runs that have ended, those that their own process ended: `{ id }`. */
export function findEndedBy(rows: readonly EndedRow[], owner: string): Statement {
  return {
    text: `select id from runs join unnest($1::text[], $2::uuid[]) as run (tenant_id, id) using (tenant_id, id)
      where runs.state <> 1 and runs.owner = $3`,
    values: [rows.map(({ tenantId }) => tenantId), rows.map(({ id }) => id), owner],
  };
}

/**
 * Finds runs whose lease has passed, except those that the process itself still runs: `{ tenant_id, id, record, draft, found_time }`.
 * Time is the database's alone.
 */
export function findLostRuns(ownIds: readonly string[], limit: number): Statement {
  return {
    text: `select tenant_id, id, record, draft, now() as found_time from runs
      where state = 1 and lease_end_time < now() and not (id = any($1::uuid[]))
      order by lease_end_time limit $2`,
    values: [ownIds, limit],
  };
}

/** Ends runs whose lease has still passed, each with its event. Answers with `{ id }` of those that it ended. */
export function endLostRuns(rows: readonly EndedRow[]): Statement {
  return {
    text: `${ending}, lost as (
        select runs.tenant_id, runs.id from runs join ending using (tenant_id, id)
        where runs.state = 1 and runs.lease_end_time < now()
        for update of runs skip locked
      ), ended as (
        update runs set state = ending.state, record = ending.record, draft = null, lease_end_time = null, owner = ''
        from ending join lost using (tenant_id, id)
        where runs.tenant_id = ending.tenant_id and runs.id = ending.id
        returning runs.tenant_id, runs.id
      ), ${told}
      select id from ended`,
    values: endingValues(rows),
  };
}

function endingValues(rows: readonly EndedRow[]): unknown[] {
  return [
    rows.map(({ tenantId }) => tenantId),
    rows.map(({ id }) => id),
    rows.map(({ assistant }) => assistant),
    rows.map(({ state }) => state),
    rows.map(({ record }) => record),
    rows.map(({ eventId }) => eventId),
    rows.map(({ eventTime }) => eventTime),
    rows.map(({ payload }) => payload),
    rows.map(({ traceparent }) => traceparent ?? null),
  ];
}
