-- The next task of a detached step, and the launch of its worker.

CREATE FUNCTION runbook.next_task(p_run text, p_step text, p_concurrency integer) RETURNS integer
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  WITH running AS (
    SELECT a.step_id, t.plan -> 'conflicts' AS conflicts
      FROM runbook.attempt a JOIN runbook.task t USING (run_id, step_id, task_no)
     WHERE a.run_id = p_run AND a.status = 'running')
  SELECT t.task_no FROM runbook.task t
   WHERE (t.run_id, t.step_id) = (p_run, p_step)
     -- An attempt that is recorded and found no slot waits for one.
     AND (t.items <> '[]' OR EXISTS (SELECT FROM runbook.attempt a
                                      WHERE (a.run_id, a.step_id, a.task_no, a.status)
                                          = (t.run_id, t.step_id, t.task_no, 'pending')))
     AND (t.not_before IS NULL OR t.not_before <= clock_timestamp())
     AND (SELECT count(*) FROM running r WHERE r.step_id = p_step) < p_concurrency
     AND NOT EXISTS (SELECT FROM runbook.attempt a
                      WHERE (a.run_id, a.step_id, a.task_no) = (t.run_id, t.step_id, t.task_no)
                        AND a.status = 'running')
     AND NOT EXISTS (SELECT FROM runbook.task b
                      WHERE (b.run_id, b.step_id) = (p_run, p_step) AND NOT runbook.is_final(b.status)
                        AND t.plan -> 'after' @> to_jsonb(b.task_no))
     AND NOT EXISTS (SELECT FROM running r, jsonb_array_elements_text(r.conflicts) k
                      WHERE t.plan -> 'conflicts' ? k
                        AND NOT (r.step_id = p_step AND (t.plan ->> 'shares_targets')::boolean))
   ORDER BY t.task_no LIMIT 1
$$;
COMMENT ON FUNCTION runbook.next_task IS
  'The next task of a step that may be launched now: its time has come, what it follows has ended, and nothing that it conflicts with runs in the whole run.';

CREATE FUNCTION runbook.timeout_within_window(p_run text, p_timeout_ms double precision) RETURNS jsonb
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  SELECT coalesce((
    SELECT jsonb_build_object('statement_timeout', concat(ceil(least(p_timeout_ms,
             greatest(0, extract(epoch FROM r.window_ends_at - clock_timestamp()) * 1000) + 3000)), 'ms'))
      FROM runbook.run r WHERE r.run_id = p_run AND r.window_at_end = 'cancel'), '{}')
$$;
COMMENT ON FUNCTION runbook.timeout_within_window IS
  'The timeout of a worker that must not outlive the window, even when nobody is left to cancel it.';

CREATE FUNCTION runbook.launch_child(p_attempt text, p_order jsonb) RETURNS jsonb
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  a runbook.attempt;
  t runbook.task;
  sql text;
  settings jsonb;
  handle record;
BEGIN
  SELECT * INTO STRICT a FROM runbook.attempt WHERE attempt_id = p_attempt;
  SELECT * INTO STRICT t FROM runbook.task WHERE (run_id, step_id, task_no) = (a.run_id, a.step_id, a.task_no);
  -- Right before its use: the record may have been changed since the attempt was prepared.
  sql := runbook.attempt_sql(t.plan, a.target_oids, p_order -> 'execution' ->> 'command', p_order -> 'digests' ->> a.task_no::text);
  IF sql IS DISTINCT FROM a.sql THEN
    RETURN pg_catalog.jsonb_build_object('sqlstate', '55000', 'message', runbook.altered());
  END IF;
  settings := (p_order -> 'settings') || (p_order -> 'step' -> 'settings')
    || runbook.timeout_within_window(a.run_id, (p_order -> 'step' ->> 'timeout_ms')::double precision)
    || pg_catalog.jsonb_build_object(p_order ->> 'attempt_setting', a.attempt_id,
                                     'application_name', a.application_name);
  -- For this transaction only: the child inherits what is set while it is launched. pg_background has a timeout of its
  -- own, which comes before statement_timeout where a role or a database has set it.
  PERFORM pg_catalog.set_config(key, value, true)
     FROM pg_catalog.jsonb_each_text(settings
       || pg_catalog.jsonb_build_object('pg_background.worker_timeout', coalesce(settings ->> 'statement_timeout', '0')));
  EXECUTE pg_catalog.format('SELECT (s.h).pid AS pid, (s.h).cookie AS cookie FROM (SELECT %s AS h OFFSET 0) s',
                            p_order ->> 'launch')
    INTO handle USING sql, (t.plan ->> 'queue_size')::integer, a.application_name;
  RETURN pg_catalog.jsonb_build_object('pid', handle.pid, 'cookie', pg_catalog.format('%s', handle.cookie));
EXCEPTION WHEN OTHERS THEN
  RETURN pg_catalog.jsonb_build_object('sqlstate', SQLSTATE, 'message', SQLERRM);
END $$;
COMMENT ON FUNCTION runbook.launch_child IS
  'Launches a recorded attempt: its handle, or the error. The caller ends the transaction next, and with it the settings.';

CREATE FUNCTION runbook.has_shown(p_poll text, p_cookie text, p_attempt text) RETURNS boolean
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  shown boolean;
BEGIN
  PERFORM pg_stat_clear_snapshot();
  EXECUTE format('SELECT p.state = ''stopped'' OR p.application_name = (
                    SELECT a.application_name FROM runbook.attempt a WHERE a.attempt_id = $2)
                    FROM (%s) p WHERE p.cookie::text = $1', p_poll)
    INTO shown USING p_cookie, p_attempt;
  RETURN coalesce(shown, true);
END $$;
COMMENT ON FUNCTION runbook.has_shown IS
  'Whether a child that was just launched is counted by everybody from now on, or has ended already.';
