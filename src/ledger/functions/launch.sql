-- The launch of a worker, and who it is from then on.

CREATE FUNCTION runbook.timeout_within_window(p_run text, p_step text, p_margin_ms double precision) RETURNS jsonb
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  SELECT coalesce((
    SELECT jsonb_build_object('statement_timeout', concat(ceil(least((s.plan ->> 'timeout_ms')::double precision,
             greatest(0, extract(epoch FROM r.window_ends_at - clock_timestamp()) * 1000) + p_margin_ms)), 'ms'))
      FROM runbook.run r JOIN runbook.step s USING (run_id)
     WHERE (s.run_id, s.step_id) = (p_run, p_step) AND r.window_at_end = 'cancel' AND r.window_ends_at IS NOT NULL), '{}')
$$;
COMMENT ON FUNCTION runbook.timeout_within_window IS
  'The timeout of a worker that must not outlive the window, even when nobody is left to cancel it.';

CREATE FUNCTION runbook.launch_attempt(p_attempt text, p_driver jsonb) RETURNS jsonb
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  a runbook.attempt;
  t runbook.task;
  execution jsonb;
  sql text;
  settings jsonb;
  handle record;
BEGIN
  SELECT * INTO STRICT a FROM runbook.attempt WHERE attempt_id = p_attempt;
  SELECT * INTO STRICT t FROM runbook.task WHERE (run_id, step_id, task_no) = (a.run_id, a.step_id, a.task_no);
  execution := runbook.execution_of(p_driver, a.step_id);
  settings := (p_driver -> 'settings') || (p_driver -> 'steps' -> a.step_id -> 'settings');
  -- Right before its use: the record may have been changed since the attempt was prepared.
  sql := runbook.attempt_sql(t, a.target_oids, execution ->> 'command', p_driver ->> 'key');
  IF sql IS DISTINCT FROM a.sql THEN
    RETURN pg_catalog.jsonb_build_object('sqlstate', '55000', 'message', runbook.altered());
  END IF;
  settings := settings || runbook.timeout_within_window(a.run_id, a.step_id, (p_driver -> 'graces' ->> 'window_ms')::double precision)
    || pg_catalog.jsonb_build_object(p_driver ->> 'attempt_setting', a.attempt_id,
                                     'application_name', a.application_name);
  -- For this transaction only: the worker inherits what is set while it is launched. pg_background has a timeout of its
  -- own, which comes before statement_timeout where a role or a database has set it.
  PERFORM pg_catalog.set_config(key, value, true)
     FROM pg_catalog.jsonb_each_text(settings
       || pg_catalog.jsonb_build_object('pg_background.worker_timeout', coalesce(settings ->> 'statement_timeout', '0')));
  EXECUTE pg_catalog.format('SELECT (s.h).pid AS pid, (s.h).cookie AS cookie FROM (SELECT %s AS h OFFSET 0) s',
                            p_driver ->> 'launch')
    INTO handle USING sql, (t.plan ->> 'queue_size')::integer, a.application_name;
  RETURN pg_catalog.jsonb_build_object('pid', handle.pid, 'cookie', pg_catalog.format('%s', handle.cookie));
EXCEPTION WHEN OTHERS THEN
  RETURN pg_catalog.jsonb_build_object('sqlstate', SQLSTATE, 'message', SQLERRM);
END $$;
COMMENT ON FUNCTION runbook.launch_attempt IS
  'Launches a recorded attempt: its handle, or the error. The caller ends the transaction next, and with it the settings.';

CREATE FUNCTION runbook.note_unlaunched(p_attempts text[], p_but text[]) RETURNS void
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  UPDATE runbook.attempt a SET launched_at = NULL
   WHERE a.attempt_id = ANY (p_attempts) AND a.attempt_id <> ALL (p_but) AND a.status = 'pending'
$$;
COMMENT ON FUNCTION runbook.note_unlaunched IS
  'Notes that recorded attempts, but for some, were certainly not launched, whoever dies from now on.';

CREATE FUNCTION runbook.record_launch(p_attempt text, p_handle jsonb, p_launched_at timestamptz, p_driver jsonb) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  a runbook.attempt;
  t runbook.task;
  events jsonb := '[]';
BEGIN
  SELECT * INTO STRICT a FROM runbook.attempt u WHERE u.attempt_id = p_attempt;
  -- The step comes before its attempts, as for those who cancel, or each could wait for the other.
  UPDATE runbook.step s SET status = 'running', started_at = coalesce(s.started_at, p_launched_at)
   WHERE (s.run_id, s.step_id, s.status) = (a.run_id, a.step_id, 'pending');
  IF FOUND THEN
    events := events || runbook.step_event(a.run_id, a.step_id);
  END IF;
  -- A worker that ended before its launch returned has a PID that is none, and still is its handle.
  UPDATE runbook.attempt u
     SET pid = CASE WHEN (p_handle ->> 'pid')::integer BETWEEN 1 AND 4194304 THEN (p_handle ->> 'pid')::integer END,
         cookie = (p_handle ->> 'cookie')::bigint, status = 'running', launched_at = p_launched_at
   WHERE u.attempt_id = p_attempt AND u.status = 'pending' RETURNING * INTO a;
  IF NOT FOUND THEN
    -- Somebody has settled the attempt meanwhile: nobody would hear of this worker.
    PERFORM runbook.cancel_launched(p_attempt, p_handle, p_driver);
    RETURN events;
  END IF;
  UPDATE runbook.task u
     SET status = 'running', targets = runbook.write_targets(u.targets, (
           SELECT coalesce(jsonb_object_agg(o, '{"status": "running"}'::jsonb), '{}') FROM unnest(a.target_oids) o))
   WHERE (u.run_id, u.step_id, u.task_no) = (a.run_id, a.step_id, a.task_no) RETURNING * INTO t;
  RETURN events || jsonb_build_object('type', 'launched', 'task', runbook.task_state(t),
                                      'attempt', runbook.attempt_state(a, t.plan ->> 'sql'));
END $$;
COMMENT ON FUNCTION runbook.record_launch IS
  'Records the handle of a worker. Its commit need not wait for the disk: the outcome takes it along.';

CREATE PROCEDURE runbook.launch_attempts(p_attempts text[], p_driver jsonb, INOUT p_places integer, INOUT p_launch_ms double precision,
                                         INOUT p_events jsonb)
LANGUAGE plpgsql AS $$
DECLARE
  attempt text;
  handle jsonb;
  launching_at timestamptz;
BEGIN
  FOREACH attempt IN ARRAY p_attempts LOOP
    EXIT WHEN p_places < 1;
    -- From before the launch, as the worker's own timeout counts.
    launching_at := pg_catalog.clock_timestamp();
    handle := runbook.launch_attempt(attempt, p_driver);
    -- Its settings and its name end here: the record is ours, and must not wait for a lock as shortly as the step does.
    COMMIT;
    p_launch_ms := greatest(p_launch_ms, runbook.ms_since(launching_at));
    IF handle ? 'pid' THEN
      PERFORM pg_catalog.set_config('synchronous_commit', 'off', true);
      p_events := p_events || runbook.record_launch(attempt, handle, launching_at, p_driver);
      p_places := p_places - 1;
    ELSIF handle ->> 'sqlstate' IN ('53000', '53400') THEN
      p_places := -1;
      PERFORM runbook.note_unlaunched(p_attempts, '{}');
    ELSE
      p_events := p_events || runbook.refuse_launch(attempt, handle);
    END IF;
    COMMIT;
  END LOOP;
END $$;
COMMENT ON PROCEDURE runbook.launch_attempts IS
  'Launches recorded attempts into so many places at most: the places that are left, or -1 when the server had no slot, and how long the slowest launch took.';

CREATE FUNCTION runbook.refuse_launch(p_attempt text, p_error jsonb) RETURNS jsonb
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  SELECT jsonb_build_object('type', 'ended') || runbook.end_unlaunched(a.run_id, a.step_id, a.task_no,
           runbook.verdict('failed', p_error ->> 'message', p_error ->> 'sqlstate'))
    FROM runbook.attempt a WHERE a.attempt_id = p_attempt
$$;
COMMENT ON FUNCTION runbook.refuse_launch IS 'Ends the task of an attempt that the server refused to launch.';
