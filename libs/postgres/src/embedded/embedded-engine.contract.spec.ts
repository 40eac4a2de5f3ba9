import { silentLogger } from '@weft/runtime';

import { databaseEngineContract } from '../database-engine-contract';
import { createEmbeddedEngine } from './embedded-engine';

// A database takes a second to open, and more on a busy machine.
jest.setTimeout(30_000);

databaseEngineContract('the embedded engine', ({ transactionMsMax }) =>
  createEmbeddedEngine({ dataDir: 'memory', logger: silentLogger, transactionMsMax }),
);
