/** An API key, without its secret. */
export interface ApiKey {
  id: string;
  /** The tenant that every call with the key belongs to. */
  tenantId: string;
  /** A name for people. */
  displayName: string;
  /** The first characters of the secret, to recognize it by. */
  prefix: string;
  /** What it may do, such as `chat:write`; `*` is everything within the tenant. */
  scopes: readonly string[];
  /** The most requests in a minute; 0 means no limit. */
  requestsPerMinute: number;
  createTime: Date;
  /** When it ceases to work; undefined means never. */
  expireTime: Date | undefined;
  /** When it was revoked; undefined means it was not. */
  revokeTime: Date | undefined;
}
