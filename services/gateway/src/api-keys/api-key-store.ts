import { type ApiKey } from './api-key';

/** A key as authentication finds it: with the digest of its secret. */
export interface StoredCredential {
  key: ApiKey;
  secretDigest: Uint8Array;
}

/** Where keys are kept. Every method but `findBySecretDigest` sees the keys of one tenant alone. */
export interface ApiKeyStore {
  /**
   * Keeps a new key.
   *
   * @returns false when a key with the same secret is there already
   */
  insert(key: ApiKey, secretDigest: Uint8Array, createdBy: string): Promise<boolean>;
  find(tenantId: string, id: string): Promise<ApiKey | undefined>;
  /** Keys newest first; `after` is the sort key of the last one seen. */
  list(tenantId: string, page: { after: KeySortKey | undefined; limit: number }): Promise<ApiKey[]>;
  /** Revokes a key; one that was revoked before is left as it is. Undefined if there is none. */
  revoke(
    tenantId: string,
    id: string,
    revocation: { time: Date; revokedBy: string },
  ): Promise<ApiKey | undefined>;
  /** Finds a key of whatever tenant: before a key is found there is no tenant. */
  findBySecretDigest(secretDigest: Uint8Array): Promise<StoredCredential | undefined>;
}

/** What keys are listed by. */
export interface KeySortKey {
  createTime: Date;
  id: string;
}
