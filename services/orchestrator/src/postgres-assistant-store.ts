import { orchestrator } from '@weft/contracts';
import { alreadyExists, notFound, WeftError } from '@weft/errors';
import { type Database, isUniqueViolation } from '@weft/postgres';
import { type AssistantStore } from './assistant-store';

interface AssistantRow {
  name: string;
  version: number;
  spec: Uint8Array;
  create_time: Date;
  update_time: Date;
}

const columns = 'name, version, spec, create_time, update_time';

/** Keeps assistants in PostgreSQL: one row a version. */
export class PostgresAssistantStore implements AssistantStore {
  constructor(private readonly database: Database) {}

  async create(
    tenantId: string,
    name: string,
    spec: orchestrator.AssistantSpec,
  ): Promise<orchestrator.Assistant> {
    try {
      const [row] = await this.database.query<AssistantRow>(
        tenantId,
        `insert into assistants (tenant_id, name, version, spec, create_time)
         values ($1, $2, 1, $3, now()) returning ${columns}`,
        [tenantId, name, orchestrator.AssistantSpec.encode(spec).finish()],
      );
      return toAssistant(row!);
    } catch (error) {
      throw isUniqueViolation(error) ? alreadyExists('assistant', name) : error;
    }
  }

  async get(tenantId: string, name: string, version: number): Promise<orchestrator.Assistant> {
    const [row] = await this.database.query<AssistantRow>(
      tenantId,
      `select ${columns} from assistants
       where tenant_id = $1 and name = $2 and ($3::integer = 0 or version = $3)
       order by version desc limit 1`,
      [tenantId, name, version],
    );
    if (row === undefined) throw notFound('assistant', version === 0 ? name : `${name}@${version}`);
    return toAssistant(row);
  }

  async list(tenantId: string, after: string, limit: number): Promise<orchestrator.Assistant[]> {
    const rows = await this.database.query<AssistantRow>(
      tenantId,
      `select distinct on (name) ${columns} from assistants
       where tenant_id = $1 and name > $2 order by name, version desc limit $3`,
      [tenantId, after, limit],
    );
    return rows.map(toAssistant);
  }

  async update(
    tenantId: string,
    name: string,
    spec: orchestrator.AssistantSpec,
    expectedVersion: number,
  ): Promise<orchestrator.Assistant> {
    const [latest] = await this.database.query<AssistantRow>(
      tenantId,
      `select ${columns} from assistants where tenant_id = $1 and name = $2 order by version desc limit 1`,
      [tenantId, name],
    );
    if (latest === undefined) throw notFound('assistant', name);
    if (expectedVersion !== 0 && expectedVersion !== latest.version)
      throw changedMeanwhile(name, latest.version);
    try {
      const [row] = await this.database.query<AssistantRow>(
        tenantId,
        `insert into assistants (tenant_id, name, version, spec, create_time)
         values ($1, $2, $3, $4, $5) returning ${columns}`,
        [
          tenantId,
          name,
          latest.version + 1,
          orchestrator.AssistantSpec.encode(spec).finish(),
          latest.create_time,
        ],
      );
      return toAssistant(row!);
    } catch (error) {
      // Two updates at once: the key lets one of them through.
      throw isUniqueViolation(error) ? changedMeanwhile(name, latest.version + 1) : error;
    }
  }

  async delete(tenantId: string, name: string): Promise<void> {
    const rows = await this.database.query(
      tenantId,
      'delete from assistants where tenant_id = $1 and name = $2 returning version',
      [tenantId, name],
    );
    if (rows.length === 0) throw notFound('assistant', name);
  }
}

function changedMeanwhile(name: string, latest: number): WeftError {
  return new WeftError(
    'ABORTED',
    'ASSISTANT_CHANGED',
    `The assistant '${name}' is at version ${latest}. Read it again and repeat the change.`,
    { metadata: { latest_version: String(latest) } },
  );
}

function toAssistant(row: AssistantRow): orchestrator.Assistant {
  return {
    name: row.name,
    version: row.version,
    spec: orchestrator.AssistantSpec.decode(row.spec),
    createTime: row.create_time,
    updateTime: row.update_time,
  };
}
