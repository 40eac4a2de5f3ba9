export { type CacheConfig, loadCacheConfig } from './config';
export { cacheService } from './service';
