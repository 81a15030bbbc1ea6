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

CREATE FUNCTION runbook.judge_run(p_run text, p_engine jsonb) RETURNS jsonb
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  SELECT jsonb_build_object('status', v.status,
    'exit_code', CASE v.status
      WHEN 'unknown' THEN 4 WHEN 'deferred' THEN 75 WHEN 'cancelled' THEN coalesce((p_engine ->> 'signal_exit')::integer, 1)
      WHEN 'failed' THEN coalesce((p_engine ->> 'error_exit')::integer, CASE WHEN c.refused IS NOT NULL THEN 4 ELSE 1 END) ELSE 0 END,
    'reason', nullif(concat_ws('; ', p_engine ->> 'note', coalesce(nullif(concat_ws('; ', p_engine ->> 'lost',
      CASE WHEN c.unknown > 0 THEN format('the outcome of %s is unknown', runbook.counted(c.unknown, 'task')) END, c.stopped,
      CASE WHEN c.stopped IS NULL AND c.unknown = 0 THEN c.refused || ' was interrupted and not done again: not declared idempotent' END,
      CASE WHEN c.stopped IS NULL AND c.unknown = 0 AND c.refused IS NULL THEN nullif(concat_ws('; ',
        -- Of a failure and a cancel it is the consequence.
        CASE WHEN c.unlaunched > 0 AND (p_engine ->> 'lost' IS NOT NULL OR c.failed + c.halted = 0) THEN format('%s not launched', runbook.counted(c.unlaunched, 'task')) END,
        CASE WHEN c.failed > 0 THEN format('%s did not succeed', runbook.counted(c.failed, 'task')) END,
        CASE WHEN c.halted > 0 THEN format('%s cancelled', runbook.counted(c.halted, 'step')) END,
        CASE WHEN c.forbidden > 0 THEN format('%s skipped for lack of privilege', runbook.counted(c.forbidden, 'relation')) END,
        CASE WHEN c.deferred > 0 THEN format('%s deferred', runbook.counted(c.deferred, 'task')) END), '') END), ''),
      CASE WHEN p_engine ->> 'note' IS NOT NULL THEN 'the run went on' END)), ''))
    FROM runbook.count_ends(p_run, p_engine) c
   CROSS JOIN LATERAL (SELECT CASE
      WHEN c.unknown > 0 THEN 'unknown' WHEN p_engine ->> 'error_exit' IS NOT NULL THEN 'failed'
      WHEN c.stopped IS NOT NULL THEN 'cancelled'
      WHEN c.refused IS NOT NULL OR c.failed + c.halted + c.forbidden + c.unlaunched > 0 THEN 'failed'
      -- Whatever a step is called at this moment: work that has not ended has not succeeded.
      WHEN c.open > 0 THEN 'detached' WHEN c.deferred > 0 THEN 'deferred' ELSE 'succeeded' END) v(status)
$$;
COMMENT ON FUNCTION runbook.judge_run IS
  'What a run as a whole has come to, from its tasks. An unknown outcome outweighs everything; a relation that was skipped for lack of privilege counts as a failure, since somebody has to act. p_engine: what only its engine knows; NULL without one.';

CREATE FUNCTION runbook.count_ends(p_run text, p_engine jsonb, OUT unknown integer, OUT failed integer, OUT deferred integer,
  OUT open integer, OUT forbidden integer, OUT unlaunched integer, OUT halted integer, OUT stopped text, OUT refused text)
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  SELECT (count(*) FILTER (WHERE t.status = 'unknown'))::integer,
         (count(*) FILTER (WHERE runbook.is_failure(t.status) AND NOT t.deferred))::integer,
         (count(*) FILTER (WHERE t.deferred))::integer,
         (count(*) FILTER (WHERE NOT runbook.is_final(t.status)))::integer,
         coalesce(sum((SELECT count(*) FROM jsonb_array_elements(t.targets) x
                        WHERE x ->> 'status' = 'skipped' AND x ->> 'sqlstate' = '42501')), 0)::integer,
         (count(*) FILTER (WHERE t.status = 'skipped' AND t.blocked AND NOT t.deferred))::integer,
         -- A step that was cancelled before any of its tasks was launched has none that failed.
         (SELECT count(*) FROM runbook.step s
           WHERE (s.run_id, s.status) = (p_run, 'cancelled') AND NOT EXISTS (
             SELECT FROM runbook.task u WHERE (u.run_id, u.step_id) = (p_run, s.step_id) AND runbook.is_failure(u.status)))::integer,
         (SELECT runbook.cancelled_run(r) FROM runbook.run r WHERE r.run_id = p_run),
         (SELECT string_agg(x, ', ') FROM jsonb_array_elements_text(p_engine -> 'refused') x)
    FROM runbook.task t WHERE t.run_id = p_run
$$;
COMMENT ON FUNCTION runbook.count_ends IS 'The ends of a run''s tasks and steps, as far as they decide what the run came to.';

CREATE FUNCTION runbook.conclude_run(p_run text, p_engine jsonb) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  r runbook.run;
  judged jsonb;
  ended boolean;
BEGIN
  -- Steps are locked before their run by all, or each could wait for the other.
  PERFORM FROM runbook.step s WHERE (s.run_id, s.policy) = (p_run, 'detach') AND NOT runbook.is_final(s.status)
    ORDER BY s.ordinal FOR UPDATE;
  -- A detached step whose tasks have all ended is over, though its supervisor may be about to say so.
  PERFORM runbook.finish_step(p_run, s.step_id) FROM runbook.step s
    WHERE (s.run_id, s.policy) = (p_run, 'detach') AND NOT runbook.is_final(s.status);
  -- Locked before the states of its steps are asked for: whoever ends the last one at this moment must not miss it.
  SELECT * INTO STRICT r FROM runbook.run u WHERE u.run_id = p_run FOR UPDATE;
  judged := runbook.judge_run(p_run, p_engine);
  ended := NOT EXISTS (SELECT FROM runbook.step s WHERE s.run_id = p_run AND NOT runbook.is_final(s.status));
  UPDATE runbook.run u
     SET status = judged ->> 'status', exit_code = (judged ->> 'exit_code')::integer, reason = judged ->> 'reason',
         -- Detached steps go on; whoever ends the last one says when.
         finished_at = CASE WHEN ended THEN clock_timestamp() END, residue = p_engine -> 'residue',
         paused_at = CASE WHEN NOT ended THEN u.paused_at END, paused_by = CASE WHEN NOT ended THEN u.paused_by END
   WHERE u.run_id = p_run RETURNING * INTO r;
  RETURN judged || jsonb_build_object('finished_at', runbook.to_timestamp_text(r.finished_at), 'paused_by', r.paused_by);
END $$;
COMMENT ON FUNCTION runbook.conclude_run IS
  'Records what a run has come to when its engine has done its part.';

CREATE FUNCTION runbook.conclude_detached_run(p_run text) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  r runbook.run;
  judged jsonb;
BEGIN
  SELECT * INTO r FROM runbook.run u WHERE u.run_id = p_run FOR UPDATE;
  IF NOT FOUND OR r.status = 'running' OR r.finished_at IS NOT NULL OR EXISTS (
       SELECT FROM runbook.step s WHERE s.run_id = p_run AND NOT runbook.is_final(s.status)) THEN
    RETURN;
  END IF;
  judged := runbook.judge_run(p_run, NULL);
  IF r.status = 'detached' OR (judged ->> 'status' = 'unknown' AND r.status <> 'cancelled') THEN
    -- What its engine found otherwise stays, and can only get worse.
    UPDATE runbook.run u
       SET status = judged ->> 'status', exit_code = (judged ->> 'exit_code')::integer,
           reason = CASE WHEN r.status = 'detached' THEN judged ->> 'reason' ELSE u.reason END
     WHERE u.run_id = p_run;
  END IF;
  UPDATE runbook.run u SET finished_at = clock_timestamp() WHERE u.run_id = p_run;
END $$;
COMMENT ON FUNCTION runbook.conclude_detached_run IS
  'Ends a run whose engine has left it once its last step has ended: as a waited run would.';

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

CREATE FUNCTION runbook.skip_cancelled(p_run text) RETURNS void
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  SELECT runbook.skip_waiting(s, concat('cancelled before it was launched, by ', s.cancel_requested_by), false),
         runbook.finish_step(p_run, s.step_id)
    FROM runbook.step s
   WHERE s.run_id = p_run AND s.cancel_requested_at IS NOT NULL AND NOT runbook.is_final(s.status)
     AND NOT runbook.engine_alive(p_run) AND NOT runbook.is_supervised(p_run, s.step_id)
     -- An attempt that is on record may have been launched: that is settled first.
     AND NOT EXISTS (SELECT FROM runbook.attempt a
                      WHERE (a.run_id, a.step_id, a.status) = (s.run_id, s.step_id, 'pending'))
$$;
COMMENT ON FUNCTION runbook.skip_cancelled IS
  'Ends what waits in cancelled steps that nobody looks after.';
