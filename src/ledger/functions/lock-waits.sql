-- Waits for locks and for older transactions that last longer than a step allows.

CREATE FUNCTION runbook.describe_blockers(p_pid integer, p_xid xid) RETURNS text
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  WITH ahead AS MATERIALIZED (SELECT DISTINCT unnest(pg_blocking_pids(p_pid)) AS pid)
  SELECT string_agg(w.who, '; ' ORDER BY w.since) FROM (
    SELECT coalesce(b.xact_start, b.state_change),
           format('pid %s (role %s, %s, %s, transaction since %s)', h.pid, b.usename,
                  coalesce(nullif(b.application_name, ''), 'no application_name'), coalesce(b.state, 'state hidden'),
                  coalesce(runbook.to_timestamp_text(coalesce(b.xact_start, b.state_change)), 'a hidden moment'))
      FROM ahead h LEFT JOIN pg_stat_activity b USING (pid) WHERE h.pid > 0
    UNION ALL
    SELECT p.prepared, format('prepared transaction %L (role %s, since %s)', p.gid, p.owner, runbook.to_timestamp_text(p.prepared))
      FROM pg_prepared_xacts p
     WHERE p.database = current_database() AND p.transaction = coalesce(p_xid, p.transaction)
       AND EXISTS (SELECT FROM ahead h WHERE h.pid = 0)) w(since, who)
$$;
COMMENT ON FUNCTION runbook.describe_blockers IS
  'Who is in the way of a process that waits for a lock; of prepared transactions all that may be, or the one of a transaction ID.';

CREATE FUNCTION runbook.end_lock_waits(p_run text, p_driver jsonb) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  w record;
  why text;
  events jsonb := '[]';
BEGIN
  IF NOT EXISTS (SELECT FROM runbook.attempt a JOIN runbook.step s USING (run_id, step_id)
                  WHERE (a.run_id, a.status) = (p_run, 'running') AND p_driver -> 'driven' ? a.step_id
                    AND s.plan ->> 'old_transactions_timeout_ms' IS NOT NULL) THEN
    RETURN events;
  END IF;
  FOR w IN
    SELECT a.*, l.waitstart, l.transactionid, b.bound, b.ms,
           CASE WHEN b.ms % 1000 = 0 THEN concat(b.ms / 1000, 's') ELSE concat(b.ms, 'ms') END AS limited,
           coalesce(l.relation::regclass::text, l.locktype) AS wanted
      FROM runbook.attempt a JOIN runbook.step s USING (run_id, step_id)
      JOIN pg_locks l ON l.pid = a.pid AND NOT l.granted
     -- A build waits for a transaction by its virtual ID, and for a prepared one by its ID.
     CROSS JOIN LATERAL (SELECT CASE WHEN l.locktype IN ('virtualxid', 'transactionid')
                                     THEN 'old_transactions_timeout' ELSE 'lock_timeout' END) t(bound)
     CROSS JOIN LATERAL (SELECT t.bound, (s.plan ->> concat(t.bound, '_ms'))::bigint) b(bound, ms)
     WHERE (a.run_id, a.status) = (p_run, 'running') AND p_driver -> 'driven' ? a.step_id
       AND a.outcome IS NULL AND a.cause IS NULL AND s.plan ->> 'old_transactions_timeout_ms' IS NOT NULL
       AND l.waitstart < clock_timestamp() - b.ms * interval '1 millisecond'
     ORDER BY a.attempt_id COLLATE "C" LOOP
    -- Looked at before the cancel: once it is gone nobody is in its way.
    why := concat(CASE w.bound
        WHEN 'lock_timeout' THEN format('it waited for longer than lock_timeout (%s) for a lock on %s', w.limited, w.wanted)
        ELSE format('it waited for longer than old_transactions_timeout (%s) for older transactions', w.limited) END,
      ': ', coalesce(runbook.describe_blockers(w.pid, w.transactionid), 'nobody any more'));
    -- What has got its lock meanwhile goes on.
    CONTINUE WHEN NOT EXISTS (SELECT FROM pg_locks l WHERE l.pid = w.pid AND NOT l.granted AND l.waitstart = w.waitstart);
    CONTINUE WHEN NOT runbook.cancel_worker(w.pid, w.backend_start, w.application_name);
    UPDATE runbook.attempt u
       SET cause = w.bound, waited_for = why, stop_rung = 1, stop_rung_at = clock_timestamp()
     WHERE u.attempt_id = w.attempt_id AND u.cause IS NULL;
    events := events || jsonb_build_object('type', 'signalled', 'step', w.step_id, 'task', w.task_no, 'how', 'cancel_backend');
  END LOOP;
  RETURN events;
END $$;
COMMENT ON FUNCTION runbook.end_lock_waits IS
  'Cancels workers that have waited for a lock on a relation, or for an older transaction, for longer than their step allows.';
