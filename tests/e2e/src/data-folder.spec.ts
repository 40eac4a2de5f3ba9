import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startWeft, type WeftProcess } from './weft-process';

// Of the embedded database alone: a PostgreSQL server serves as many processes as there are.

let dataDir: string;
let first: WeftProcess;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'weft-e2e-'));
  first = await startWeft({ WEFT_DATA_DIR: dataDir });
});
afterAll(async () => {
  await first?.stop();
  await rm(dataDir, { recursive: true, force: true });
});

it('refuses a second process on the data folder of a running one', async () => {
  await expect(startWeft({ WEFT_DATA_DIR: dataDir })).rejects.toThrow(/locked|in use|another process/i);
});
