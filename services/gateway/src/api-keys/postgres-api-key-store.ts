import { events } from '@weft/contracts';
import {
  ALL_TENANTS,
  type Database,
  isUniqueViolation,
  outboxStatement,
  type Statement,
} from '@weft/postgres';
import { newId } from '@weft/runtime';
import { type ApiKey } from './api-key';
import { type ApiKeyStore } from './api-key-store';

interface ApiKeyRow {
  tenant_id: string;
  id: string;
  display_name: string;
  prefix: string;
  scopes: string[];
  requests_per_minute: number;
  create_time: Date;
  expire_time: Date | null;
  revoke_time: Date | null;
}

const columns =
  'tenant_id, id, display_name, prefix, scopes, requests_per_minute, create_time, expire_time, revoke_time';

/** Keeps keys in PostgreSQL. Each change and its event are one transaction. */
export function createPostgresApiKeyStore(database: Database): ApiKeyStore {
  return {
    async insert(key, secretDigest, createdBy) {
      const created = events.ApiKeyCreated.create({ apiKeyId: key.id, createdBy, scopes: [...key.scopes] });
      const event = outboxOf(
        key,
        'weft.gateway.api_key_created.v1',
        events.ApiKeyCreated.encode(created).finish(),
      );
      try {
        await database.batch(key.tenantId, [insertStatement(key, secretDigest), event]);
        return true;
      } catch (error) {
        if (isUniqueViolation(error)) return false;
        throw error;
      }
    },

    async find(tenantId, id) {
      const rows = await database.query<ApiKeyRow>(
        tenantId,
        `select ${columns} from api_keys where tenant_id = $1 and id = $2`,
        [tenantId, id],
      );
      return rows[0] && fromRow(rows[0]);
    },

    async list(tenantId, { after, limit }) {
      const rows = await database.query<ApiKeyRow>(
        tenantId,
        `select ${columns} from api_keys
         where tenant_id = $1 and ($2::timestamptz is null or (create_time, id) < ($2::timestamptz, $3::text))
         order by create_time desc, id desc
         limit $4`,
        [tenantId, after?.createTime ?? null, after?.id ?? null, limit],
      );
      return rows.map(fromRow);
    },

    revoke(tenantId, id, { time, revokedBy }) {
      return database.transaction(tenantId, async (transaction) => {
        const before = await transaction.query<ApiKeyRow>(
          `select ${columns} from api_keys where tenant_id = $1 and id = $2 for update`,
          [tenantId, id],
        );
        const found = before[0] && fromRow(before[0]);
        if (found === undefined || found.revokeTime !== undefined) return found;
        await transaction.query('update api_keys set revoke_time = $3 where tenant_id = $1 and id = $2', [
          tenantId,
          id,
          time,
        ]);
        const revoked = events.ApiKeyRevoked.create({ apiKeyId: id, revokedBy });
        const event = outboxOf(
          found,
          'weft.gateway.api_key_revoked.v1',
          events.ApiKeyRevoked.encode(revoked).finish(),
        );
        await transaction.query(event.text, event.values);
        return { ...found, revokeTime: time };
      });
    },

    async findBySecretDigest(secretDigest) {
      const rows = await database.query<ApiKeyRow & { secret_digest: Uint8Array }>(
        ALL_TENANTS,
        `select ${columns}, secret_digest from api_keys where secret_digest = $1`,
        [secretDigest],
      );
      return rows[0] && { key: fromRow(rows[0]), secretDigest: rows[0].secret_digest };
    },
  };
}

function insertStatement(key: ApiKey, secretDigest: Uint8Array): Statement {
  return {
    text: `insert into api_keys (${columns}, secret_digest) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    values: [
      key.tenantId,
      key.id,
      key.displayName,
      key.prefix,
      key.scopes,
      key.requestsPerMinute,
      key.createTime,
      key.expireTime ?? null,
      key.revokeTime ?? null,
      secretDigest,
    ],
  };
}

function outboxOf(key: ApiKey, subject: string, payload: Uint8Array): Statement {
  return outboxStatement([{ id: newId(), subject, tenantId: key.tenantId, payload }]);
}

function fromRow(row: ApiKeyRow): ApiKey {
  return {
    id: row.id,
    tenantId: row.tenant_id,
    displayName: row.display_name,
    prefix: row.prefix,
    scopes: row.scopes,
    requestsPerMinute: row.requests_per_minute,
    createTime: row.create_time,
    expireTime: row.expire_time ?? undefined,
    revokeTime: row.revoke_time ?? undefined,
  };
}
