import { type Logger, newId } from '@weft/runtime';
import { type ApiKeyStore } from './api-key-store';
import { secretDigest, visiblePrefix } from './key-secret';

/** A key that is to exist. */
export interface AdminKey {
  /** Any text of 16 characters or more. */
  secret: string;
  tenantId: string;
  scopes: readonly string[];
}

/**
 * Makes a key with a given secret unless it is there. A key that was revoked stays revoked: starting a gateway must not undo that.
 */
export async function ensureAdminKey(
  { secret, tenantId, scopes }: AdminKey,
  { store, storageSecret, logger }: { store: ApiKeyStore; storageSecret: string; logger: Logger },
): Promise<void> {
  const digest = secretDigest(secret, storageSecret);
  const found = await store.findBySecretDigest(digest);
  if (found?.key.revokeTime !== undefined) {
    logger.warn({ apiKeyId: found.key.id }, 'the admin key was revoked and stays so');
  }
  if (found !== undefined) return;
  const key = {
    id: newId(),
    tenantId,
    displayName: 'admin',
    prefix: visiblePrefix(secret),
    scopes,
    requestsPerMinute: 0,
    createTime: new Date(),
    expireTime: undefined,
    revokeTime: undefined,
  };
  const isNew = await store.insert(key, digest, 'gateway');
  // Another gateway that starts at the same time may have been faster.
  if (isNew) logger.info({ apiKeyId: key.id, tenantId }, 'the admin key was made');
}
