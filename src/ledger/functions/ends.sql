-- Ends of steps and of runs.

CREATE FUNCTION runbook.finish_step(p_run text, p_step text, p_at timestamptz DEFAULT clock_timestamp()) RETURNS boolean
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  statuses text[];
  unlaunched integer;
  undone integer;
  ended text;
  why text;
  canceller text;
BEGIN
  SELECT coalesce(array_agg(t.status), '{}'), count(*) FILTER (WHERE t.blocked),
         count(*) FILTER (WHERE t.blocked OR t.status = 'cancelled') INTO statuses, unlaunched, undone
    FROM runbook.task t WHERE (t.run_id, t.step_id) = (p_run, p_step);
  ended := runbook.combine_statuses(statuses);
  IF NOT coalesce((SELECT bool_and(runbook.is_final(x)) FROM unnest(statuses) x), true) THEN
    RETURN false;
  END IF;
  SELECT s.cancel_requested_by INTO canceller FROM runbook.step s WHERE (s.run_id, s.step_id) = (p_run, p_step);
  SELECT t.reason INTO why FROM runbook.task t
   WHERE (t.run_id, t.step_id, t.status) = (p_run, p_step, ended) ORDER BY t.task_no LIMIT 1;
  IF canceller IS NOT NULL AND undone > 0 AND ended IN ('succeeded', 'skipped', 'cancelled') THEN
    ended := 'cancelled';
    why := format('cancelled by %s: %s of %s not done', canceller, undone, runbook.counted(cardinality(statuses), 'task'));
  ELSIF unlaunched > 0 AND ended = 'succeeded' THEN
    SELECT format('%s of %s tasks not launched: %s', unlaunched, cardinality(statuses), t.reason) INTO why
      FROM runbook.task t WHERE (t.run_id, t.step_id) = (p_run, p_step) AND t.blocked
     ORDER BY t.task_no LIMIT 1;
    ended := 'skipped';
  END IF;
  UPDATE runbook.step s
     SET status = ended, reason = CASE WHEN statuses = '{}' THEN 'nothing to do' ELSE why END,
         finished_at = CASE WHEN EXISTS (
           SELECT FROM runbook.attempt a
            WHERE (a.run_id, a.step_id) = (p_run, p_step) AND a.launched_at IS NOT NULL) THEN p_at END
   WHERE (s.run_id, s.step_id) = (p_run, p_step) AND NOT runbook.is_final(s.status);
  PERFORM runbook.conclude_detached_run(p_run);
  RETURN true;
END $$;
COMMENT ON FUNCTION runbook.finish_step IS
  'Ends a step all of whose tasks have ended, and with the last one a detached run; false as long as some have not. What was cancelled and left something undone is cancelled, and what could not be come to in full is skipped, whatever was done of it.';

CREATE FUNCTION runbook.finish_steps(p_run text, p_steps text[], p_at timestamptz) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM runbook.finish_step(p_run, u.id, p_at) FROM unnest(p_steps) u(id);
  RETURN (SELECT coalesce(jsonb_object_agg(s.step_id, jsonb_build_object('status', s.status, 'reason', s.reason,
                   'finished_at', runbook.to_timestamp_text(s.finished_at))), '{}')
            FROM runbook.step s WHERE s.run_id = p_run AND s.step_id = ANY (p_steps));
END $$;
COMMENT ON FUNCTION runbook.finish_steps IS 'finish_step for several, and what each of them came to.';

CREATE FUNCTION runbook.conclude_detached_run(p_run text) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  r runbook.run;
  open_steps integer;
  unknown integer;
  failed integer;
  forbidden integer;
  deferred integer;
  halted integer;
  stopped text;
BEGIN
  -- Locked before its state is asked for: whoever ends the run at this moment must not miss the step.
  SELECT * INTO r FROM runbook.run u WHERE u.run_id = p_run FOR UPDATE;
  IF NOT FOUND OR r.status = 'running' OR r.finished_at IS NOT NULL THEN
    RETURN;
  END IF;
  SELECT count(*) INTO open_steps FROM runbook.step s
   WHERE s.run_id = p_run AND NOT runbook.is_final(s.status);
  IF open_steps > 0 THEN
    RETURN;
  END IF;
  SELECT count(*) FILTER (WHERE t.status = 'unknown'),
         count(*) FILTER (WHERE runbook.is_failure(t.status) AND NOT t.deferred),
         count(*) FILTER (WHERE t.deferred),
         coalesce(sum((SELECT count(*) FROM jsonb_array_elements(t.targets) x
                        WHERE x ->> 'status' = 'skipped' AND x ->> 'sqlstate' = '42501')), 0)
    INTO unknown, failed, deferred, forbidden FROM runbook.task t WHERE t.run_id = p_run;
  -- A step that was cancelled before any of its tasks was launched has none that failed.
  SELECT count(*) INTO halted FROM runbook.step s
   WHERE (s.run_id, s.status) = (p_run, 'cancelled') AND NOT EXISTS (
     SELECT FROM runbook.task t WHERE (t.run_id, t.step_id) = (p_run, s.step_id) AND runbook.is_failure(t.status));
  stopped := runbook.cancelled_run(r);
  IF r.status <> 'detached' THEN
    -- What its engine found stays, and can only get worse.
    UPDATE runbook.run u
       SET finished_at = clock_timestamp(),
           status = CASE WHEN unknown > 0 AND u.status <> 'cancelled' THEN 'unknown' ELSE u.status END,
           exit_code = CASE WHEN unknown > 0 AND u.status <> 'cancelled' THEN 4 ELSE u.exit_code END
     WHERE u.run_id = p_run;
    RETURN;
  END IF;
  UPDATE runbook.run u
     SET finished_at = clock_timestamp(),
         status = CASE WHEN unknown > 0 THEN 'unknown' WHEN stopped IS NOT NULL THEN 'cancelled'
                       WHEN failed + halted + forbidden > 0 THEN 'failed'
                       WHEN deferred > 0 THEN 'deferred' ELSE 'succeeded' END,
         exit_code = CASE WHEN unknown > 0 THEN 4 WHEN stopped IS NOT NULL OR failed + halted + forbidden > 0 THEN 1
                          WHEN deferred > 0 THEN 75 ELSE 0 END,
         reason = nullif(concat_ws('; ',
           CASE WHEN unknown > 0 THEN format('the outcome of %s is unknown', runbook.counted(unknown, 'task')) END,
           stopped,
           CASE WHEN failed > 0 AND stopped IS NULL THEN format('%s did not succeed', runbook.counted(failed, 'task')) END,
           CASE WHEN halted > 0 AND stopped IS NULL THEN format('%s cancelled', runbook.counted(halted, 'step')) END,
           CASE WHEN forbidden > 0 THEN format('%s skipped for lack of privilege', runbook.counted(forbidden, 'relation')) END,
           CASE WHEN deferred > 0 THEN format('%s deferred', runbook.counted(deferred, 'task')) END), '')
   WHERE u.run_id = p_run;
END $$;
COMMENT ON FUNCTION runbook.conclude_detached_run IS
  'What a detached run came to once its last step has ended: as a waited run would have.';

CREATE FUNCTION runbook.conclude_lost_run(p_run text) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  working integer;
  waiting integer;
  supervised integer;
BEGIN
  PERFORM FROM runbook.run r WHERE r.run_id = p_run AND r.status IN ('running', 'detached') FOR UPDATE;
  IF NOT FOUND OR runbook.engine_alive(p_run) THEN
    RETURN;
  END IF;
  SELECT count(*) INTO working FROM runbook.attempt a JOIN runbook.step s USING (run_id, step_id)
   WHERE a.run_id = p_run AND a.status IN ('pending', 'running') AND NOT runbook.is_final(s.status);
  SELECT count(*), count(*) FILTER (WHERE runbook.is_supervised(p_run, t.step_id)) INTO waiting, supervised
    FROM runbook.task t WHERE t.run_id = p_run AND NOT runbook.is_final(t.status);
  IF waiting > 0 AND waiting = supervised THEN
    UPDATE runbook.run r SET status = 'detached', exit_code = coalesce(r.exit_code, 0) WHERE r.run_id = p_run;
  ELSIF waiting = 0 THEN
    UPDATE runbook.run r SET status = 'detached' WHERE r.run_id = p_run;
    PERFORM runbook.conclude_detached_run(p_run);
  ELSIF working = 0 AND supervised = 0 THEN
    UPDATE runbook.run r
       SET finished_at = clock_timestamp(),
           status = CASE WHEN unknown > 0 THEN 'unknown' ELSE 'failed' END,
           exit_code = CASE WHEN unknown > 0 THEN 4 ELSE 1 END,
           reason = concat('whoever ran it is gone; ', runbook.counted(waiting, 'task'), ' not ended',
             CASE WHEN unknown > 0 THEN concat('; the outcome of ', runbook.counted(unknown, 'task'), ' is unknown') END)
      FROM (SELECT count(*)::integer AS unknown FROM runbook.task t
             WHERE t.run_id = p_run AND t.status = 'unknown') u
     WHERE r.run_id = p_run;
  END IF;
END $$;
COMMENT ON FUNCTION runbook.conclude_lost_run IS
  'What a run without an engine is: detached as long as supervisors do all that is left, ended when nobody does.';

CREATE FUNCTION runbook.cancelled_run(r runbook.run) RETURNS text
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  SELECT format('cancelled by %s: %s of %s not done', r.cancel_requested_by, u.undone, runbook.counted(u.tasks, 'task'))
    FROM (SELECT count(*)::integer AS tasks,
                 (count(*) FILTER (WHERE t.blocked OR t.status = 'cancelled'))::integer AS undone
            FROM runbook.task t WHERE t.run_id = r.run_id) u
   WHERE r.cancel_requested_by IS NOT NULL
     AND EXISTS (SELECT FROM runbook.step s WHERE (s.run_id, s.status) = (r.run_id, 'cancelled'))
$$;
COMMENT ON FUNCTION runbook.cancelled_run IS
  'Who cancelled a run, and what that left undone; NULL: nobody, or it came too late for that.';

CREATE FUNCTION runbook.why_deferred(p_run text, p_task jsonb) RETURNS text
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  SELECT CASE
    WHEN r.stopped_for IS NOT NULL THEN r.stopped_for
    WHEN r.window_ends_at <= clock_timestamp()
    THEN concat('the window closed at ', runbook.to_timestamp_text(r.window_ends_at))
    WHEN clock_timestamp() + (p_task -> 'duration' ->> 'p50_ms')::float8 * interval '1 millisecond' > r.window_ends_at
     AND p_task -> 'duration' ->> 'basis' <> 'guess'
     AND NOT EXISTS (SELECT FROM jsonb_array_elements(p_task -> 'targets') x
                      WHERE (x -> 'facts' ->> 'carried_over')::integer >= 2)
    THEN concat('it takes longer than is left until the window closes at ', runbook.to_timestamp_text(r.window_ends_at)) END
    FROM runbook.run r WHERE r.run_id = p_run
$$;
COMMENT ON FUNCTION runbook.why_deferred IS
  'Why a task is left to the next run: no time is left for it. What was left twice already is begun all the same, and a guess decides nothing.';

CREATE FUNCTION runbook.skip_waiting(p_run text, p_step text) RETURNS integer
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  s runbook.step;
  why text;
  skipped integer;
BEGIN
  SELECT * INTO STRICT s FROM runbook.step WHERE (run_id, step_id) = (p_run, p_step);
  why := CASE
    WHEN s.cancel_requested_at IS NOT NULL THEN concat('cancelled before it was launched, by ', s.cancel_requested_by)
    WHEN s.plan ->> 'on_failure' = 'stop' AND EXISTS (
      SELECT FROM runbook.task t WHERE (t.run_id, t.step_id) = (p_run, p_step) AND NOT t.deferred
         AND (runbook.is_failure(t.status) OR t.status = 'unknown'))
    THEN format('step %s did not succeed (on_failure: stop)', p_step) END;
  SELECT count(runbook.end_unlaunched(p_run, p_step, w.task_no, runbook.verdict('skipped', w.reason, NULL)
                 || jsonb_build_object('deferred', why IS NULL)))
    INTO skipped
    FROM (SELECT t.task_no, coalesce(why, runbook.why_deferred(p_run, t.plan)) AS reason FROM runbook.task t
           WHERE (t.run_id, t.step_id) = (p_run, p_step) AND NOT runbook.is_final(t.status)
             AND NOT EXISTS (SELECT FROM runbook.attempt a
                              WHERE (a.run_id, a.step_id, a.task_no) = (t.run_id, t.step_id, t.task_no)
                                AND a.status = 'running') OFFSET 0) w
   WHERE w.reason IS NOT NULL;
  RETURN skipped;
END $$;
COMMENT ON FUNCTION runbook.skip_waiting IS
  'Ends what waits in a step that was cancelled, that stops after a failure, or for which the window leaves no time.';

CREATE FUNCTION runbook.skip_cancelled(p_run text) RETURNS void
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  SELECT runbook.skip_waiting(p_run, s.step_id), runbook.finish_step(p_run, s.step_id)
    FROM runbook.step s
   WHERE s.run_id = p_run AND s.cancel_requested_at IS NOT NULL AND NOT runbook.is_final(s.status)
     AND NOT runbook.engine_alive(p_run) AND NOT runbook.is_supervised(p_run, s.step_id)
     -- An attempt that is on record may have been launched: that is settled first.
     AND NOT EXISTS (SELECT FROM runbook.attempt a
                      WHERE (a.run_id, a.step_id, a.status) = (s.run_id, s.step_id, 'pending'))
$$;
COMMENT ON FUNCTION runbook.skip_cancelled IS
  'Ends what waits in cancelled steps that nobody looks after.';
