import { type Logger } from '@weft/runtime';

import { type Database } from './database';

/** Which schema to open. */
export interface OpenSchemaOptions {
  /** The service's schema: lower-case letters, digits and underscores, 40 at most. Its role is `weft_<schema>`. */
  schema: string;
  /** The folder of the service's migrations, `0001_<what>.sql` and so on; left out when there are none. */
  migrationsFolder?: string;
  logger: Logger;
}

/** What runs the SQL: PostgreSQL inside this process with one connection, or a PostgreSQL server. */
export type EngineKind = 'embedded' | 'server';

/** A place where schemas live: the embedded PGlite, or a pool of connections to a PostgreSQL server. */
export interface DatabaseEngine {
  readonly kind: EngineKind;
  /** Makes the schema, its role and the functions for migrations where they are missing, and applies what is new of the migrations. */
  openSchema(options: OpenSchemaOptions): Promise<Database>;
  /** Resolves when the database answers; rejects with UNAVAILABLE when it does not. */
  checkReady(): Promise<void>;
  /** Finishes the work that was asked for, writes everything down and closes. Later work is UNAVAILABLE. */
  close(): Promise<void>;
}
