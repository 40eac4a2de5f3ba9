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
}

/**
 * The statement that puts events into the outbox, for the transaction that writes the state they tell of.
 * Needs `select weft_outbox_table();` in a migration. Under one tenant's scope, events of another are refused.
 */
export function outboxStatement(events: readonly OutboxEvent[]): Statement {
  const now = new Date();
  return {
    // The order of the rows is the order of the events: their sequence numbers follow it.
    text: `insert into outbox (id, subject, tenant_id, event_time, payload)
      select id, subject, tenant_id, event_time, payload
      from unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::bytea[])
        with ordinality as event (id, subject, tenant_id, event_time, payload, position)
      order by position`,
    values: [
      events.map(({ id }) => id),
      events.map(({ subject }) => subject),
      events.map(({ tenantId }) => tenantId),
      events.map(({ eventTime }) => eventTime ?? now),
      events.map(({ payload }) => payload),
    ],
  };
}
