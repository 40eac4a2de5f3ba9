import { loadCacheConfig } from './config';

describe('loadCacheConfig', () => {
  it('keeps 10,000 answers a tenant and sweeps every minute by default', () => {
    expect(loadCacheConfig({})).toEqual({ maxEntriesPerTenant: 10_000, sweepIntervalMs: 60_000 });
  });

  it('names the variable that is wrong', () => {
    expect(() => loadCacheConfig({ WEFT_CACHE_MAX_ENTRIES_PER_TENANT: '0' })).toThrow(
      /WEFT_CACHE_MAX_ENTRIES_PER_TENANT/,
    );
  });
});
