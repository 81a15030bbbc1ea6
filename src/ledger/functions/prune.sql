-- Old runs are forgotten.

CREATE FUNCTION runbook.prune(p_runbook text, p_keep interval) RETURNS integer
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  WITH old AS (
    SELECT r.run_id FROM runbook.run r
     WHERE r.runbook_name = coalesce(p_runbook, r.runbook_name) AND r.started_at < clock_timestamp() - p_keep
       AND NOT runbook.is_live(r.run_id)),
  claims AS (DELETE FROM runbook.claim c WHERE NOT runbook.session_alive(c.pid, c.backend_start)),
  markers AS (
    DELETE FROM runbook.completion c USING runbook.attempt a, old
     WHERE c.attempt_id = a.attempt_id AND a.run_id = old.run_id),
  counts AS (
    DELETE FROM runbook.statement_rows c USING runbook.attempt a, old
     WHERE c.attempt_id = a.attempt_id AND a.run_id = old.run_id),
  runs AS (DELETE FROM runbook.run r USING old WHERE r.run_id = old.run_id RETURNING 1)
  SELECT count(*)::integer FROM runs
$$;
COMMENT ON FUNCTION runbook.prune IS
  'Forgets runs that began longer ago, of one runbook or of all, with all their records. Live runs stay.';
