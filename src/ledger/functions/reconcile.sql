-- Runs whose engine is gone: what is found of their work is settled by proof.

CREATE FUNCTION runbook.engine_alive(p_run text) RETURNS boolean
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  SELECT runbook.is_claimed(concat('run/', p_run))
$$;
COMMENT ON FUNCTION runbook.engine_alive IS
  'Whether the engine of a run lives: it has a claim as long as it does.';

CREATE FUNCTION runbook.is_supervised(p_run text, p_step text) RETURNS boolean
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  SELECT runbook.is_claimed(concat_ws('/', 'step', p_run, p_step))
$$;
COMMENT ON FUNCTION runbook.is_supervised IS
  'Whether a supervisor looks after a step: it has a claim as long as it does.';

CREATE FUNCTION runbook.is_looked_after(p_run text, p_step text, p_take_over boolean) RETURNS boolean
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  SELECT runbook.is_supervised(p_run, p_step)
      OR (NOT p_take_over AND runbook.engine_alive(p_run) AND NOT EXISTS (
            SELECT FROM runbook.supervisor v WHERE (v.run_id, v.step_id) = (p_run, p_step)))
$$;
COMMENT ON FUNCTION runbook.is_looked_after IS
  'Whether a step is left to somebody else: to its supervisor, or as long as it has none to the engine.';

CREATE FUNCTION runbook.reconcile(p_run text, p_executions jsonb, p_take_over boolean)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  s runbook.step;
  a runbook.attempt;
  candidate text;
  worker record;
  why text;
BEGIN
  -- Of a run of another database, no catalog and no process here says anything.
  IF NOT EXISTS (SELECT FROM runbook.run r WHERE (r.run_id, r.database_id) = (p_run, runbook.this_database())) THEN
    RETURN;
  END IF;
  PERFORM runbook.enter_gate(concat('reconcile/', p_run));
  FOR s IN SELECT * FROM runbook.step u
            WHERE u.run_id = p_run AND NOT runbook.is_final(u.status) ORDER BY u.ordinal LOOP
    CONTINUE WHEN runbook.is_looked_after(p_run, s.step_id, p_take_over);
    FOR candidate IN SELECT u.attempt_id FROM runbook.attempt u
                      WHERE (u.run_id, u.step_id) = (p_run, s.step_id) AND u.status IN ('pending', 'running') LOOP
      SELECT * INTO a FROM runbook.attempt u
       WHERE u.attempt_id = candidate AND u.status IN ('pending', 'running') FOR UPDATE;
      CONTINUE WHEN NOT FOUND;
      -- What was waited for may have changed who lives, and pg_stat_activity is read once a transaction.
      PERFORM pg_stat_clear_snapshot();
      EXIT WHEN runbook.is_looked_after(p_run, s.step_id, p_take_over);
      SELECT * INTO worker FROM runbook.find_worker(a);
      IF worker.pid IS NOT NULL THEN
        UPDATE runbook.attempt u
           SET status = 'running', pid = worker.pid, backend_start = worker.backend_start,
               launched_at = coalesce(u.launched_at, worker.backend_start)
         WHERE u.attempt_id = a.attempt_id AND (u.status = 'pending' OR u.backend_start IS NULL);
        CONTINUE;
      END IF;
      IF a.status = 'pending' AND a.launched_at IS NULL THEN
        PERFORM runbook.withdraw_attempts(ARRAY[a.attempt_id]);
        CONTINUE;
      END IF;
      -- The launch may be under way though its engine is dead, and what was launched shows a little later:
      -- it takes a second look, after a while.
      IF a.backend_start IS NULL AND a.outcome IS NULL AND NOT p_take_over THEN
        UPDATE runbook.attempt u SET orphaned_at = coalesce(u.orphaned_at, clock_timestamp())
         WHERE u.attempt_id = a.attempt_id;
        CONTINUE WHEN coalesce(a.orphaned_at, 'infinity') > clock_timestamp() - interval '2 seconds';
      END IF;
      why := CASE a.status WHEN 'pending' THEN 'whoever recorded it is gone, and whether it was launched is not known'
                           ELSE 'whoever launched it is gone, and its end was not heard' END;
      PERFORM runbook.settle_attempt(a.attempt_id,
        coalesce(a.outcome, jsonb_build_object('type', 'silent', 'gone', true, 'why', why))
          || jsonb_build_object('finished_at', coalesce(a.ended_at, clock_timestamp()), 'elapsed_ms',
               CASE WHEN a.outcome IS NULL THEN 0 ELSE extract(epoch FROM
                 coalesce(a.ended_at, clock_timestamp()) - coalesce(a.launched_at, a.recorded_at)) * 1000 END),
        p_executions -> s.step_id, true, true);
    END LOOP;
    UPDATE runbook.task t SET status = 'pending'
     WHERE (t.run_id, t.step_id, t.status) = (p_run, s.step_id, 'running')
       AND NOT EXISTS (SELECT FROM runbook.attempt x
                        WHERE (x.run_id, x.step_id, x.task_no, x.status) = (t.run_id, t.step_id, t.task_no, 'running'));
    IF NOT runbook.finish_step(p_run, s.step_id) THEN
      -- Whatever has failed of it: a step with work that is left has not ended.
      UPDATE runbook.step u SET status = CASE WHEN EXISTS (
        SELECT FROM runbook.task t WHERE (t.run_id, t.step_id, t.status) = (p_run, s.step_id, 'running')) THEN 'running' ELSE 'pending' END
       WHERE (u.run_id, u.step_id) = (p_run, s.step_id);
    END IF;
  END LOOP;
  IF NOT p_take_over THEN
    PERFORM runbook.conclude_lost_run(p_run);
  END IF;
END $$;
COMMENT ON FUNCTION runbook.reconcile IS
  'Settles by proof what the ledger calls running and nobody runs. What an engine or a supervisor looks after is left to them.';

CREATE FUNCTION runbook.is_live(p_run text) RETURNS boolean
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  SELECT EXISTS (SELECT FROM runbook.run r WHERE (r.run_id, r.database_id) = (p_run, runbook.this_database()))
     AND (runbook.engine_alive(p_run)
      OR EXISTS (SELECT FROM runbook.attempt a JOIN runbook.step s USING (run_id, step_id)
                  WHERE a.run_id = p_run AND a.status IN ('pending', 'running') AND NOT runbook.is_final(s.status))
      OR EXISTS (SELECT FROM runbook.step s WHERE s.run_id = p_run AND NOT runbook.is_final(s.status)
                    AND runbook.is_supervised(p_run, s.step_id)))
$$;
COMMENT ON FUNCTION runbook.is_live IS
  'Whether anybody works on a reconciled run: its engine, a supervisor, or a worker that nobody looks after.';

CREATE FUNCTION runbook.reopen_task(p_run text, p_step text, p_task integer) RETURNS void
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  UPDATE runbook.task t
     SET status = 'pending', reason = NULL, blocked = false, deferred = false, not_before = NULL,
         items = jsonb_build_array(jsonb_build_object('tries', 0, 'oids', coalesce((
           SELECT jsonb_agg(x -> 'oid' ORDER BY i) FROM jsonb_array_elements(t.targets) WITH ORDINALITY y(x, i)
            WHERE t.blocked OR x ->> 'status' NOT IN ('succeeded', 'skipped')), '[]'))),
         targets = coalesce((
           SELECT jsonb_agg(CASE WHEN NOT t.blocked AND x ->> 'status' IN ('succeeded', 'skipped') THEN x
                                 ELSE x || '{"status": "pending", "reason": null, "sqlstate": null}' END ORDER BY i)
             FROM jsonb_array_elements(t.targets) WITH ORDINALITY y(x, i)), '[]')
   WHERE (t.run_id, t.step_id, t.task_no) = (p_run, p_step, p_task);
  UPDATE runbook.step s
     SET status = 'pending', reason = NULL, finished_at = NULL, cancel_requested_at = NULL, cancel_requested_by = NULL
   WHERE (s.run_id, s.step_id) = (p_run, p_step);
$$;
COMMENT ON FUNCTION runbook.reopen_task IS
  'Lets a task begin anew with those of its targets that are not done.';
