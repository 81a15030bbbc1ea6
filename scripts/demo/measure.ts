import type { Client } from 'pg';

/** What the catalogs and the server's counters say of all tables of the shop together. */
export interface Measure {
  readonly deadRows: number;
  /** Rows changed since the last ANALYZE: what the statistics do not know. */
  readonly staleRows: number;
  readonly tableBytes: number;
  readonly indexBytes: number;
}

/** The ledger's own tables, in schema runbook, do not count. */
const MEASURE = `
  SELECT sum(pg_stat_get_dead_tuples(c.oid))::float8 AS "deadRows",
         sum(pg_stat_get_mod_since_analyze(c.oid))::float8 AS "staleRows",
         sum(pg_table_size(c.oid))::float8 AS "tableBytes",
         sum(pg_indexes_size(c.oid))::float8 AS "indexBytes"
    FROM pg_class c
   WHERE c.relkind IN ('r', 'm') AND c.relnamespace = 'public'::regnamespace`;

export async function measure(client: Client): Promise<Measure> {
  const { rows } = await client.query<Measure>(MEASURE);
  if (rows[0] === undefined) throw new Error('an aggregate gave no row');
  return rows[0];
}
