import { type Environment, integerSetting, loadConfig } from '@weft/runtime';

/** Settings of the cache service. */
export interface CacheConfig {
  /** The most answers a tenant may keep; the oldest make room. */
  maxEntriesPerTenant: number;
  /** How often expired answers are removed. */
  sweepIntervalMs: number;
}

/** Reads the settings of the cache service. */
export function loadCacheConfig(env: Environment): CacheConfig {
  const settings = loadConfig(
    {
      WEFT_CACHE_MAX_ENTRIES_PER_TENANT: integerSetting({
        min: 1,
        max: 10_000_000,
        default: 10_000,
        description: 'the most answers a tenant may keep; the oldest make room for new ones',
      }),
      WEFT_CACHE_SWEEP_INTERVAL_MS: integerSetting({
        min: 10,
        max: 86_400_000,
        default: 60_000,
        description: 'how often expired answers are removed, in milliseconds',
      }),
    },
    env,
  );
  return {
    maxEntriesPerTenant: settings.WEFT_CACHE_MAX_ENTRIES_PER_TENANT,
    sweepIntervalMs: settings.WEFT_CACHE_SWEEP_INTERVAL_MS,
  };
}
