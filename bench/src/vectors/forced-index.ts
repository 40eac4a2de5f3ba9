import { type Database, type Statement } from '@weft/postgres';

/** A database whose batches go by the index of vectors, also where PostgreSQL would find another way quicker. */
export interface ForcedIndex extends Database {
  /** How many batches there were: an approximate search is one, an exact one is none. */
  batches(): number;
  /** Whether the plan of the last batch went by the index. */
  wentByIndex(): Promise<boolean>;
}

const noOtherWay: Statement = {
  text: `select set_config('enable_sort', 'off', true), set_config('enable_seqscan', 'off', true),
    set_config('enable_bitmapscan', 'off', true)`,
};

export function forceIndex(database: Database): ForcedIndex {
  let batches = 0;
  let last: { tenant: Parameters<Database['batch']>[0]; statements: readonly Statement[] } | undefined;
  return {
    query: (tenant, text, values) => database.query(tenant, text, values),
    transaction: (tenant, work) => database.transaction(tenant, work),
    async batch(tenant, statements) {
      batches += 1;
      last = { tenant, statements };
      const [, ...results] = await database.batch(tenant, [noOtherWay, ...statements]);
      return results;
    },
    batches: () => batches,
    async wentByIndex() {
      if (last === undefined) return false;
      const search = last.statements.at(-1)!;
      const explain = { ...search, text: `explain ${search.text}` };
      const results = await database.batch(last.tenant, [
        noOtherWay,
        ...last.statements.slice(0, -1),
        explain,
      ]);
      return JSON.stringify(results.at(-1)).includes('chunk_vectors_hnsw');
    },
  };
}
