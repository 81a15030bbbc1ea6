import type { Residue } from '../generated/report.v1.js';
import { dropInvalidIndex, REBUILD_SUFFIX } from '../postgres/invalid-index.js';
import type { Queryable, Row } from '../postgres/session.js';

/** More of a kind says nothing more. */
const MOST = 100;

/** What has ended a moment ago may still be on its way out. */
const SETTLES_WITHIN = '5 seconds';

/** Engines ask the server something every second or more often, in ms. */
const SILENT_FOR_MS = 60_000;

/**
 * Invalid indexes that nobody works on: builders and VACUUM hold SHARE UPDATE EXCLUSIVE on the table, which
 * every role sees. Ours are those that a worker of an attempt was seen to build or to replace.
 */
const INVALID_INDEXES = `
  SELECT 'invalid_index' AS kind, x.name, NULL::int AS pid, NULL::text AS backend_start,
         NULL::text AS application_name, u.attempt_id IS NOT NULL AS ours,
         CASE WHEN u.attempt_id IS NOT NULL THEN concat('left by the ', CASE WHEN c.relname ~ '${REBUILD_SUFFIX}' THEN 'rebuild' ELSE 'build' END, ' of attempt ', u.attempt_id)
              WHEN c.relname ~ '_ccnew[0-9]*$' THEN 'the new index of a REINDEX CONCURRENTLY that failed'
              WHEN c.relname ~ '_ccold[0-9]*$' THEN 'the old index of a REINDEX CONCURRENTLY that was interrupted'
              ELSE 'a CREATE INDEX CONCURRENTLY that failed or was interrupted' END AS origin,
         concat('DROP INDEX CONCURRENTLY ', x.name) AS advice
    FROM pg_catalog.pg_index i
    JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
   CROSS JOIN LATERAL (SELECT format('%I.%I', n.nspname, c.relname) AS name) x
    LEFT JOIN LATERAL (
      SELECT a.attempt_id FROM runbook.attempt a JOIN runbook.task t USING (run_id, step_id, task_no)
       WHERE c.oid::bigint = ANY (a.built_indexes)
         AND (c.relname ~ '${REBUILD_SUFFIX}' OR runbook.creates_index(t.plan, i.indrelid, c.relname))
         AND t.plan -> 'targets' @> jsonb_build_array(jsonb_build_object('table_oid', i.indrelid::bigint))
       ORDER BY a.recorded_at DESC LIMIT 1) u ON true
   WHERE NOT i.indisvalid AND c.relkind = 'i' AND c.relpersistence <> 't'
     AND NOT EXISTS (
       SELECT FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_database d ON d.oid = l.database
        WHERE d.datname = current_database() AND l.locktype = 'relation' AND l.relation = i.indrelid
          AND l.granted AND l.mode = 'ShareUpdateExclusiveLock')`;

/** Workers that no engine and no supervisor looks after. Those of attempts that have ended are given up. */
const WORKERS = `
  SELECT 'worker', format('pid %s (%s)', p.pid, p.application_name), p.pid, p.backend_start::text, p.application_name,
         coalesce(runbook.is_final(a.status), false),
         CASE WHEN a.attempt_id IS NULL THEN 'no run in this ledger knows it'
              WHEN runbook.is_final(a.status) THEN format('its run has given it up as %s', a.status)
              ELSE format('the engine of run %s is gone', a.run_id) END,
         CASE WHEN a.attempt_id IS NULL THEN format('SELECT pg_cancel_backend(%s)', p.pid)
              ELSE format('pg-runbook resume %1$s, or pg-runbook cancel %1$s', a.run_id) END
    FROM pg_catalog.pg_stat_activity p
    LEFT JOIN LATERAL (
      SELECT u.* FROM runbook.attempt u
       WHERE (u.pid, u.backend_start) = (p.pid, p.backend_start)
          OR (u.run_id = split_part(p.application_name, '/', 2) AND u.application_name = p.application_name
              AND u.status = 'pending')
       ORDER BY u.attempt_no DESC LIMIT 1) a ON true
   WHERE p.backend_type = 'pg_background' AND p.datname = current_database()
     -- SQL that a worker runs may have given it another name.
     AND (starts_with(p.application_name, 'pg-runbook/') OR a.attempt_id IS NOT NULL) AND runbook.is_ours(p.usesysid)
     AND p.backend_start < clock_timestamp() - interval '${SETTLES_WITHIN}'
     AND CASE WHEN a.attempt_id IS NULL THEN NOT EXISTS (
                SELECT FROM runbook.supervisor s WHERE s.pid = p.pid AND s.backend_start = p.backend_start)
              WHEN runbook.is_final(a.status) THEN a.finished_at < clock_timestamp() - interval '${SETTLES_WITHIN}'
              ELSE NOT (runbook.engine_alive(a.run_id) OR runbook.is_supervised(a.run_id, a.step_id)) END`;

/** Engines that have claims and are silent: these end only when the server notices that the engine is gone. */
const SESSIONS = `
  SELECT 'session', format('pid %s (%s)', p.pid, p.application_name), p.pid, p.backend_start::text, p.application_name,
         false, format('it has a run of pg-runbook and has sent nothing for %s: it hangs, or its network was cut',
                       date_trunc('second', clock_timestamp() - p.state_change)),
         format('when that engine is gone for good: SELECT pg_terminate_backend(%s)', p.pid)
    FROM pg_catalog.pg_stat_activity p
   WHERE p.datname = current_database() AND starts_with(p.application_name, 'pg-runbook:')
     AND p.pid <> pg_backend_pid() AND p.state = 'idle' AND runbook.is_ours(p.usesysid)
     AND p.state_change < clock_timestamp() - $1 * interval '1 millisecond'
     AND EXISTS (SELECT FROM runbook.claim c WHERE (c.pid, c.backend_start) = (p.pid, p.backend_start))`;

interface ResidueRow extends Row {
  kind: Residue['kind'];
  name: string;
  pid: number | null;
  backend_start: string | null;
  application_name: string | null;
  ours: boolean;
  origin: string;
  advice: string;
}

/**
 * What runs before have left in this database, and what others' maintenance has: invalid indexes, workers
 * that nobody looks after, and sessions of engines that are silent and hold locks. Only looks.
 * @param silentMs for how long an engine has asked nothing that is taken for silent.
 */
export async function readResidue(db: Queryable, silentMs = SILENT_FOR_MS): Promise<Residue[]> {
  return (await find(db, silentMs)).map((row) => toResidue(row, null));
}

/**
 * {@link readResidue}, and clears away what the ledger proves to be ours: invalid indexes that our own
 * workers were seen to build are dropped, and workers whose attempts have ended are cancelled by their
 * identity. Nothing else is touched.
 */
export async function clearResidue(db: Queryable): Promise<Residue[]> {
  const residue: Residue[] = [];
  for (const row of await find(db, SILENT_FOR_MS)) {
    residue.push(toResidue(row, row.ours ? await clear(db, row) : null));
  }
  return residue;
}

async function find(db: Queryable, silentMs: number): Promise<ResidueRow[]> {
  return db.query<ResidueRow>(
    [INVALID_INDEXES, WORKERS, SESSIONS]
      .map((query) => `(${query} ORDER BY 2 LIMIT ${String(MOST)})`)
      .join(' UNION ALL '),
    [silentMs],
  );
}

function toResidue({ kind, name, origin, advice }: ResidueRow, done: string | null): Residue {
  return { kind, name, origin, advice, done };
}

async function clear(db: Queryable, row: ResidueRow): Promise<string> {
  if (row.kind === 'invalid_index') {
    const trouble = await dropInvalidIndex(db, row.name);
    return trouble === undefined ? 'dropped' : `it could not be dropped now: ${trouble}`;
  }
  const [answer] = await db.query<{ cancelled: boolean }>(
    'SELECT runbook.cancel_worker($1, $2::timestamptz, $3) AS cancelled',
    [row.pid, row.backend_start, row.application_name],
  );
  return answer?.cancelled === true ? 'asked to stop' : 'it has ended meanwhile';
}
