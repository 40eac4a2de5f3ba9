import fc from 'fast-check';

import { ALL_TENANTS } from '../database';
import { type EngineStand, insertThing } from './engine-stand';

/** Whose rows are seen and written. */
export function tenantContract(stand: EngineStand): void {
  const { amounts } = stand;

  it('shows each tenant its own rows alone, without a filter in the SQL', async () => {
    await stand.database.query('acme', insertThing, ['acme', 'a', 1]);
    await stand.database.query('beta', insertThing, ['beta', 'a', 2]);
    expect([await amounts('acme'), await amounts('beta'), await amounts('gamma')]).toEqual([[1], [2], []]);
  });

  it('shows work across tenants the rows of all', async () => {
    await stand.database.query(ALL_TENANTS, insertThing, ['acme', 'a', 1]);
    await stand.database.query(ALL_TENANTS, insertThing, ['beta', 'a', 2]);
    expect(await amounts(ALL_TENANTS)).toEqual([1, 2]);
  });

  it('refuses to write a row of another tenant', async () => {
    await expect(stand.database.query('acme', insertThing, ['beta', 'a', 1])).rejects.toMatchObject({
      code: '42501',
    });
  });

  it('refuses to give a row to another tenant', async () => {
    await stand.database.query('acme', insertThing, ['acme', 'a', 1]);
    await expect(stand.database.query('acme', `update things set tenant_id = 'beta'`)).rejects.toMatchObject({
      code: '42501',
    });
  });

  it('holds inside a transaction too', async () => {
    await stand.database.query('acme', insertThing, ['acme', 'a', 1]);
    const seen = await stand.database.transaction('beta', (transaction) =>
      transaction.query('select * from things'),
    );
    expect(seen).toEqual([]);
  });

  it('keeps no tenant for the next piece of work, whatever the SQL before it set', async () => {
    await stand.database.query('acme', insertThing, ['acme', 'a', 1]);
    await stand.database.query(
      'acme',
      `select set_config('weft.tenant_id', 'acme', false), set_config('role', 'none', false)`,
    );
    expect(await amounts('beta')).toEqual([]);
  });

  it.each(['*', ''])('refuses "%s" as the id of a tenant', async (tenant) => {
    await expect(stand.database.query(tenant, 'select 1')).rejects.toMatchObject({ code: 'INTERNAL' });
  });

  it('touches no row of another tenant, whatever is done', async () => {
    const operation = fc.record({
      tenant: fc.constantFrom('acme', 'beta'),
      kind: fc.constantFrom('insert', 'add', 'delete', 'fail'),
      id: fc.constantFrom('a', 'b', 'c'),
      amount: fc.integer({ min: 1, max: 9 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(operation, { maxLength: 12 }), async (operations) => {
        await stand.database.query(ALL_TENANTS, 'delete from things');
        const model = { acme: new Map<string, number>(), beta: new Map<string, number>() };
        for (const { tenant, kind, id, amount } of operations) {
          const own = model[tenant as keyof typeof model];
          if (kind === 'insert') {
            await stand.database.query(
              tenant,
              `${insertThing} on conflict (tenant_id, id) do update set amount = excluded.amount`,
              [tenant, id, amount],
            );
            own.set(id, amount);
          } else if (kind === 'add') {
            await stand.database.query(tenant, 'update things set amount = amount + $1', [amount]);
            for (const [key, value] of own) own.set(key, value + amount);
          } else if (kind === 'delete') {
            await stand.database.query(tenant, 'delete from things where id = $1', [id]);
            own.delete(id);
          } else {
            await stand.database
              .query(tenant, 'update things set amount = amount / 0')
              .catch(() => undefined);
          }
        }
        for (const [tenant, rows] of Object.entries(model)) {
          const expected = [...rows]
            .sort(([left], [right]) => left.localeCompare(right))
            .map(([, amount]) => amount);
          expect(await amounts(tenant)).toEqual(expected);
        }
      }),
      { numRuns: 40 },
    );
  });
}
