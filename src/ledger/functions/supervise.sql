-- The supervisor of a detached step.

CREATE PROCEDURE runbook.supervise(p_run text, p_step text, p_driver jsonb)
LANGUAGE plpgsql AS $$
DECLARE
  memory jsonb := '{}';
  answer jsonb;
BEGIN
  -- Two supervisors would take each other's children for lost ones, and launch the same tasks.
  IF NOT runbook.try_claim(pg_catalog.concat_ws('/', 'step', p_run, p_step)) THEN
    RETURN;
  END IF;
  PERFORM runbook.begin_supervision(p_run, p_step);
  COMMIT;
  LOOP
    CALL runbook.tick(p_run, p_driver, '{}', memory, answer);
    PERFORM runbook.beat(p_run, p_step, (answer ->> 'done')::boolean);
    COMMIT;
    EXIT WHEN (answer ->> 'done')::boolean;
    PERFORM pg_catalog.pg_sleep((memory ->> 'pause_ms')::double precision / 1000::double precision);
    COMMIT;
  END LOOP;
END $$;
COMMENT ON PROCEDURE runbook.supervise IS
  'Looks after a detached step to its end, in a worker of its own.';

CREATE FUNCTION runbook.begin_supervision(p_run text, p_step text) RETURNS void
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  INSERT INTO runbook.supervisor (run_id, step_id, pid, backend_start, application_name)
  SELECT p_run, p_step, a.pid, a.backend_start, a.application_name
    FROM pg_stat_activity a WHERE a.pid = pg_backend_pid();
  UPDATE runbook.step s SET status = 'detached', started_at = coalesce(s.started_at, clock_timestamp())
   WHERE (s.run_id, s.step_id) = (p_run, p_step);
  -- Somebody may have looked when its engine was gone and it was not there yet.
  UPDATE runbook.run r SET status = 'detached', finished_at = NULL, exit_code = 0, reason = NULL
   WHERE r.run_id = p_run AND r.finished_at IS NOT NULL AND NOT runbook.engine_alive(p_run);
$$;
COMMENT ON FUNCTION runbook.begin_supervision IS 'Records that a supervisor is at work.';

CREATE FUNCTION runbook.beat(p_run text, p_step text, p_done boolean) RETURNS void
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  UPDATE runbook.supervisor u SET heartbeat_at = clock_timestamp(), ended_at = CASE WHEN p_done THEN clock_timestamp() END
   WHERE (u.run_id, u.step_id) = (p_run, p_step) AND u.pid = pg_backend_pid() AND u.ended_at IS NULL
     AND (p_done OR u.heartbeat_at < clock_timestamp() - interval '1 second')
$$;
COMMENT ON FUNCTION runbook.beat IS 'Records that a supervisor lives, or has ended.';
