import { newId } from '@weft/runtime';

import { type Statement } from '../database';

/**
 * The right to relay the outbox of a schema, which one replica has at a time. It is taken when there are events, and ends by the database's clock
 * unless it is renewed; here it counts from before it was asked for, so it is never thought to be held for longer than it is.
 */
export class OutboxLease {
  readonly holder = newId();
  private heldUntil = -Infinity;
  private heldElsewhere = false;

  /** @param leaseMs how long the lease lasts, in milliseconds */
  constructor(private readonly leaseMs: number) {}

  /** Whether this replica has the lease, as far as it can know. */
  get held(): boolean {
    return performance.now() < this.heldUntil;
  }

  /** Whether another replica had it when it was last asked for. */
  get elsewhere(): boolean {
    return this.heldElsewhere;
  }

  /** Whether it is time to take or renew it: two thirds before it ends, so that most rounds need not. */
  get due(): boolean {
    return performance.now() > this.heldUntil - (this.leaseMs * 2) / 3;
  }

  /** Takes the lease if there are events and it is free, or renews it. Returns who has it then, if anyone. */
  claim(): Statement {
    return { text: claimText, values: [this.holder, this.leaseMs] };
  }

  /** Notes what a claim that was sent at `sentTime`, by `performance.now()`, has brought. */
  note(rows: readonly Record<string, unknown>[], sentTime: number): void {
    const holder = rows[0]?.holder;
    this.heldUntil = holder === this.holder ? sentTime + this.leaseMs : -Infinity;
    this.heldElsewhere = holder !== undefined && holder !== this.holder;
  }

  /** Gives the lease back, so that the next replica need not wait for its end. */
  release(): Statement {
    this.heldUntil = -Infinity;
    return {
      text: `update outbox_lease set expire_time = '-infinity' where holder = $1`,
      values: [this.holder],
    };
  }
}

const claimText = `with claimed as (
    insert into outbox_lease (holder, expire_time)
    select $1::text, clock_timestamp() + $2::float8 * interval '1 millisecond' where exists (select from outbox)
    on conflict (singleton) do update set holder = excluded.holder, expire_time = excluded.expire_time
      where outbox_lease.holder = excluded.holder or outbox_lease.expire_time <= clock_timestamp()
    returning holder
  )
  select holder from claimed
  union all
  select holder from outbox_lease
  where holder <> $1 and expire_time > clock_timestamp() and not exists (select from claimed)`;
