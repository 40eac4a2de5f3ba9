import { type Statement } from '@weft/postgres';
import { localSettings } from './vector-indexes';

/** The longest vectors that are indexed as they are; longer ones are indexed with half the precision, and their scores stay exact. */
const wholeDimensionsMax = 2000;
/** So many candidates the graph's search keeps for each that is asked for. What it found of 100,000 vectors: see the README. */
const candidatesPerResult = 2;
const candidatesMax = 1000;
/** So many vectors of others an iterative scan may pass before it gives up. */
export const scannedVectorsMax = 60_000;

/**
 * Settings for the transaction of an approximate search. The scan goes on where a filter has left too few. It may then meet nearer ones late,
 * which `strict_order` would leave out; here they count, since the result is sorted by score anyhow.
 */
export function approximateSettings(resultCount: number): Statement {
  return localSettings({
    'hnsw.iterative_scan': 'relaxed_order',
    'hnsw.ef_search': Math.min(resultCount * candidatesPerResult, candidatesMax),
    'hnsw.max_scan_tuples': scannedVectorsMax,
    'hnsw.scan_mem_multiplier': 4,
    // How many rows a tenant has differs by magnitudes: a plan for one is none for another.
    plan_cache_mode: 'force_custom_plan',
  });
}

/** The distance by which the index of a length is ordered. It must stand in the query as it does in the index. */
export function indexedDistance(dimensions: number, vector: string): string {
  const type = `${dimensions <= wholeDimensionsMax ? 'vector' : 'halfvec'}(${dimensions})`;
  return `(embedding::${type}) <=> ${vector}::${type}`;
}
