import { silentLogger } from '@weft/runtime';

import { ALL_TENANTS } from '../database';
import { type EngineStand } from './engine-stand';

/** What the statements of a service may not do. */
export function roleContract(stand: EngineStand): void {
  it.each([
    ['makes no tables', 'create table more (id text)'],
    ['changes no tables', 'alter table things disable row level security'],
    ['drops no policies', 'drop policy weft_tenant on things'],
    ['empties no tables', 'truncate things'],
    ['reads no migrations', 'select * from schema_migrations'],
    ['calls no functions of migrations', `select weft_tenant_table('things')`],
  ])('%s', async (_, text) => {
    await expect(stand.database.query(ALL_TENANTS, text)).rejects.toMatchObject({ code: '42501' });
  });

  it('reads no tables of another service', async () => {
    const other = await stand.engine.openSchema({ schema: 'contract_other', logger: silentLogger });
    await expect(other.query(ALL_TENANTS, 'select * from contract.things')).rejects.toMatchObject({
      code: '42501',
    });
  });
}
