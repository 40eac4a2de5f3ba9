/** The scope of background work that goes across tenants. Never for work that a caller asked for. */
export const ALL_TENANTS: unique symbol = Symbol('all tenants');

/** Whose rows a piece of work sees and changes: one tenant's, by its id, or everybody's. */
export type TenantScope = string | typeof ALL_TENANTS;

/** One SQL statement with its parameters `$1`, `$2`, … How values are passed: see the README. */
export interface Statement {
  text: string;
  values?: readonly unknown[];
}

/** What work inside a transaction can do. */
export interface Transaction {
  query<Row>(text: string, values?: readonly unknown[]): Promise<Row[]>;
}

/**
 * The database of one service: its schema, under its role. All work runs in a transaction that is bound to one tenant by row level
 * security, so SQL that forgets the tenant still touches nothing of another.
 *
 * Rejects with a `DatabaseError` (its `code` is the SQLSTATE), or with a `WeftError`: UNAVAILABLE when the database is closed, lost or out
 * of reach, with the reason `COMMIT_UNKNOWN` when only the data tells whether the work was committed; RESOURCE_EXHAUSTED when work waited too
 * long for its turn; DEADLINE_EXCEEDED when a statement or a transaction took too long; ABORTED when it gave way to other work each time it was
 * tried.
 */
export interface Database {
  /** Runs one statement in a transaction of its own. */
  query<Row>(tenant: TenantScope, text: string, values?: readonly unknown[]): Promise<Row[]>;
  /** Runs all statements in one transaction and one round trip; answers with the rows of each. */
  batch(tenant: TenantScope, statements: readonly Statement[]): Promise<Record<string, unknown>[][]>;
  /**
   * Runs work that needs answers between its statements. Commits when `work` resolves and rolls back when it rejects.
   * On an embedded database nothing else runs meanwhile: keep it short, and call no other service and no other method of the database inside.
   *
   * Work that PostgreSQL broke off for the sake of other work (a deadlock, a serialization failure) is rolled back and run again from its
   * start, up to three times. So it changes nothing but the database, and what it learns goes into what it resolves with.
   */
  transaction<T>(tenant: TenantScope, work: (transaction: Transaction) => Promise<T>): Promise<T>;
}
