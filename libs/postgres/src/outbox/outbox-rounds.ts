import { type events } from '@weft/contracts';

import { ALL_TENANTS, type Database, type Statement } from '../database';
import { type OutboxLease } from './outbox-lease';

/** An event that waits in the outbox. */
export interface WaitingEvent {
  sequence: number;
  envelope: events.EventEnvelope;
}

/** An event that the bus will never take, and the reason of its refusal. */
export interface DeadEvent {
  sequence: number;
  reason: string;
}

interface OutboxRow {
  sequence: number;
  id: string;
  subject: string;
  tenant_id: string;
  event_time: Date;
  payload: Uint8Array;
  traceparent: string | null;
}

/**
 * The relay's side of the database. A round is one transaction: it renews the lease if that is due, deletes what has been published, puts aside
 * what never will be, and reads what is next.
 */
export class OutboxRounds {
  private published: number[] = [];
  private dead: DeadEvent[] = [];

  constructor(
    private readonly database: Database,
    private readonly lease: OutboxLease,
    private readonly batchSize: number,
  ) {}

  notePublished(published: readonly WaitingEvent[]): void {
    for (const { sequence } of published) this.published.push(sequence);
  }

  noteDead(dead: DeadEvent): void {
    this.dead.push(dead);
  }

  /** What is next, in order; nothing while another replica relays. */
  async next(): Promise<WaitingEvent[]> {
    const { lease, published, dead } = this;
    const claims = lease.due;
    const statements: Statement[] = claims ? [lease.claim()] : [];
    if (published.length > 0) statements.push({ text: deletePublished, values: [published] });
    if (dead.length > 0)
      statements.push({
        text: putAside,
        values: [dead.map(({ sequence }) => sequence), dead.map(({ reason }) => reason)],
      });
    statements.push({ text: selectNext, values: [this.batchSize, lease.holder] });
    const sentTime = performance.now();
    const results = await this.database.batch(ALL_TENANTS, statements);
    this.published = [];
    this.dead = [];
    if (claims) lease.note(results[0]!, sentTime);
    return (results.at(-1) as unknown as OutboxRow[]).map(toWaitingEvent);
  }

  /** Renews the lease between rounds. */
  async renewLease(): Promise<void> {
    const sentTime = performance.now();
    const [rows] = await this.database.batch(ALL_TENANTS, [this.lease.claim()]);
    this.lease.note(rows!, sentTime);
  }

  async releaseLease(): Promise<void> {
    await this.database.batch(ALL_TENANTS, [this.lease.release()]);
  }
}

const deletePublished = 'delete from outbox where sequence = any($1::bigint[])';

const putAside = `with refused as (
    delete from outbox using unnest($1::bigint[], $2::text[]) as dead (sequence, reason)
    where outbox.sequence = dead.sequence
    returning outbox.sequence, id, subject, tenant_id, event_time, payload, reason
  )
  insert into outbox_dead (sequence, id, subject, tenant_id, event_time, payload, reason)
  select sequence, id, subject, tenant_id, event_time, payload, reason from refused
  on conflict (sequence) do nothing`;

const selectNext = `select sequence, id, subject, tenant_id, event_time, payload, traceparent from outbox
  where exists (select from outbox_lease where holder = $2 and expire_time > clock_timestamp())
  order by sequence limit $1`;

function toWaitingEvent(row: OutboxRow): WaitingEvent {
  const { buffer, byteOffset, byteLength } = row.payload;
  const envelope = {
    id: row.id,
    subject: row.subject,
    tenantId: row.tenant_id,
    eventTime: row.event_time,
    payload: Buffer.from(buffer, byteOffset, byteLength),
    ...(row.traceparent === null ? {} : { traceparent: row.traceparent }),
  };
  return { sequence: row.sequence, envelope };
}
