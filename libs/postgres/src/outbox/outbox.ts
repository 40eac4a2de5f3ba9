import { currentTraceparent, recordedTraceparent } from '@weft/runtime';

import { type Statement } from '../database';

/** An event that goes out after the transaction that wrote it. */
export interface OutboxEvent {
  id: string;
  /** `weft.<domain>.<event>.v1` */
  subject: string;
  tenantId: string;
  /** The encoded message of `weft.events.v1`. */
  payload: Uint8Array;
  /** When it happened: now if left out. */
  eventTime?: Date;
  /** The W3C trace context of the work that it tells of: the one that the call belongs to if left out. */
  traceparent?: string;
}

/**
 * The statement that puts events into the outbox, for the transaction that writes the state they tell of.
 * Needs `select weft_outbox_table();` in a migration. Under one tenant's scope, events of another are refused.
 */
export function outboxStatement(events: readonly OutboxEvent[]): Statement {
  const now = new Date();
  const current = currentTraceparent();
  return {
    // The order of the rows is the order of the events: their sequence numbers follow it.
    text: `insert into outbox (id, subject, tenant_id, event_time, payload, traceparent)
      select id, subject, tenant_id, event_time, payload, traceparent
      from unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::bytea[], $6::text[])
        with ordinality as event (id, subject, tenant_id, event_time, payload, traceparent, position)
      order by position`,
    values: [
      events.map(({ id }) => id),
      events.map(({ subject }) => subject),
      events.map(({ tenantId }) => tenantId),
      events.map(({ eventTime }) => eventTime ?? now),
      events.map(({ payload }) => payload),
      events.map(({ traceparent }) => recordedTraceparent(traceparent ?? current) ?? null),
    ],
  };
}
