import { alreadyExists, internal, notFound } from '@weft/errors';
import { type Database, isUniqueViolation, type Statement } from '@weft/postgres';
import {
  type NewVersion,
  type PromptStore,
  type StoredPrompt,
  type StoredVersion,
  type VersionSelector,
} from './prompt-store';
import { promptOf, type PromptRow, versionOf, type VersionRow } from './prompt-rows';

const promptColumns = `name, description, latest_version, create_time, update_time,
  (select coalesce(jsonb_object_agg(label, version), '{}') from prompt_labels l
   where l.tenant_id = prompts.tenant_id and l.prompt = prompts.name) as labels`;
const versionColumns = 'v.prompt, v.version, v.messages, v.variables_schema_json, v.digest, v.create_time';

const int32Max = 2_147_483_647;

/** Keeps prompts in the tables `prompts`, `prompt_versions` and `prompt_labels`. */
export class PostgresPromptStore implements PromptStore {
  constructor(private readonly database: Database) {}

  async createPrompt(tenantId: string, description: string, version: NewVersion) {
    try {
      const results = await this.database.batch(tenantId, [
        {
          text: `insert into prompts (tenant_id, name, description, latest_version, latest_digest) values ($1, $2, $3, 1, $4)`,
          values: [tenantId, version.prompt, description, version.digest],
        },
        insertLatest(tenantId, version),
        moveLabels(tenantId, version),
        selectPrompt(tenantId, version.prompt),
        selectLatest(tenantId, version),
      ]);
      return { prompt: only(results[3], promptOf), version: only(results[4], versionOf) };
    } catch (error) {
      if (isUniqueViolation(error)) throw alreadyExists('prompt', version.prompt);
      throw error;
    }
  }

  async getPrompt(tenantId: string, name: string): Promise<StoredPrompt> {
    const { text, values } = selectPrompt(tenantId, name);
    const [row] = await this.database.query<PromptRow>(tenantId, text, values);
    if (row === undefined) throw notFound('prompt', name);
    return promptOf(row);
  }

  async listPrompts(tenantId: string, afterName: string, limit: number): Promise<StoredPrompt[]> {
    const rows = await this.database.query<PromptRow>(
      tenantId,
      `select ${promptColumns} from prompts where tenant_id = $1 and name > $2 order by name limit $3`,
      [tenantId, afterName, limit],
    );
    return rows.map(promptOf);
  }

  async deletePrompt(tenantId: string, name: string): Promise<void> {
    const rows = await this.database.query(
      tenantId,
      'delete from prompts where tenant_id = $1 and name = $2 returning 1',
      [tenantId, name],
    );
    if (rows.length === 0) throw notFound('prompt', name);
  }

  async createVersion(tenantId: string, version: NewVersion): Promise<StoredVersion> {
    const { prompt, digest } = version;
    const results = await this.database.batch(tenantId, [
      // The lock makes additions to one prompt follow one another, so that each sees the number before its own.
      lockPrompt(tenantId, prompt),
      {
        text: `update prompts set latest_version = latest_version + 1, latest_digest = $3, update_time = now()
               where tenant_id = $1 and name = $2 and latest_digest <> $3`,
        values: [tenantId, prompt, digest],
      },
      insertLatest(tenantId, version),
      moveLabels(tenantId, version),
      selectLatest(tenantId, version),
    ]);
    if (results[0]?.length === 0) throw notFound('prompt', prompt);
    return only(results[4], versionOf);
  }

  /** One statement, so that a label that moves is seen either before or after, and at once. */
  async getVersion(tenantId: string, selector: VersionSelector): Promise<StoredVersion> {
    const [row] = await this.database.query<VersionRow | Record<keyof VersionRow, null>>(
      tenantId,
      `select ${versionColumns} from prompts p
       left join prompt_versions v on v.tenant_id = p.tenant_id and v.prompt = p.name and v.version = case
         when $3::int > 0 then $3
         when $4::text <> '' then (
           select l.version from prompt_labels l where l.tenant_id = $1 and l.prompt = $2 and l.label = $4)
         else p.latest_version end
       where p.tenant_id = $1 and p.name = $2`,
      [tenantId, selector.prompt, selector.version, selector.label],
    );
    if (row === undefined) throw notFound('prompt', selector.prompt);
    if (row.version === null) throw versionNotFound(selector);
    return versionOf(row);
  }

  async listVersions(
    tenantId: string,
    prompt: string,
    beforeVersion: number,
    limit: number,
  ): Promise<StoredVersion[]> {
    const rows = await this.database.query<VersionRow>(
      tenantId,
      `select ${versionColumns} from prompt_versions v
       where tenant_id = $1 and prompt = $2 and version < $3 order by version desc limit $4`,
      [tenantId, prompt, Math.min(beforeVersion, int32Max), limit],
    );
    if (rows.length === 0) await this.getPrompt(tenantId, prompt);
    return rows.map(versionOf);
  }

  async setLabel(tenantId: string, prompt: string, label: string, version: number): Promise<StoredPrompt> {
    const values = [tenantId, prompt, label, version];
    const [locked, versions, , prompts] = await this.database.batch(tenantId, [
      lockPrompt(tenantId, prompt),
      {
        text: 'select 1 from prompt_versions where tenant_id = $1 and prompt = $2 and version = $3',
        values: [tenantId, prompt, version],
      },
      {
        text: `with moved as (
                 insert into prompt_labels as l (tenant_id, prompt, label, version)
                 select tenant_id, prompt, $3, version from prompt_versions where tenant_id = $1 and prompt = $2 and version = $4
                 on conflict (tenant_id, prompt, label) do update set version = excluded.version where l.version <> excluded.version
                 returning prompt
               ) update prompts set update_time = now() where tenant_id = $1 and name in (select prompt from moved)`,
        values,
      },
      selectPrompt(tenantId, prompt),
    ]);
    if (locked?.length === 0) throw notFound('prompt', prompt);
    if (versions?.length === 0) throw versionNotFound({ prompt, version, label });
    return only(prompts, promptOf);
  }
}

function lockPrompt(tenantId: string, name: string): Statement {
  return {
    text: 'select 1 from prompts where tenant_id = $1 and name = $2 for update',
    values: [tenantId, name],
  };
}

/** Keeps the content under the number that its prompt says is the latest, unless it is there already. */
function insertLatest(
  tenantId: string,
  { prompt, digest, messages, variablesSchemaJson }: NewVersion,
): Statement {
  return {
    text: `insert into prompt_versions (tenant_id, prompt, version, messages, variables_schema_json, digest)
           select tenant_id, name, latest_version, $3::jsonb, $4, $5 from prompts where tenant_id = $1 and name = $2
           on conflict do nothing`,
    values: [tenantId, prompt, JSON.stringify(messages), variablesSchemaJson, digest],
  };
}

function moveLabels(tenantId: string, { prompt, labels }: NewVersion): Statement {
  return {
    text: `with moved as (
             insert into prompt_labels as l (tenant_id, prompt, label, version)
             select p.tenant_id, p.name, label, p.latest_version from prompts p, unnest($3::text[]) as label
             where p.tenant_id = $1 and p.name = $2
             on conflict (tenant_id, prompt, label) do update set version = excluded.version where l.version <> excluded.version
             returning prompt
           ) update prompts set update_time = now() where tenant_id = $1 and name in (select prompt from moved)`,
    values: [tenantId, prompt, [...new Set(labels)]],
  };
}

function selectPrompt(tenantId: string, name: string): Statement {
  return {
    text: `select ${promptColumns} from prompts where tenant_id = $1 and name = $2`,
    values: [tenantId, name],
  };
}

function selectLatest(tenantId: string, { prompt }: NewVersion): Statement {
  return {
    text: `select ${versionColumns} from prompts p
           join prompt_versions v on v.tenant_id = p.tenant_id and v.prompt = p.name and v.version = p.latest_version
           where p.tenant_id = $1 and p.name = $2`,
    values: [tenantId, prompt],
  };
}

function only<Row, Result>(rows: Record<string, unknown>[] | undefined, read: (row: Row) => Result): Result {
  const row = rows?.[0];
  if (row === undefined) throw internal('a row that was just written is not there');
  return read(row as Row);
}

function versionNotFound({ prompt, version, label }: VersionSelector): Error {
  return version > 0
    ? notFound('prompt version', `${prompt}@${version}`)
    : notFound('prompt label', `${prompt}@${label}`);
}
