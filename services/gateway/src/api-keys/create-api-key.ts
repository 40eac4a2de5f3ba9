import { internal, invalidField, WeftError } from '@weft/errors';
import { type Identity } from '@weft/rpc';
import { newId } from '@weft/runtime';
import { type ApiKey } from './api-key';
import { type ApiKeyStore } from './api-key-store';
import { newKeySecret, secretDigest, visiblePrefix } from './key-secret';
import { grants, tenantsAdminScope } from './scopes';

/** A key to be made. */
export interface NewApiKey {
  displayName: string;
  /** Empty takes those of the maker. */
  scopes: readonly string[];
  /** Empty takes that of the maker. */
  tenantId: string;
  requestsPerMinute: number;
  expireTime: Date | undefined;
}

/**
 * Makes a key. A tenant that had none comes into being with it.
 *
 * @throws WeftError PERMISSION_DENIED `SCOPE_MISSING` when the maker grants what it has not, or names another tenant without
 *   `tenants:admin`; INVALID_ARGUMENT when the key would be expired already
 */
export async function createApiKey(
  wanted: NewApiKey,
  maker: Identity,
  { store, storageSecret }: { store: ApiKeyStore; storageSecret: string },
): Promise<{ key: ApiKey; secret: string }> {
  const tenantId = wanted.tenantId === '' ? maker.tenantId : wanted.tenantId;
  if (tenantId !== maker.tenantId && !grants(maker.scopes, tenantsAdminScope)) {
    throw scopeMissing(tenantsAdminScope, `Making a key for the tenant '${tenantId}'`);
  }
  const scopes = [...new Set(wanted.scopes.length === 0 ? maker.scopes : wanted.scopes)];
  for (const scope of scopes)
    if (!grants(maker.scopes, scope)) throw scopeMissing(scope, `Granting '${scope}'`);
  const now = new Date();
  if (wanted.expireTime !== undefined && !(wanted.expireTime > now)) {
    throw invalidField('expire_time', 'must be in the future');
  }
  const secret = newKeySecret();
  const key: ApiKey = {
    id: newId(),
    tenantId,
    displayName: wanted.displayName,
    prefix: visiblePrefix(secret),
    scopes,
    requestsPerMinute: wanted.requestsPerMinute,
    createTime: now,
    expireTime: wanted.expireTime,
    revokeTime: undefined,
  };
  const isNew = await store.insert(key, secretDigest(secret, storageSecret), maker.principal.id);
  if (!isNew) throw internal('256 random bits came twice');
  return { key, secret };
}

function scopeMissing(scope: string, deed: string): WeftError {
  return new WeftError(
    'PERMISSION_DENIED',
    'SCOPE_MISSING',
    `${deed} needs the scope '${scope}', which this API key does not have.`,
    {
      metadata: { scope },
    },
  );
}
