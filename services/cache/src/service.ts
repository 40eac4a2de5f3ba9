import { join } from 'node:path';
import { cache } from '@weft/contracts';
import { defineService } from '@weft/host';
import { implement } from '@weft/rpc';
import { createCacheHandler } from './cache-handler';
import { loadCacheConfig } from './config';
import { ExpiredEntrySweeper } from './expired-entry-sweeper';
import { PostgresEntryStore } from './postgres-entry-store';
import { TenantBound } from './tenant-bound';

/** Keeps whole answers under everything that shaped them. */
export const cacheService = defineService({
  name: 'cache',
  loadConfig: loadCacheConfig,
  migrationsFolder: join(__dirname, '..', 'migrations'),
  create({ config, logger, database }) {
    const store = new PostgresEntryStore(database);
    const bound = new TenantBound(store, config.maxEntriesPerTenant);
    const sweeper = new ExpiredEntrySweeper(store, logger, config.sweepIntervalMs);
    return {
      services: [implement(cache.CacheServiceDefinition, createCacheHandler(store, bound))],
      start: async () => sweeper.start(),
      stop: () => sweeper.stop(),
    };
  },
});
