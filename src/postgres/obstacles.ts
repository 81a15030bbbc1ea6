import { readHorizonHolders } from './horizon.js';
import type { Queryable, Row } from './session.js';

/** What may keep maintenance from bringing anything, or hold it up, as the catalogs show it now. */
export interface Obstacles {
  /** Snapshots older than a moment: VACUUM keeps what they see, and concurrent rebuilds wait for them. */
  readonly horizon: readonly string[];
  /** Invalid indexes of tables, by the table's OID. */
  readonly invalidIndexes: readonly { readonly table_oid: number; readonly index: string }[];
  /** Tables that autovacuum is at work on. */
  readonly autovacuum: readonly { readonly table_oid: number; readonly pid: number }[];
}

/** Younger transactions are everyday traffic. */
const OLD_SECONDS = 60;

/**
 * Looks for what is in the way of work on tables, by one query for each thing. Takes no lock.
 * @param tables OIDs.
 */
export async function readObstacles(db: Queryable, tables: readonly number[]): Promise<Obstacles> {
  if (tables.length === 0) return { horizon: [], invalidIndexes: [], autovacuum: [] };
  const holders = await readHorizonHolders(db);
  const old = holders.filter(({ open_seconds: open }) => open === null || open >= OLD_SECONDS);
  const invalidIndexes = await db.query<Row & { table_oid: number; index: string }>(
    `SELECT i.indrelid AS table_oid, format('%I.%I', n.nspname, c.relname) AS index
       FROM pg_catalog.pg_index i
       JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
       JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE NOT i.indisvalid AND c.relkind = 'i' AND i.indrelid = ANY ($1::oid[]) ORDER BY 2`,
    [tables],
  );
  const autovacuum = await db.query<Row & { table_oid: number; pid: number }>(
    `SELECT v.relid AS table_oid, v.pid FROM pg_catalog.pg_stat_progress_vacuum v
       JOIN pg_catalog.pg_stat_activity a ON a.pid = v.pid AND a.backend_type = 'autovacuum worker'
      WHERE v.relid = ANY ($1::oid[]) ORDER BY v.pid`,
    [tables],
  );
  return { horizon: old.map(({ what }) => what), invalidIndexes, autovacuum };
}
