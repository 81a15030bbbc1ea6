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
  const horizon = await db.query<{ what: string }>(
    `SELECT h.what FROM (
       SELECT format('session pid %s (%s, %s) with a transaction open for %s', a.pid, a.usename,
                coalesce(nullif(a.application_name, ''), 'no application_name'),
                date_trunc('second', clock_timestamp() - a.xact_start)) AS what, age(a.backend_xmin) AS old
         FROM pg_catalog.pg_stat_activity a
        WHERE a.backend_xmin IS NOT NULL AND a.datname = current_database()
          AND a.xact_start < clock_timestamp() - $1 * interval '1 second'
       UNION ALL
       SELECT format('replication slot %s', s.slot_name), greatest(age(s.xmin), age(s.catalog_xmin))
         FROM pg_catalog.pg_replication_slots s WHERE s.xmin IS NOT NULL OR s.catalog_xmin IS NOT NULL
       UNION ALL
       SELECT format('standby %s, by hot_standby_feedback', r.application_name), age(r.backend_xmin)
         FROM pg_catalog.pg_stat_replication r WHERE r.backend_xmin IS NOT NULL
       UNION ALL
       SELECT format('prepared transaction %s (%s)', p.gid, p.owner), age(p.transaction)
         FROM pg_catalog.pg_prepared_xacts p
        WHERE p.database = current_database() AND p.prepared < clock_timestamp() - $1 * interval '1 second') h
      ORDER BY h.old DESC NULLS LAST`,
    [OLD_SECONDS],
  );
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
  return { horizon: horizon.map(({ what }) => what), invalidIndexes, autovacuum };
}
