import { silentLogger } from '@weft/runtime';

import { databaseEngineContract } from '../database-engine-contract';
import { createEmbeddedEngine } from './embedded-engine';

databaseEngineContract('the embedded engine', ({ transactionMsMax }) =>
  createEmbeddedEngine({ dataDir: 'memory', logger: silentLogger, transactionMsMax }),
);
