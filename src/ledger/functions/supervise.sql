-- The supervisor of a detached step.

CREATE PROCEDURE runbook.supervise(p_run text, p_step text, p_order jsonb)
LANGUAGE plpgsql AS $$
-- Each COMMIT ends a snapshot: a long one would hang REINDEX CONCURRENTLY and hold back VACUUM. What
-- COMMITs may have no SET clause, so that every name is qualified here.
DECLARE
  step_plan constant jsonb := p_order -> 'step';
  child jsonb;
  prepared jsonb;
  handle jsonb;
  tracked jsonb;
  attempt text;
  task integer;
  pause_ms double precision := 5;
  busy boolean;
  no_slot_since timestamptz;
  launching_at timestamptz;
  turns jsonb := '{}';
  short jsonb;
  admission jsonb := '{}';
  guard jsonb;
  guard_since timestamptz;
  guard_looked timestamptz := '-infinity';
  wal_from pg_catalog.pg_lsn;
BEGIN
  -- Two supervisors would take each other's children for lost ones, and launch the same tasks.
  IF NOT runbook.try_claim(pg_catalog.concat_ws('/', 'step', p_run, p_step)) THEN
    RETURN;
  END IF;
  INSERT INTO runbook.supervisor (run_id, step_id, pid, backend_start, application_name)
  SELECT p_run, p_step, a.pid, a.backend_start, a.application_name
    FROM pg_catalog.pg_stat_activity a WHERE a.pid = pg_catalog.pg_backend_pid();
  UPDATE runbook.step s SET status = 'detached', started_at = coalesce(s.started_at, pg_catalog.clock_timestamp())
   WHERE (s.run_id, s.step_id) = (p_run, p_step);
  -- Somebody may have looked when its engine was gone and it was not there yet.
  UPDATE runbook.run r SET status = 'detached', finished_at = NULL, exit_code = 0, reason = NULL
   WHERE r.run_id = p_run AND r.finished_at IS NOT NULL AND NOT runbook.engine_alive(p_run);
  COMMIT;
  LOOP
    busy := false;
    tracked := '{}';
    FOR child IN EXECUTE pg_catalog.format('SELECT pg_catalog.to_jsonb(p) FROM (%s) p WHERE p.pid IS NOT NULL', p_order ->> 'poll') LOOP
      tracked := tracked || pg_catalog.jsonb_build_object(child ->> 'cookie', child -> 'pid');
      busy := runbook.note_child(p_run, p_step, child, p_order) OR busy;
    END LOOP;
    busy := runbook.note_lost_children(p_run, p_step, tracked) > 0 OR busy;
    COMMIT;
    PERFORM runbook.try_call(p_order ->> 'detach', (tracked ->> a.cookie::text)::integer, a.cookie)
       FROM runbook.attempt a
      WHERE (a.run_id, a.step_id, a.status) = (p_run, p_step, 'running') AND a.outcome IS NOT NULL
        AND tracked ? a.cookie::text;
    PERFORM runbook.stop_children(p_run, p_step, (step_plan ->> 'timeout_ms')::double precision, p_order);
    IF step_plan ->> 'old_transactions_timeout_ms' IS NOT NULL THEN
      PERFORM runbook.end_lock_waits(ARRAY(SELECT a.attempt_id FROM runbook.attempt a
        WHERE (a.run_id, a.step_id, a.status) = (p_run, p_step, 'running')));
    END IF;
    COMMIT;
    FOREACH attempt IN ARRAY ARRAY(SELECT a.attempt_id FROM runbook.attempt a
        WHERE (a.run_id, a.step_id, a.status) = (p_run, p_step, 'running') AND a.outcome IS NOT NULL) LOOP
      busy := runbook.try_settle(attempt, p_order -> 'execution', EXISTS (SELECT FROM runbook.step s
        WHERE (s.run_id, s.step_id) = (p_run, p_step) AND s.cancel_requested_at IS NOT NULL)) OR busy;
      COMMIT;
    END LOOP;
    FOREACH attempt IN ARRAY runbook.to_clean(p_run, p_step) LOOP
      PERFORM runbook.clean_up(attempt);
      COMMIT;
    END LOOP;
    PERFORM runbook.skip_waiting(p_run, p_step);
    UPDATE runbook.supervisor u SET heartbeat_at = pg_catalog.clock_timestamp()
     WHERE (u.run_id, u.step_id) = (p_run, p_step) AND u.pid = pg_catalog.pg_backend_pid() AND u.ended_at IS NULL
       AND u.heartbeat_at < pg_catalog.clock_timestamp() - interval '1 second';
    EXIT WHEN runbook.to_clean(p_run, p_step) = '{}' AND runbook.finish_step(p_run, p_step);
    COMMIT;
    LOOP
      task := runbook.next_task(p_run, p_step, (step_plan ->> 'concurrency')::integer);
      IF task IS NULL OR runbook.paused_by(p_run) IS NOT NULL THEN
        turns := runbook.leave_turns(turns, false);
      END IF;
      EXIT WHEN task IS NULL;
      IF runbook.paused_by(p_run) IS NOT NULL THEN
        no_slot_since := NULL;
        EXIT;
      END IF;
      EXIT WHEN guard_since IS NOT NULL AND pg_catalog.clock_timestamp() < guard_looked + interval '1 second';
      -- For this transaction only: guards find what the role finds.
      PERFORM pg_catalog.set_config('search_path', p_order -> 'settings' ->> 'search_path', true);
      guard := runbook.guard_breach(p_run, p_order -> 'settings' ->> 'pg_runbook.guards', wal_from, guard_looked);
      wal_from := pg_catalog.pg_current_wal_insert_lsn();
      guard_looked := pg_catalog.clock_timestamp();
      COMMIT;
      IF guard IS NULL THEN
        guard_since := NULL;
      ELSIF guard ->> 'on_breach' = 'skip' THEN
        PERFORM runbook.obey_guard(p_run, p_step, task, guard, guard_looked);
        COMMIT;
        CONTINUE;
      ELSE
        guard_since := coalesce(guard_since, guard_looked);
        PERFORM runbook.obey_guard(p_run, p_step, task, guard, guard_since);
        EXIT;
      END IF;
      -- Once to know whether it is worth a look at the targets, and once when nobody else may launch.
      turns := runbook.free_slots(p_order -> 'budget',
        (p_order -> 'budget' ->> 'workers')::integer - runbook.run_workers(p_run), turns);
      short := runbook.short_budget(turns);
      IF short IS NULL THEN
        prepared := runbook.try_prepare(p_run, p_step, task, p_order -> 'execution', p_order -> 'digests' ->> task::text);
        -- The record of an attempt is committed before its launch.
        COMMIT;
        EXIT WHEN prepared IS NULL;
        CONTINUE WHEN prepared ->> 'attempt_id' IS NULL;
        admission := runbook.try_admission();
        IF admission ? 'ticket' THEN
          turns := runbook.free_slots(p_order -> 'budget',
            (p_order -> 'budget' ->> 'workers')::integer - runbook.run_workers(p_run), turns);
          short := runbook.short_budget(turns);
        ELSE
          short := pg_catalog.jsonb_build_object('what', 'no worker slot was free',
                                                 'why', pg_catalog.concat(admission ->> 'holder', ' counts and launches'));
        END IF;
      END IF;
      IF short IS NOT NULL THEN
        turns := runbook.leave_turns(turns, true);
        handle := pg_catalog.jsonb_build_object('sqlstate', '53000', 'message',
          pg_catalog.format('%s (53000) for as long as it may wait: %s', short ->> 'what', short ->> 'why'));
      ELSE
        -- From before the launch, as the worker's own timeout counts.
        launching_at := pg_catalog.clock_timestamp();
        handle := runbook.launch_child(prepared ->> 'attempt_id', p_order);
        COMMIT;
        WHILE handle ? 'pid' AND pg_catalog.clock_timestamp() < launching_at + interval '5 seconds'
              AND NOT runbook.has_shown(p_order ->> 'poll', handle ->> 'cookie', prepared ->> 'attempt_id') LOOP
          COMMIT;
          PERFORM pg_catalog.pg_sleep(0.005);
          COMMIT;
        END LOOP;
        turns := runbook.leave_turns(turns, false);
      END IF;
      IF admission ? 'ticket' THEN
        PERFORM runbook.leave_admission((admission ->> 'ticket')::integer);
      END IF;
      admission := '{}';
      COMMIT;
      IF handle ? 'pid' THEN
        UPDATE runbook.attempt a
           SET pid = CASE WHEN (handle ->> 'pid')::integer BETWEEN 1 AND 4194304 THEN (handle ->> 'pid')::integer END,
               cookie = (handle ->> 'cookie')::bigint, status = 'running', launched_at = launching_at
         WHERE a.attempt_id = prepared ->> 'attempt_id' AND a.status = 'pending';
        IF NOT FOUND THEN
          -- Somebody has settled the attempt meanwhile: nobody would hear of this worker.
          PERFORM runbook.cancel_child(prepared ->> 'attempt_id', handle, p_order);
        END IF;
        UPDATE runbook.task t SET status = 'running' WHERE (t.run_id, t.step_id, t.task_no) = (p_run, p_step, task);
        no_slot_since := NULL;
        busy := true;
      ELSIF handle ->> 'sqlstate' IN ('53000', '53400') THEN
        -- While children of ours hold slots, the others wait for those, which have timeouts themselves.
        no_slot_since := CASE WHEN EXISTS (
          SELECT FROM runbook.attempt a WHERE (a.run_id, a.step_id, a.status) = (p_run, p_step, 'running'))
          THEN NULL ELSE coalesce(no_slot_since, pg_catalog.clock_timestamp()) END;
        EXIT WHEN no_slot_since IS NULL OR pg_catalog.clock_timestamp() < no_slot_since
          + coalesce((p_order -> 'budget' ->> 'max_wait_ms')::double precision, (step_plan ->> 'timeout_ms')::double precision) * interval '1 millisecond';
        -- All that came up have waited since then: the next one gives up now, unless there is room by now.
        PERFORM runbook.end_unlaunched(p_run, p_step, task, runbook.verdict('failed', handle ->> 'message', '53000'));
      ELSE
        PERFORM runbook.end_unlaunched(p_run, p_step, task, runbook.verdict('failed', handle ->> 'message', handle ->> 'sqlstate'));
        EXIT;
      END IF;
      COMMIT;
    END LOOP;
    COMMIT;
    pause_ms := CASE WHEN busy THEN 5 ELSE least(pause_ms * 1.5, 250) END;
    PERFORM pg_catalog.pg_sleep(pause_ms / 1000);
    COMMIT;
  END LOOP;
  UPDATE runbook.supervisor u SET ended_at = pg_catalog.clock_timestamp(), heartbeat_at = pg_catalog.clock_timestamp()
   WHERE (u.run_id, u.step_id) = (p_run, p_step) AND u.pid = pg_catalog.pg_backend_pid() AND u.ended_at IS NULL;
END $$;
COMMENT ON PROCEDURE runbook.supervise IS
  'Looks after a detached step to its end, in a worker of its own: launches its tasks, records each true outcome, enforces timeouts and obeys requests to cancel.';
