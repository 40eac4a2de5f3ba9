import { ALL_TENANTS, type Database } from '@weft/postgres';
import { type EntryStore, type NewEntry, type StoredEntry } from './entry-store';

interface EntryRow {
  payload: Uint8Array;
  payload_type: string;
  create_time: Date;
  expire_time: Date;
}

/** Keeps answers in the table `entries`. */
export class PostgresEntryStore implements EntryStore {
  constructor(private readonly database: Database) {}

  async find(tenantId: string, keyDigest: Uint8Array): Promise<StoredEntry | undefined> {
    const [row] = await this.database.query<EntryRow>(
      tenantId,
      `select payload, payload_type, create_time, expire_time from entries
       where tenant_id = $1 and key_digest = $2 and expire_time > now()`,
      [tenantId, keyDigest],
    );
    return row === undefined
      ? undefined
      : {
          payload: row.payload,
          payloadType: row.payload_type,
          createTime: row.create_time,
          expireTime: row.expire_time,
        };
  }

  async put(tenantId: string, entry: NewEntry): Promise<void> {
    await this.database.query(
      tenantId,
      `insert into entries (tenant_id, key_digest, assistant, payload, payload_type, create_time, expire_time)
       values ($1, $2, $3, $4, $5, now(), now() + $6::float8 * interval '1 millisecond')
       on conflict (tenant_id, key_digest) do update
       set payload = excluded.payload, payload_type = excluded.payload_type,
           create_time = excluded.create_time, expire_time = excluded.expire_time`,
      [tenantId, entry.keyDigest, entry.assistant, entry.payload, entry.payloadType, entry.ttlMs],
    );
  }

  async purge(tenantId: string, assistant: string | undefined): Promise<number> {
    return this.removedBy(
      tenantId,
      `delete from entries where tenant_id = $1 and ($2::text is null or assistant = $2) returning 1`,
      [tenantId, assistant ?? null],
    );
  }

  async count(tenantId: string): Promise<number> {
    const [row] = await this.database.query<{ count: number }>(
      tenantId,
      'select count(*)::int as count from entries where tenant_id = $1',
      [tenantId],
    );
    return row?.count ?? 0;
  }

  async removeOldest(tenantId: string, count: number): Promise<number> {
    return this.removedBy(
      tenantId,
      `delete from entries where tenant_id = $1 and key_digest in (
         select key_digest from entries where tenant_id = $1 order by create_time, key_digest limit $2
       ) returning 1`,
      [tenantId, count],
    );
  }

  async removeExpired(limit: number): Promise<number> {
    // The outer condition spares an entry that was stored anew after the inner query chose it.
    return this.removedBy(
      ALL_TENANTS,
      `delete from entries where (tenant_id, key_digest) in (
         select tenant_id, key_digest from entries where expire_time <= now() order by expire_time limit $1
       ) and expire_time <= now() returning 1`,
      [limit],
    );
  }

  private async removedBy(
    scope: Parameters<Database['query']>[0],
    deletion: string,
    values: readonly unknown[],
  ): Promise<number> {
    const [row] = await this.database.query<{ count: number }>(
      scope,
      `with removed as (${deletion}) select count(*)::int as count from removed`,
      values,
    );
    return row?.count ?? 0;
  }
}
