import { ALL_TENANTS, type Database } from '@weft/postgres';
import { type Logger } from '@weft/runtime';

/** An index of the vectors of one length. */
export interface VectorIndex {
  /** How many vectors are in it, of all tenants, as the database last counted; 0 when it never has. */
  vectorCount: number;
}

/** The longest vectors that can be indexed. */
const dimensionsMax = 4000;
/** For so long what is known of an index is not looked up again. */
const knownMs = 60_000;
/** Making an index waits no longer for its turn, since whoever stores documents waits behind it. */
const lockTimeoutMs = 3000;
const buildTimeoutMs = 600_000;

/**
 * The approximate indexes of vectors (HNSW), one for each length. There are none on the embedded engine, where building them takes too long: all
 * search is exact there.
 */
export class VectorIndexes {
  private readonly known = new Map<number, { index: VectorIndex | undefined; untilMs: number }>();
  private readonly made = new Map<number, { done: Promise<void>; againMs: number }>();
  private supported: Promise<boolean> | undefined;

  constructor(
    private readonly database: Database,
    private readonly logger: Logger,
  ) {}

  /** Makes the index of vectors of that length if it is missing. Never rejects: without it search is exact, and slower. */
  ensure(dimensions: number): Promise<void> {
    let made = this.made.get(dimensions);
    if (made === undefined || performance.now() > made.againMs) {
      made = { done: this.make(dimensions), againMs: Infinity };
      this.made.set(dimensions, made);
    }
    return made.done;
  }

  /** The index of vectors of that length, if there is one. */
  async find(dimensions: number): Promise<VectorIndex | undefined> {
    const known = this.known.get(dimensions);
    if (known !== undefined && performance.now() < known.untilMs) return known.index;
    const index = (await this.isSupported()) ? await this.look(dimensions) : undefined;
    this.known.set(dimensions, { index, untilMs: performance.now() + knownMs });
    return index;
  }

  private async make(dimensions: number): Promise<void> {
    try {
      if (dimensions > dimensionsMax || !(await this.isSupported())) return;
      const limits = { statement_timeout: buildTimeoutMs, lock_timeout: lockTimeoutMs };
      await this.database.batch(ALL_TENANTS, [
        localSettings(limits),
        { text: 'select weft_vector_index($1::int)', values: [dimensions] },
      ]);
      this.known.delete(dimensions);
    } catch (error) {
      const made = this.made.get(dimensions);
      if (made !== undefined) made.againMs = performance.now() + knownMs;
      this.logger.warn({ err: error, dimensions }, 'an index of vectors could not be made');
    }
  }

  private async look(dimensions: number): Promise<VectorIndex | undefined> {
    const [row] = await this.database.query<{ tuples: number }>(
      ALL_TENANTS,
      `select reltuples::float8 as tuples from pg_class c join pg_index i on i.indexrelid = c.oid
       where c.oid = to_regclass($1) and i.indisvalid`,
      [`chunk_vectors_hnsw_${dimensions}`],
    );
    return row && { vectorCount: Math.max(row.tuples, 0) };
  }

  private isSupported(): Promise<boolean> {
    this.supported ??= this.database
      .query<{ supported: boolean }>(
        ALL_TENANTS,
        `select to_regprocedure('weft_vector_index(integer)') is not null as supported`,
      )
      .then(([row]) => row?.supported === true)
      .catch((error: unknown) => {
        this.supported = undefined;
        throw error;
      });
    return this.supported;
  }
}

/** Settings for the rest of the transaction. */
export function localSettings(settings: Record<string, string | number>): { text: string; values: string[] } {
  const values: string[] = [];
  const calls = Object.entries(settings).map(([name, value]) => {
    values.push(String(value));
    return `set_config('${name}', $${values.length}, true)`;
  });
  return { text: `select ${calls.join(', ')}`, values };
}
