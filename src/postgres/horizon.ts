import { mayLaunch } from './our-processes.js';
import type { Queryable, Row } from './session.js';

/** Something whose old snapshot keeps dead rows from being removed, and rebuilds waiting. */
export interface HorizonHolder extends Row {
  readonly what: string;
  /** In transactions. */
  readonly xmin_age: number;
  /** For how long its transaction has been open; null for what has none. */
  readonly open_seconds: number | null;
  /** True for what has no session that would end: a slot, a prepared transaction. */
  readonly lasting: boolean;
  /** A session of pg-runbook, or a worker. */
  readonly ours: boolean;
}

/** Whose snapshots hold this database back, the oldest first. Takes no lock. */
export async function readHorizonHolders(db: Queryable): Promise<HorizonHolder[]> {
  return db.query<HorizonHolder>(
    `SELECT h.what, h.xmin_age, extract(epoch FROM clock_timestamp() - h.since)::float8 AS open_seconds, h.lasting, h.ours
       FROM (
       SELECT format('session pid %s (%s, %s), %s for %s', a.pid, a.usename,
                coalesce(nullif(a.application_name, ''), 'no application_name'), a.state,
                date_trunc('second', clock_timestamp() - a.xact_start)) AS what,
              age(a.backend_xmin) AS xmin_age, a.xact_start AS since, false AS lasting,
              a.application_name LIKE 'pg-runbook%' AND ${mayLaunch('a')} AS ours
         FROM pg_catalog.pg_stat_activity a
        WHERE a.backend_xmin IS NOT NULL AND a.datname = current_database()
          AND a.pid <> pg_catalog.pg_backend_pid()
          -- A VACUUM's own snapshot holds nobody back: neither another VACUUM nor a rebuild.
          AND NOT EXISTS (SELECT FROM pg_catalog.pg_stat_progress_vacuum v WHERE v.pid = a.pid)
       UNION ALL
       SELECT concat(format('replication slot %s (%s%s, ', s.slot_name, s.slot_type, ' of database ' || s.database),
                CASE WHEN s.active THEN format('in use by pid %s', s.active_pid) ELSE 'nobody reads it' END,
                CASE WHEN s.xmin IS NULL THEN '; holds back catalogs alone' END, ')'),
              greatest(age(s.xmin), age(s.catalog_xmin)), NULL, true, false
         FROM pg_catalog.pg_replication_slots s WHERE s.xmin IS NOT NULL OR s.catalog_xmin IS NOT NULL
       UNION ALL
       SELECT format('standby %s, by hot_standby_feedback', r.application_name), age(r.backend_xmin), NULL, false, false
         FROM pg_catalog.pg_stat_replication r WHERE r.backend_xmin IS NOT NULL
       UNION ALL
       SELECT format('prepared transaction %s (%s), for %s', p.gid, p.owner,
                date_trunc('second', clock_timestamp() - p.prepared)), age(p.transaction), p.prepared, true, false
         FROM pg_catalog.pg_prepared_xacts p WHERE p.database = current_database()) h
      ORDER BY h.xmin_age DESC NULLS LAST`,
  );
}
