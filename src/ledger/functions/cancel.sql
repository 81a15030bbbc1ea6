-- Requests to stop a run or a step.

CREATE FUNCTION runbook.request_cancel(p_run text, p_step text, p_by text) RETURNS integer
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  requested integer;
  a runbook.attempt;
BEGIN
  -- Who reconciles locks attempts before their steps.
  PERFORM runbook.enter_gate(concat('reconcile/', p_run));
  -- Steps are locked before their run by all, and in their order, or each could wait for the other.
  PERFORM FROM runbook.step s WHERE s.run_id = p_run AND NOT runbook.is_final(s.status) ORDER BY s.ordinal FOR UPDATE;
  UPDATE runbook.step s
     SET cancel_requested_at = coalesce(s.cancel_requested_at, clock_timestamp()),
         cancel_requested_by = coalesce(s.cancel_requested_by, p_by)
   WHERE s.run_id = p_run AND s.step_id = coalesce(p_step, s.step_id) AND NOT runbook.is_final(s.status);
  GET DIAGNOSTICS requested = ROW_COUNT;
  IF p_step IS NULL AND requested > 0 THEN
    UPDATE runbook.run r SET cancel_requested_by = coalesce(r.cancel_requested_by, p_by) WHERE r.run_id = p_run;
  END IF;
  -- Their supervisors hold the handles; the others' workers are cancelled by who they are. Signals are
  -- sent in a loop: as a condition, the planner would be free to send them before the others are met.
  FOR a IN SELECT u.* FROM runbook.attempt u JOIN runbook.step s USING (run_id, step_id)
            WHERE u.run_id = p_run AND u.status = 'running' AND s.step_id = coalesce(p_step, s.step_id)
              AND s.cancel_requested_at IS NOT NULL AND NOT runbook.is_supervised(s.run_id, s.step_id)
              -- An engine goes on from there by itself: asked again and again, a worker would not come to its next rung.
              AND (u.cause IS NULL OR NOT runbook.engine_alive(p_run))
            -- As engines lock those that they settle together, or each could wait for the other.
            ORDER BY u.attempt_id COLLATE "C" LOOP
    UPDATE runbook.attempt u SET cause = coalesce(u.cause, 'interrupt') WHERE u.attempt_id = a.attempt_id;
    PERFORM runbook.cancel_worker(a.pid, a.backend_start, a.application_name);
  END LOOP;
  RETURN requested;
END $$;
COMMENT ON FUNCTION runbook.request_cancel IS
  'Asks whoever looks after the steps to cancel them; where nobody does, cancels their workers by identity.';

CREATE FUNCTION runbook.note_stop(p_run text, p_by text) RETURNS void
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  UPDATE runbook.step s SET cancel_requested_at = clock_timestamp(), cancel_requested_by = p_by
   WHERE s.run_id = p_run AND s.status <> 'detached' AND NOT runbook.is_final(s.status) AND s.cancel_requested_at IS NULL;
  UPDATE runbook.run r SET cancel_requested_by = p_by WHERE r.run_id = p_run AND r.cancel_requested_by IS NULL;
$$;
COMMENT ON FUNCTION runbook.note_stop IS
  'Notes that the engine of a run was told to stop, for the steps that it looks after itself.';

CREATE FUNCTION runbook.forget_cancel(p_run text) RETURNS void
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  UPDATE runbook.run r SET cancel_requested_by = NULL WHERE r.run_id = p_run;
  UPDATE runbook.step s SET cancel_requested_at = NULL, cancel_requested_by = NULL
   WHERE s.run_id = p_run AND s.cancel_requested_at IS NOT NULL AND NOT runbook.is_final(s.status)
     AND NOT runbook.is_supervised(s.run_id, s.step_id);
$$;
COMMENT ON FUNCTION runbook.forget_cancel IS
  'Lets a run that was to be cancelled go on, but for steps whose supervisors are at it.';

CREATE FUNCTION runbook.stop_unattended() RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  a runbook.attempt;
  worker record;
BEGIN
  FOR a IN SELECT u.* FROM runbook.attempt u
            WHERE u.status IN ('pending', 'running') AND NOT runbook.engine_alive(u.run_id)
              AND NOT runbook.is_supervised(u.run_id, u.step_id) LOOP
    SELECT * INTO worker FROM runbook.find_worker(a);
    CONTINUE WHEN worker.pid IS NULL;
    UPDATE runbook.attempt u SET cause = coalesce(u.cause, 'brake') WHERE u.attempt_id = a.attempt_id;
    PERFORM runbook.cancel_worker(worker.pid, worker.backend_start, a.application_name);
  END LOOP;
END $$;
COMMENT ON FUNCTION runbook.stop_unattended IS
  'Stops workers whose engine is gone: the others are stopped by whoever looks after them.';

CREATE FUNCTION runbook.withdraw_attempts(p_attempts text[]) RETURNS void
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  WITH withdrawn AS (
    UPDATE runbook.attempt a
       SET status = 'skipped', message = 'never launched', finished_at = clock_timestamp()
     WHERE a.attempt_id = ANY (p_attempts) AND a.status = 'pending' RETURNING a.*)
  UPDATE runbook.task t
     SET items = jsonb_build_object('oids', to_jsonb(w.target_oids), 'tries', w.tries - 1) || t.items
    FROM withdrawn w
   WHERE (t.run_id, t.step_id, t.task_no) = (w.run_id, w.step_id, w.task_no)
$$;
COMMENT ON FUNCTION runbook.withdraw_attempts IS
  'Takes back attempts that were recorded and certainly not launched: their work waits again.';
