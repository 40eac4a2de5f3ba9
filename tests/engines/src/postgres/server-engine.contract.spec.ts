import { createServerEngine } from '@weft/postgres';
import { databaseEngineContract } from '@weft/postgres/database-engine-contract';
import { silentLogger } from '@weft/runtime';

import { createOwnDatabase, type OwnDatabase } from './own-database.fixture';

const databases: OwnDatabase[] = [];

afterAll(async () => {
  for (const database of databases) await database.drop();
});

describe.each([
  ['with prepared statements', true],
  ['without prepared statements, as behind a pooler', false],
])('%s', (_, preparedStatements) => {
  databaseEngineContract('the server engine', async ({ transactionMsMax }) => {
    const database = await createOwnDatabase();
    databases.push(database);
    return await createServerEngine({
      databaseUrl: database.url,
      logger: silentLogger,
      transactionMsMax,
      preparedStatements,
    });
  });
});
