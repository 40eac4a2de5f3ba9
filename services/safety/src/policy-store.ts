import { type safety } from '@weft/contracts';

/** A policy as it is kept. */
export interface StoredPolicy {
  name: string;
  version: number;
  spec: safety.PolicySpec;
  createTime: Date | undefined;
  updateTime: Date | undefined;
}

/**
 * Keeps the policies of tenants. `default` is there for every tenant, whether it has been changed or not. A
 * name's versions only grow, over deletion too.
 */
export interface PolicyStore {
  /** Rejects with ALREADY_EXISTS if the name is taken. */
  create(tenantId: string, name: string, spec: safety.PolicySpec): Promise<StoredPolicy>;
  /** Answers undefined if there is none of that name. */
  find(tenantId: string, name: string): Promise<StoredPolicy | undefined>;
  /** Lists by name, after a name, at most `limit`. */
  list(tenantId: string, afterName: string, limit: number): Promise<StoredPolicy[]>;
  /** Rejects with NOT_FOUND if there is none of that name. */
  update(tenantId: string, name: string, spec: safety.PolicySpec): Promise<StoredPolicy>;
  /** Restores what `default` was at first. Rejects with NOT_FOUND if there is none of that name. */
  delete(tenantId: string, name: string): Promise<void>;
}
