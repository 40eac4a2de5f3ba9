import fc from 'fast-check';
import { TenantBound } from './tenant-bound';

/** Answers of tenants in memory, oldest first. */
class CountedEntries {
  readonly rows = new Map<string, number[]>();
  counts = 0;

  async put(tenantId: string, entry: number): Promise<void> {
    await Promise.resolve();
    this.rows.set(tenantId, [...(this.rows.get(tenantId) ?? []), entry]);
  }

  async count(tenantId: string): Promise<number> {
    this.counts += 1;
    await Promise.resolve();
    return this.rows.get(tenantId)?.length ?? 0;
  }

  async removeOldest(tenantId: string, count: number): Promise<number> {
    await Promise.resolve();
    const rows = this.rows.get(tenantId) ?? [];
    this.rows.set(tenantId, rows.slice(count));
    return Math.min(count, rows.length);
  }
}

describe('TenantBound', () => {
  it('keeps a tenant within its bound when answers come side by side', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 8 }),
        fc.array(fc.array(fc.constantFrom('acme', 'globex'), { maxLength: 12 }), { maxLength: 6 }),
        async (maxEntries, bursts) => {
          const entries = new CountedEntries();
          const bound = new TenantBound(entries, maxEntries);
          for (const burst of bursts) {
            await Promise.all(
              burst.map((tenantId, index) =>
                entries.put(tenantId, index).then(() => bound.afterPut(tenantId)),
              ),
            );
            for (const rows of entries.rows.values()) expect(rows.length).toBeLessThanOrEqual(maxEntries);
          }
        },
      ),
    );
  });

  it('removes the oldest and keeps the newest', async () => {
    const entries = new CountedEntries();
    const bound = new TenantBound(entries, 3);
    for (const entry of [1, 2, 3, 4, 5]) {
      await entries.put('acme', entry);
      await bound.afterPut('acme');
    }
    expect(entries.rows.get('acme')).toEqual([3, 4, 5]);
  });

  it('does not count for every answer', async () => {
    const entries = new CountedEntries();
    const bound = new TenantBound(entries, 100);
    for (let entry = 0; entry < 500; entry += 1) {
      await entries.put('acme', entry);
      await bound.afterPut('acme');
    }
    expect(entries.counts).toBeLessThan(100);
  });

  it('looks again after a removal that failed', async () => {
    const entries = new CountedEntries();
    const removeOldest = jest.spyOn(entries, 'removeOldest').mockRejectedValueOnce(new Error('lost'));
    const bound = new TenantBound(entries, 1);
    await entries.put('acme', 1);
    await bound.afterPut('acme');
    await entries.put('acme', 2);
    await expect(bound.afterPut('acme')).rejects.toThrow('lost');
    await entries.put('acme', 3);
    await bound.afterPut('acme');
    expect([removeOldest.mock.calls.length, entries.rows.get('acme')]).toEqual([2, [3]]);
  });
});
