/** An answer to keep. */
export interface NewEntry {
  /** SHA-256 of everything that shaped the answer; see `keyDigest`. */
  keyDigest: Uint8Array;
  assistant: string;
  payload: Uint8Array;
  payloadType: string;
  ttlMs: number;
}

/** An answer that is served. */
export interface StoredEntry {
  payload: Uint8Array;
  payloadType: string;
  createTime: Date;
  expireTime: Date;
}

/** Where answers are kept. The store's own clock decides what has expired, so that all replicas agree. */
export interface EntryStore {
  /** The answer under a key, unless there is none or it has expired. */
  find(tenantId: string, keyDigest: Uint8Array): Promise<StoredEntry | undefined>;
  /** Keeps an answer in place of one under the same key. */
  put(tenantId: string, entry: NewEntry): Promise<void>;
  /** Removes the answers of a tenant, or of one of its assistants. Resolves to how many. */
  purge(tenantId: string, assistant: string | undefined): Promise<number>;
  /** How many answers a tenant has, the expired ones that are still there included. */
  count(tenantId: string): Promise<number>;
  /** Removes the oldest answers of a tenant. Resolves to how many. */
  removeOldest(tenantId: string, count: number): Promise<number>;
  /** Removes expired answers of all tenants, at most `limit`. Resolves to how many. */
  removeExpired(limit: number): Promise<number>;
}
