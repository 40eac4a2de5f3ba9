import { type safety } from '@weft/contracts';
import { alreadyExists, notFound } from '@weft/errors';
import { type Database, type Statement } from '@weft/postgres';
import { builtInVersion, defaultPolicyName } from './default-policy';
import { builtInPolicy, policyOf, type PolicyRow, storedSpecOf } from './policy-rows';
import { type PolicyStore, type StoredPolicy } from './policy-store';

const columns = 'name, version, spec, create_time, update_time';
/** A row without a spec is a deleted policy, but for `default`. */
const present = `(spec is not null or name = '${defaultPolicyName}')`;

/** Keeps policies in the table `policies`. */
export class PostgresPolicyStore implements PolicyStore {
  constructor(private readonly database: Database) {}

  async create(tenantId: string, name: string, spec: safety.PolicySpec): Promise<StoredPolicy> {
    if (name === defaultPolicyName) throw alreadyExists('policy', name);
    const [row] = await this.database.query<PolicyRow>(
      tenantId,
      `insert into policies as p (tenant_id, name, version, spec) values ($1, $2, 1, $3::jsonb)
       on conflict (tenant_id, name) do update
         set version = p.version + 1, spec = excluded.spec, create_time = now(), update_time = now()
         where p.spec is null
       returning ${columns}`,
      [tenantId, name, storedSpecOf(spec)],
    );
    if (row === undefined) throw alreadyExists('policy', name);
    return policyOf(row);
  }

  async find(tenantId: string, name: string): Promise<StoredPolicy | undefined> {
    const { text, values } = selectOne(tenantId, name);
    const [row] = await this.database.query<PolicyRow>(tenantId, text, values);
    if (row !== undefined) return policyOf(row);
    return name === defaultPolicyName ? builtInPolicy : undefined;
  }

  async list(tenantId: string, afterName: string, limit: number): Promise<StoredPolicy[]> {
    const [others, ofDefault] = await this.database.batch(tenantId, [
      {
        text: `select ${columns} from policies
               where tenant_id = $1 and name > $2 and name <> $3 and spec is not null order by name limit $4`,
        values: [tenantId, afterName, defaultPolicyName, limit],
      },
      selectOne(tenantId, defaultPolicyName),
    ]);
    const policies = (others as unknown as PolicyRow[]).map(policyOf);
    if (afterName >= defaultPolicyName) return policies;
    const [row] = ofDefault as unknown as PolicyRow[];
    const place = policies.findIndex(({ name }) => name > defaultPolicyName);
    policies.splice(
      place === -1 ? policies.length : place,
      0,
      row === undefined ? builtInPolicy : policyOf(row),
    );
    return policies.slice(0, limit);
  }

  async update(tenantId: string, name: string, spec: safety.PolicySpec): Promise<StoredPolicy> {
    const values = [tenantId, name, storedSpecOf(spec)];
    const { text, parameters } =
      name === defaultPolicyName
        ? { text: upsertDefault, parameters: [...values, builtInVersion + 1] }
        : { text: updateOne, parameters: values };
    const [row] = await this.database.query<PolicyRow>(tenantId, text, parameters);
    if (row === undefined) throw notFound('policy', name);
    return policyOf(row);
  }

  async delete(tenantId: string, name: string): Promise<void> {
    const rows = await this.database.query(
      tenantId,
      // Restoring `default` changes what the policy does, so it makes the next version; deleting another
      // leaves nothing to have one.
      `update policies set spec = null, version = version + case when name = $3 then 1 else 0 end, update_time = now()
       where tenant_id = $1 and name = $2 and spec is not null returning 1`,
      [tenantId, name, defaultPolicyName],
    );
    if (rows.length === 0 && name !== defaultPolicyName) throw notFound('policy', name);
  }
}

const updateOne = `update policies set spec = $3::jsonb, version = version + 1, update_time = now()
  where tenant_id = $1 and name = $2 and spec is not null returning ${columns}`;

const upsertDefault = `insert into policies as p (tenant_id, name, version, spec) values ($1, $2, $4, $3::jsonb)
  on conflict (tenant_id, name) do update set version = p.version + 1, spec = excluded.spec, update_time = now()
  returning ${columns}`;

function selectOne(tenantId: string, name: string): Statement {
  return {
    text: `select ${columns} from policies where tenant_id = $1 and name = $2 and ${present}`,
    values: [tenantId, name],
  };
}
