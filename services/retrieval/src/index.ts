export { PostgresSearchIndex, type SearchThresholds } from './postgres-search-index';
export { type IndexHit, type IndexQuery } from './search-index';
export { retrievalService } from './service';
export { type VectorIndex, VectorIndexes } from './vector-indexes';
