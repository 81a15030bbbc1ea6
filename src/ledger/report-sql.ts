/**
 * What the report has of a ledger's rows, as SQL expressions. They call PostgreSQL's own functions alone: those of the
 * ledger write when they settle, which no standby lets them, and belong to the ledger's role, as which nobody else runs.
 */

/** In a WITH clause: the names of claims whose sessions live. */
export const CLAIMED = `claimed AS MATERIALIZED (
  SELECT c.name FROM runbook.claim c JOIN pg_catalog.pg_stat_activity a
      ON (a.pid, a.backend_start) = (c.pid, c.backend_start))`;

/** A moment in RFC 3339. */
export function timestampText(moment: string): string {
  return `to_char((${moment}) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
}

/** Whether a task's status is one that somebody has to look at. */
export function isTrouble(status: string): string {
  return `${status} IN ('failed', 'timed_out', 'cancelled', 'unknown')`;
}

/** Whether the run `r` is of another database, and had not ended when it was copied: `runbook.this_database` for readers. */
export const IS_ELSEWHERE = `(r.finished_at IS NULL AND r.database_id <> (
  SELECT concat_ws('/', c.system_identifier, d.oid)
    FROM pg_control_system() c, pg_database d WHERE d.datname = current_database()))`;

/** Who has paused all runs of the database, until when and why; NULL: nobody. */
export const BRAKED_BY = `(
  SELECT concat(b.pulled_by, ' for the whole database', ', until ' || ${timestampText('b.until')}, ': ', b.reason)
    FROM runbook.emergency_brake b WHERE b.until IS NULL OR b.until > clock_timestamp())`;

/** The attempt `a` of the task `t`, as `runbook.attempt_state` tells it to whoever settled it. */
export const ATTEMPT = `jsonb_build_object(
  'number', a.attempt_no, 'pid', a.pid, 'cookie', a.cookie::text,
  'backend_start', to_char(a.backend_start AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
  'application_name', a.application_name, 'launched_at', ${timestampText('a.launched_at')},
  'finished_at', ${timestampText('a.finished_at')}, 'status', a.status,
  'sqlstate', a.sqlstate, 'message', a.message, 'command_tag', a.command_tag,
  'row_count', a.row_count, 'statements', a.statements, 'sql', nullif(a.sql, t.plan ->> 'sql'), 'messages', coalesce(a.messages, '[]'))`;

/** The task `t`, as far as it changes while it goes on, as `runbook.task_state` tells it. */
export const TASK_STATE = `jsonb_build_object('step', t.step_id, 'number', t.task_no, 'status', t.status,
  'reason', t.reason, 'targets', t.targets, 'items', jsonb_array_length(t.items), 'blocked', t.blocked,
  'deferred', t.deferred,
  'delay_ms', greatest(0, extract(epoch FROM t.not_before - clock_timestamp()) * 1000)::float8)`;

/** How far the walk of the step `s` has come; NULL for steps that walk no table. It needs {@link CLAIMED}. */
export const BATCH_PROGRESS = `(
  WITH parts AS (
    SELECT p.*, CASE WHEN p.worked_ms > 0 THEN p.rows_seen / p.worked_ms * 1000 ELSE 0 END AS pace,
           p.finished_at IS NULL AS open,
           CASE WHEN concat_ws('/', 'task', p.run_id, p.step_id, p.task_no) IN (SELECT c.name FROM claimed c)
                THEN p.paused_for END AS pausing
      FROM runbook.batch_part p WHERE (p.run_id, p.step_id) = (s.run_id, s.step_id)),
  whole AS (
    SELECT coalesce(sum(rows_seen), 0)::bigint AS seen, coalesce(sum(rows_changed), 0)::bigint AS changed,
           coalesce(sum(rows_unchanged), 0)::bigint AS unchanged,
           (max(rows_left) FILTER (WHERE is_last))::bigint AS rows_left, coalesce(sum(batches), 0)::bigint AS batches,
           coalesce(sum(timed_batches), 0)::bigint AS timed, coalesce(sum(timed_well), 0)::bigint AS timed_well,
           coalesce(sum(halvings), 0)::bigint AS halvings, coalesce(sum(wal_bytes), 0)::bigint AS wal,
           (sum(pace) FILTER (WHERE open))::float8 AS pace, count(*) FILTER (WHERE open) AS open
      FROM parts)
  SELECT jsonb_build_object(
    'rows_estimated', s.plan -> 'batches' -> 'rows_estimated', 'rows_seen', w.seen, 'rows_changed', w.changed,
    'rows_unchanged', w.unchanged,
    'rows_left', w.rows_left, 'rows_per_second', round(w.pace::numeric, 1),
    'eta_ms', CASE WHEN w.pace > 0 THEN round((greatest((s.plan -> 'batches' ->> 'rows_estimated')::numeric - w.seen, 0)
                                               / w.pace::numeric) * 1000) END,
    'batches', w.batches, 'timed_batches', w.timed, 'timed_well', w.timed_well, 'halvings', w.halvings,
    'wal_bytes', w.wal,
    'paused_for', (SELECT min(p.pausing) FROM parts p WHERE p.open),
    'pauses', coalesce((
      SELECT jsonb_object_agg(k.key, k.total) FROM (
        SELECT e.key, jsonb_build_object('count', sum((e.value ->> 'count')::bigint),
                                         'ms', round(sum((e.value ->> 'ms')::numeric))) AS total
          FROM parts p, jsonb_each(p.pauses) e GROUP BY e.key) k), '{}'),
    'parts', coalesce((
      SELECT jsonb_agg(jsonb_build_object('number', p.part_no, 'task', p.task_no, 'above', p.above::text, 'upto', p.upto::text,
               'reached', p.reached::text, 'rows_seen', p.rows_seen, 'rows_changed', p.rows_changed, 'batches', p.batches,
               'batch_rows', p.batch_rows, 'batch_ms', round(p.batch_ms::numeric, 1), 'paused_for', p.pausing,
               'finished_at', ${timestampText('p.finished_at')}) ORDER BY p.part_no) FROM parts p), '[]'))
    FROM whole w WHERE jsonb_typeof(s.plan -> 'batches') = 'object')`;

/** The step `s` with its tasks and attempts. It needs {@link CLAIMED}. */
export const STEP_STATE = `jsonb_build_object('id', s.step_id, 'kind', s.kind, 'policy', s.policy, 'status', s.status,
  'reason', s.reason, 'started_at', ${timestampText('s.started_at')},
  'finished_at', ${timestampText('s.finished_at')}, 'progress', ${BATCH_PROGRESS},
  'expected', (SELECT f - 'step' - 'begins_ms'
                 FROM runbook.run r, jsonb_array_elements(r.plan -> 'forecast' -> 'steps') f
                WHERE r.run_id = s.run_id AND f ->> 'step' = s.step_id AND f ->> 'basis' <> 'none'),
  'tasks', coalesce((
    SELECT jsonb_agg(jsonb_build_object('id', concat(t.step_id, '/', t.task_no), 'sql', t.plan -> 'sql',
             'settings', s.plan -> 'settings', 'status', t.status, 'reason', t.reason, 'targets', t.targets,
             'expected', t.plan -> 'duration', 'deferred', t.deferred,
             'attempts', coalesce((
               SELECT jsonb_agg(${ATTEMPT} ORDER BY a.attempt_no)
                 FROM runbook.attempt a
                WHERE (a.run_id, a.step_id, a.task_no) = (t.run_id, t.step_id, t.task_no)), '[]'))
           ORDER BY t.task_no)
      FROM runbook.task t WHERE (t.run_id, t.step_id) = (s.run_id, s.step_id)), '[]'))`;
