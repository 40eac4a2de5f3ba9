import { type EntryStore } from './entry-store';

/** So many tenants at once need no second count; beyond it all are forgotten and counted anew. */
const rememberedTenantsMax = 10_000;

/**
 * Keeps each tenant within its number of answers by removing the oldest.
 *
 * Counting rows for every answer would cost more than storing it, so an upper bound is kept in memory and rows are counted
 * only when it reaches the limit. Then a twentieth more than needed is removed, so that counting stays rare at the limit.
 */
export class TenantBound {
  /** How many answers a tenant has at most; replaced and purged ones are counted until the next look. */
  private readonly atMost = new Map<string, number>();
  private readonly trims = new Map<string, Promise<void>>();

  constructor(
    private readonly store: Pick<EntryStore, 'count' | 'removeOldest'>,
    private readonly maxEntries: number,
  ) {}

  /** Call after each answer kept: resolves when the tenant is within its bound. */
  async afterPut(tenantId: string): Promise<void> {
    for (;;) {
      const known = this.atMost.get(tenantId);
      if (known !== undefined && known < this.maxEntries) {
        this.atMost.set(tenantId, known + 1);
        return;
      }
      const running = this.trims.get(tenantId);
      if (running === undefined) return await this.startTrim(tenantId);
      // It may have counted before this answer was kept, so its result is looked at again.
      await running.catch(() => undefined);
    }
  }

  private startTrim(tenantId: string): Promise<void> {
    const trim = this.trim(tenantId).finally(() => this.trims.delete(tenantId));
    this.trims.set(tenantId, trim);
    return trim;
  }

  private async trim(tenantId: string): Promise<void> {
    const count = await this.store.count(tenantId);
    const excess = count - this.maxEntries;
    const removed =
      excess > 0 ? await this.store.removeOldest(tenantId, excess + Math.floor(this.maxEntries / 20)) : 0;
    if (this.atMost.size >= rememberedTenantsMax) this.atMost.clear();
    this.atMost.set(tenantId, count - removed);
  }
}
