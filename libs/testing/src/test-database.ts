import { createEmbeddedEngine, type Database } from '@weft/postgres';
import { silentLogger } from '@weft/runtime';

/** A database in memory with one schema and its migrations. */
export interface TestDatabase {
  database: Database;
  close(): Promise<void>;
}

/** Opens a real database in memory. */
export async function openTestDatabase(options: {
  schema: string;
  migrationsFolder: string;
}): Promise<TestDatabase> {
  const engine = await createEmbeddedEngine({ dataDir: 'memory', logger: silentLogger });
  const database = await engine.openSchema({ ...options, logger: silentLogger });
  return { database, close: () => engine.close() };
}
