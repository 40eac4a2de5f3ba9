import { orchestrator } from '@weft/contracts';
import { type Database } from '@weft/postgres';

/** Which runs a list keeps. */
export interface RunFilter {
  /** Empty keeps all. */
  assistant: string;
  /** UNSPECIFIED keeps all. */
  state: orchestrator.RunState;
}

const uuidPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Reads recorded runs: those that go on, in whichever process, as they were recorded last. Ids sort by time. */
export class RunStore {
  constructor(private readonly database: Database) {}

  async get(tenantId: string, id: string): Promise<orchestrator.Run | undefined> {
    if (!uuidPattern.test(id)) return undefined;
    const [row] = await this.database.query<{ record: Uint8Array }>(
      tenantId,
      'select record from runs where tenant_id = $1 and id = $2',
      [tenantId, id],
    );
    return row && orchestrator.Run.decode(row.record);
  }

  /** The newest runs older than `before`; without it the newest of all. */
  async list(
    tenantId: string,
    filter: RunFilter,
    before: string | undefined,
    limit: number,
  ): Promise<orchestrator.Run[]> {
    const rows = await this.database.query<{ record: Uint8Array }>(
      tenantId,
      `select record from runs
       where tenant_id = $1 and ($2 = '' or assistant = $2) and ($3::smallint = 0 or state = $3)
         and ($4::uuid is null or id < $4)
       order by id desc limit $5`,
      [tenantId, filter.assistant, filter.state, before ?? null, limit],
    );
    return rows.map(({ record }) => orchestrator.Run.decode(record));
  }

  /** Asks whoever runs it to cancel a run; its process sees that when it extends the lease. False when it does not go on. */
  async requestCancel(tenantId: string, id: string): Promise<boolean> {
    if (!uuidPattern.test(id)) return false;
    const rows = await this.database.query(
      tenantId,
      'update runs set cancel_requested = true where tenant_id = $1 and id = $2 and state = 1 returning id',
      [tenantId, id],
    );
    return rows.length > 0;
  }
}
