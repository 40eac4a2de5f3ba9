import { silentLogger } from '@weft/runtime';

import { type Database } from '../database';
import { type DatabaseEngine } from '../database-engine';
import { type MakeEngine } from './engine-stand';

/** What becomes of work when the engine is closed: on an engine of its own. */
export function closingContract(makeEngine: MakeEngine): void {
  let engine: DatabaseEngine;
  let database: Database;

  beforeAll(async () => {
    engine = await makeEngine({ transactionMsMax: 1000 });
    database = await engine.openSchema({ schema: 'contract', logger: silentLogger });
  });

  it('finishes the work it was asked for before', async () => {
    const asked = database.query('acme', 'select 1 as one');
    await engine.close();
    expect(await asked).toEqual([{ one: 1 }]);
  });

  it.each([
    ['queries', () => database.query('acme', 'select 1')],
    ['batches', () => database.batch('acme', [{ text: 'select 1' }])],
    ['transactions', () => database.transaction('acme', async () => undefined)],
    ['being ready', () => engine.checkReady()],
  ])('refuses %s with UNAVAILABLE', async (_, work) => {
    await engine.close();
    await expect(work()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });
}
