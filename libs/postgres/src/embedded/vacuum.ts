import { type PGlite } from '@electric-sql/pglite';

/** A table that has changed so much that its dead rows or its statistics matter. Thresholds as autovacuum has them by default. */
const worn = `
  select format('%I.%I', schemaname, relname) as name
  from pg_stat_user_tables
  where n_dead_tup > 50 + 0.2 * n_live_tup or n_mod_since_analyze > 50 + 0.1 * n_live_tup
  order by n_dead_tup desc`;

/** The tables to vacuum, most dead rows first. PGlite has no autovacuum, and an outbox is a table of dead rows. */
export async function wornTables(pglite: PGlite): Promise<string[]> {
  const { rows } = await pglite.query<{ name: string }>(worn);
  return rows.map(({ name }) => name);
}

/** Frees the dead rows of a table and renews its statistics. */
export async function vacuumTable(pglite: PGlite, name: string): Promise<void> {
  await pglite.exec(`vacuum (analyze) ${name}`);
}
