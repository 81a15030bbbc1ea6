-- Detached steps: a supervisor, itself a worker, that launches and looks after the workers of one step
-- and records their true outcomes when no client is there.

ALTER TABLE runbook.attempt
  ADD COLUMN ended_at timestamptz,
  ADD COLUMN orphaned_at timestamptz,
  ADD COLUMN stop_rung integer NOT NULL DEFAULT 0,
  ADD COLUMN stop_rung_at timestamptz,
  ADD COLUMN clean_tries integer NOT NULL DEFAULT 0;
COMMENT ON COLUMN runbook.attempt.orphaned_at IS
  'When it was first seen that nobody looks after it, and that no worker of it shows.';
COMMENT ON COLUMN runbook.attempt.stop_rung IS
  'How far stopping its worker has gone: 1 pg_cancel_backend, 2 SIGTERM through the handle, 3 given up.';

ALTER TABLE runbook.run
  ADD COLUMN traceparent text,
  ADD COLUMN residue jsonb NOT NULL DEFAULT '{"before": null, "after": null}';
COMMENT ON COLUMN runbook.run.residue IS
  'What was lying about in the database before the run and after it, and what became of it.';

CREATE TABLE runbook.supervisor (
  run_id text NOT NULL,
  step_id text NOT NULL,
  pid integer NOT NULL,
  backend_start timestamptz NOT NULL,
  application_name text NOT NULL,
  started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  heartbeat_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  ended_at timestamptz,
  PRIMARY KEY (run_id, step_id, pid, backend_start),
  FOREIGN KEY (run_id, step_id) REFERENCES runbook.step ON DELETE CASCADE
);
COMMENT ON TABLE runbook.supervisor IS
  'The workers that look after detached steps, by the identity that holds in every session.';

CREATE FUNCTION runbook.is_alive(p_pid integer, p_backend_start timestamptz) RETURNS boolean
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  SELECT EXISTS (SELECT FROM pg_stat_activity a
                  WHERE a.pid = p_pid AND a.backend_type = 'pg_background' AND runbook.is_ours(a.usesysid)
                    AND (p_backend_start IS NULL OR a.backend_start = p_backend_start))
$$;
COMMENT ON FUNCTION runbook.is_alive IS
  'Whether a worker runs, or may run: without its start any worker of ours with that PID may be the one.';

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

CREATE FUNCTION runbook.counted(n integer, noun text) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT concat(n, ' ', noun, CASE WHEN n <> 1 THEN 's' END)
$$;

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

CREATE FUNCTION runbook.lock_class(p_what text) RETURNS oid
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT (hashtext(p_what)::bigint & 4294967295)::oid
$$;
COMMENT ON FUNCTION runbook.lock_class IS 'How pg_locks shows the first key of an advisory lock of ours.';

CREATE FUNCTION runbook.ticket(p_per_second integer) RETURNS integer
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  SELECT ((extract(epoch FROM clock_timestamp()) * p_per_second)::bigint & 2147483647)::integer
$$;
COMMENT ON FUNCTION runbook.ticket IS
  'The time as 31 bits of a lock''s key, so that the lock tells since when it is held.';

CREATE FUNCTION runbook.ticket_age(p_now integer, p_ticket bigint) RETURNS integer
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT ((p_now - p_ticket) & 2147483647)::integer
$$;
COMMENT ON FUNCTION runbook.ticket_age IS
  'How long before now a ticket was taken, in its own units. Of a clock that was put back it is very large.';

CREATE FUNCTION runbook.describe_session(p_pid integer, p_seconds double precision) RETURNS text
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  SELECT format('pid %s (role %s, database %s, since %s)', a.pid, a.usename, a.datname,
                runbook.to_timestamp_text(clock_timestamp() - p_seconds * interval '1 second'))
    FROM pg_stat_activity a WHERE a.pid = p_pid
$$;

CREATE FUNCTION runbook.admission_holder(OUT ticket integer, OUT holder text)
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  SELECT l.objid::bigint::integer,
         runbook.describe_session(l.pid, runbook.ticket_age(runbook.ticket(1000), l.objid::bigint) / 1000.0)
    FROM pg_locks l JOIN pg_stat_activity a USING (pid)
   WHERE l.locktype = 'advisory' AND l.objsubid = 2 AND l.granted AND l.pid <> pg_backend_pid()
     AND l.classid = runbook.lock_class('pg-runbook/admission') AND runbook.may_launch(a.usesysid)
   ORDER BY l.objid LIMIT 1
$$;
COMMENT ON FUNCTION runbook.admission_holder IS
  'Another session on the server that counts and launches at the moment. Every role can take an advisory lock: those that may not launch workers do not count.';

CREATE FUNCTION runbook.try_admission() RETURNS jsonb
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  class constant integer := hashtext('pg-runbook/admission');
  mine integer := runbook.ticket(1000);
  other record;
BEGIN
  SELECT * INTO other FROM runbook.admission_holder();
  IF other.holder IS NOT NULL THEN
    RETURN jsonb_build_object('holder', other.holder);
  END IF;
  -- Each session shows a lock of its own before it looks for others'. So of two at once at least one sees the other,
  -- and no lock can keep a session from showing its own. An advisory lock is of one database, slots are of the server.
  WHILE NOT pg_try_advisory_lock(class, mine) LOOP
    mine := ((mine::bigint + 1) & 2147483647)::integer;
  END LOOP;
  FOR i IN 1..5 LOOP
    PERFORM pg_stat_clear_snapshot();
    SELECT * INTO other FROM runbook.admission_holder();
    IF other.holder IS NULL THEN
      RETURN jsonb_build_object('ticket', mine);
    END IF;
    -- Of several that show a lock at the same moment the first one stays, or they would meet again and again.
    EXIT WHEN other.ticket <= mine;
    PERFORM pg_sleep(0.001);
  END LOOP;
  PERFORM pg_advisory_unlock(class, mine);
  RETURN jsonb_build_object('holder', other.holder);
END $$;
COMMENT ON FUNCTION runbook.try_admission IS
  'A ticket when this session alone, on the whole server, may count workers and launch more, until leave_admission or its end. Else the session that does so.';

CREATE FUNCTION runbook.leave_admission(p_ticket integer) RETURNS void
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  SELECT pg_advisory_unlock(hashtext('pg-runbook/admission'), p_ticket)
$$;
COMMENT ON FUNCTION runbook.leave_admission IS 'Lets others count and launch: what was launched shows.';

CREATE FUNCTION runbook.queue_class(p_queue text, p_most integer, p_keep integer) RETURNS bigint
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
  -- << and | have one precedence.
  SELECT ((hashtext('pg-runbook/queue' || p_queue)::bigint & 4095) << 20) | (coalesce(p_most, 1023)::bigint << 10) | p_keep::bigint
$$;
COMMENT ON FUNCTION runbook.queue_class IS
  'The upper half of the lock that stands for a place in a queue: for which budget, by what limits of 1000 at most.';

CREATE FUNCTION runbook.leave_queues(p_places bigint[]) RETURNS void
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  SELECT pg_advisory_unlock_shared(p) FROM unnest(p_places) p
$$;
COMMENT ON FUNCTION runbook.leave_queues IS 'Gives back places among those that wait for worker slots.';

CREATE FUNCTION runbook.first_in_queue(p_class bigint, p_place bigint) RETURNS text
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  SELECT runbook.describe_session(l.pid, l.age / 10.0)
    FROM (SELECT k.pid, k.classid::bigint AS class, runbook.ticket_age(n.now, k.objid::bigint) AS age,
                 runbook.ticket_age(n.now, p_place & 4294967295) AS my_age
            FROM (SELECT runbook.ticket(10) AS now OFFSET 0) n, pg_locks k
           WHERE k.locktype = 'advisory' AND k.objsubid = 1 AND k.granted AND k.pid <> pg_backend_pid()) l
    JOIN pg_stat_activity a USING (pid)
   WHERE l.class >> 20 = (p_class >> 20) & 4095
     -- A session that asks for more room than we do holds up only itself.
     AND (l.class >> 10) & 1023 >= (p_class >> 10) & 1023 AND l.class & 1023 <= p_class & 1023
     AND runbook.may_launch(a.usesysid)
     AND (l.age > l.my_age OR p_place IS NULL)
     -- Nobody waits for a day: such a place was made by hand.
     AND l.age < 864000
   ORDER BY l.age DESC LIMIT 1
$$;
COMMENT ON FUNCTION runbook.first_in_queue IS
  'The session that has waited longest among those before a place, or before a new one.';

CREATE FUNCTION runbook.take_turn(p_class bigint, p_place bigint, p_free integer, p_why text) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  ahead text := runbook.first_in_queue(p_class, p_place);
  free integer := CASE WHEN ahead IS NULL THEN p_free ELSE least(p_free, 0) END;
  place bigint := p_place;
BEGIN
  IF free <= 0 AND place IS NULL THEN
    -- Places are locks, so that the place of a session that is gone is gone with it.
    place := (p_class << 32) | runbook.ticket(10);
    -- A stranger may hold just this key.
    WHILE NOT pg_try_advisory_lock_shared(place) LOOP
      place := place + 1;
    END LOOP;
  END IF;
  -- As text: JavaScript's numbers have 53 bits.
  RETURN jsonb_build_object('free', free, 'place', place::text,
    'why', CASE WHEN ahead IS NOT NULL AND p_free > 0 THEN concat(ahead, ' has waited for longer') ELSE p_why END);
END $$;
COMMENT ON FUNCTION runbook.take_turn IS
  'First come, first served: of what is free nobody gets any before those who have waited for longer. Who gets none has a place in the queue, and keeps it.';

CREATE FUNCTION runbook.is_worker(a pg_catalog.pg_stat_activity) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  -- Of another role's process no more than name, role and database are shown.
  SELECT starts_with(a.application_name, 'pg-runbook/') AND coalesce(a.backend_type, 'pg_background') = 'pg_background'
     AND runbook.may_launch(a.usesysid)
     AND (a.datname <> current_database()
          OR EXISTS (SELECT FROM runbook.run r WHERE r.run_id = split_part(a.application_name, '/', 2)))
$$;
COMMENT ON FUNCTION runbook.is_worker IS
  'Whether a process is a worker of a pg-runbook on this server. Every session may have such a name: its role must be one that may launch workers, and in this database its run must be known.';

CREATE FUNCTION runbook.free_slots(p_budget jsonb, p_room integer, p_turns jsonb) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  slots integer := current_setting('max_worker_processes')::integer;
  most integer := (p_budget ->> 'server_workers')::integer;
  keep integer := (p_budget ->> 'keep_free')::integer;
  used integer;
  workers text[];
  named record;
  ours integer;
  turns jsonb;
BEGIN
  PERFORM pg_stat_clear_snapshot();
  SELECT count(*), coalesce(array_agg(a.application_name) FILTER (WHERE a.is_worker), '{}')
    INTO used, workers
    FROM (SELECT b.application_name, b.backend_type, runbook.is_worker(b) AS is_worker FROM pg_stat_activity b) a
   WHERE a.is_worker
      OR NOT coalesce(a.backend_type, 'client backend') = ANY (ARRAY(SELECT jsonb_array_elements_text(p_budget -> 'no_slot')));
  turns := jsonb_build_object('', runbook.take_turn(runbook.queue_class('', most, keep), (p_turns -> '' ->> 'place')::bigint,
    least(p_room, slots - keep - used, most - cardinality(workers)), CASE
      WHEN most <= cardinality(workers)
      THEN format('%s pg-runbook workers live on the server (budget.server_workers)', cardinality(workers))
      ELSE format('%s of %s worker slots are in use', used, slots) END));
  FOR named IN SELECT * FROM jsonb_to_recordset(p_budget -> 'named') x(name text, tag text, "limit" integer) LOOP
    SELECT count(*) INTO ours FROM unnest(workers) w WHERE strpos(w, named.tag) > 0;
    turns := turns || jsonb_build_object(named.name, runbook.take_turn(
      runbook.queue_class(named.tag, named."limit", 0), (p_turns -> named.name ->> 'place')::bigint, named."limit" - ours,
      format('budget %s: %s of %s workers live', named.name, ours, named."limit")));
  END LOOP;
  RETURN turns;
END $$;
COMMENT ON FUNCTION runbook.free_slots IS
  'How many workers may be launched now: under the empty name by the server''s slots and budget.server_workers, and by each named budget.';

CREATE FUNCTION runbook.short_budget(p_turns jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT jsonb_build_object('why', t ->> 'why', 'what', CASE name WHEN '' THEN 'no worker slot was free'
                                                        ELSE format('budget %s had no room', name) END)
    FROM jsonb_each(p_turns) u(name, t) WHERE (t ->> 'free')::integer < 1 ORDER BY name LIMIT 1
$$;
COMMENT ON FUNCTION runbook.short_budget IS
  'What has no room for a launch, in words, and why: the server''s slots before named budgets; NULL when all have.';

CREATE FUNCTION runbook.leave_turns(p_turns jsonb, p_but_short boolean) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  places bigint[];
  kept jsonb;
BEGIN
  SELECT array_agg((t ->> 'place')::bigint) FILTER (WHERE NOT keeps),
         coalesce(jsonb_object_agg(name, t) FILTER (WHERE keeps), '{}') INTO places, kept
    FROM (SELECT u.name, u.t, p_but_short AND (u.t ->> 'free')::integer < 1 AS keeps FROM jsonb_each(p_turns) u(name, t)) v;
  PERFORM runbook.leave_queues(places);
  RETURN kept;
END $$;
COMMENT ON FUNCTION runbook.leave_turns IS
  'Gives back the places of a supervisor, or only where there is room for it: whoever has room and cannot use it must not keep others waiting.';

CREATE FUNCTION runbook.run_workers(p_run text) RETURNS integer
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  SELECT count(*)::integer FROM pg_stat_activity a
   WHERE starts_with(a.application_name, 'pg-runbook/' || p_run || '/') AND a.backend_type = 'pg_background'
     AND runbook.is_ours(a.usesysid)
$$;
COMMENT ON FUNCTION runbook.run_workers IS 'The live workers of a run, its supervisors included.';

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

CREATE FUNCTION runbook.try_prepare(p_run text, p_step text, p_task integer, p_execution jsonb, p_digest text)
RETURNS jsonb
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  waiting text;
  prepared jsonb;
BEGIN
  PERFORM set_config('lock_timeout', '5s', true);
  SELECT a.attempt_id INTO waiting FROM runbook.attempt a
   WHERE (a.run_id, a.step_id, a.task_no, a.status) = (p_run, p_step, p_task, 'pending');
  IF waiting IS NULL THEN
    prepared := runbook.prepare_attempt(p_run, p_step, p_task, p_execution, p_digest);
    IF prepared ? 'cancelled_by' THEN
      PERFORM runbook.skip_waiting(p_run, p_step);
    END IF;
    RETURN prepared;
  END IF;
  PERFORM runbook.look_again(waiting, p_execution);
  RETURN coalesce((SELECT jsonb_build_object('attempt_id', a.attempt_id, 'sql', a.sql)
                     FROM runbook.attempt a WHERE a.attempt_id = waiting AND a.status = 'pending'), '{}');
EXCEPTION WHEN lock_not_available OR query_canceled THEN
  -- A look met somebody's lock: the next round looks again.
  RETURN NULL;
END $$;
COMMENT ON FUNCTION runbook.try_prepare IS
  'prepare_attempt for a supervisor, which tries again when it meets a lock, or finds no slot.';

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

CREATE FUNCTION runbook.cut_text(p_text text) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT CASE WHEN length(p_text) > 10000
              THEN left(p_text, 10000) || format('... (cut: %s bytes)', octet_length(p_text)) ELSE p_text END
$$;
COMMENT ON FUNCTION runbook.cut_text IS 'The beginning of an endless text of a worker, and how many bytes it had.';

CREATE FUNCTION runbook.read_child(p_query text, p_pid integer, p_cookie bigint) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  answer record;
  detail text;
BEGIN
  EXECUTE p_query INTO answer USING p_pid, p_cookie;
  RETURN jsonb_build_object('type', 'completed', 'row_count', answer.rows, 'notices', '[]'::jsonb,
    'tags', CASE WHEN NOT EXISTS (SELECT FROM unnest(answer.tags) x WHERE x !~ '^[A-Z]+( [A-Z]+)*( \d+)*$')
                 THEN to_jsonb(answer.tags) END,
    'command_tag', CASE WHEN answer.rows = 1 AND answer.first ~ '^[A-Z]+( [A-Z]+)*( \d+)*$'
                        THEN answer.first ELSE 'SELECT' END);
EXCEPTION
  -- Only children that have ended are read: whatever was said, the process is gone.
  WHEN connection_failure THEN
    RETURN jsonb_build_object('type', 'silent', 'why', 'the worker process died', 'gone', true);
  WHEN datatype_mismatch THEN
    RETURN jsonb_build_object('type', 'silent', 'gone', true,
                              'why', 'its result has other columns and could not be read');
  WHEN query_canceled OR OTHERS THEN
    -- A child's own error may have these SQLSTATEs as well; the extension's texts name the PID, and are not translated.
    IF SQLSTATE IN ('42704', '55000') AND strpos(SQLERRM, format('PID %s', p_pid)) > 0 THEN
      RETURN jsonb_build_object('type', 'silent', 'gone', true,
                                'why', 'it is not tracked by the launching session any more');
    END IF;
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
    RETURN jsonb_build_object('type', 'error', 'sqlstate', SQLSTATE, 'message', runbook.cut_text(SQLERRM),
                              'detail', runbook.cut_text(nullif(detail, '')));
END $$;
COMMENT ON FUNCTION runbook.read_child IS
  'How a child ended, by reading its result: before pg_background 1.9 the only way to learn it. It raises the child''s own error.';

CREATE FUNCTION runbook.try_call(p_call text, p_pid integer, p_cookie bigint) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  EXECUTE 'SELECT ' || p_call USING p_pid, p_cookie;
EXCEPTION WHEN undefined_object OR object_not_in_prerequisite_state THEN
  -- Not tracked any more, which is what both calls want to reach.
  RETURN;
END $$;
COMMENT ON FUNCTION runbook.try_call IS 'Detaches or cancels a child by its handle.';

CREATE FUNCTION runbook.note_child(p_run text, p_step text, p_row jsonb, p_order jsonb) RETURNS boolean
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  a runbook.attempt;
  told jsonb;
  -- A worker that ended before its launch returned has a PID that is none, and still is its handle.
  handle_pid integer := (p_row ->> 'pid')::integer;
BEGIN
  SELECT * INTO a FROM runbook.attempt
   WHERE (run_id, step_id, status) = (p_run, p_step, 'running')
     AND cookie = (p_row ->> 'cookie')::bigint AND outcome IS NULL;
  IF NOT FOUND THEN
    RETURN false;
  ELSIF p_row ->> 'state' <> 'stopped' THEN
    UPDATE runbook.attempt u
       SET backend_start = coalesce(u.backend_start, CASE WHEN p_row ->> 'application_name' = u.application_name
                                                          THEN (p_row ->> 'backend_start')::timestamptz END),
           built_indexes = CASE WHEN jsonb_typeof(p_row -> 'building_indexes') = 'array' THEN ARRAY(
             SELECT unnest(u.built_indexes) UNION SELECT x::bigint FROM jsonb_array_elements_text(p_row -> 'building_indexes') x)
             ELSE u.built_indexes END
     WHERE u.attempt_id = a.attempt_id
       AND (u.backend_start IS NULL OR jsonb_typeof(p_row -> 'building_indexes') = 'array');
    IF p_row ->> 'wait_event' IN ('MessageQueuePutMessage', 'MessageQueueSend') THEN
      -- Its queue is full and nobody reads it: let go, it runs on unheard, and the evidence tells.
      PERFORM runbook.try_call(p_order ->> 'detach', handle_pid, a.cookie);
    END IF;
    RETURN false;
  END IF;
  told := CASE
    WHEN NOT p_row ? 'has_error' THEN runbook.read_child(p_order ->> 'read', handle_pid, a.cookie)
    WHEN (p_row ->> 'has_error')::boolean THEN jsonb_build_object('type', 'error',
      'sqlstate', coalesce(p_row ->> 'sqlstate', 'XX000'), 'detail', p_row ->> 'detail',
      'message', coalesce(p_row ->> 'message', 'the worker failed without a message'))
    WHEN coalesce(p_row ->> 'command_tag', '') = '' THEN jsonb_build_object('type', 'silent', 'gone', true,
      'why', 'the worker ended without an error and without a command tag')
    ELSE jsonb_build_object('type', 'completed', 'notices', '[]'::jsonb, 'command_tag', p_row ->> 'command_tag',
                            'row_count', p_row -> 'row_count') END;
  IF told ->> 'type' = 'completed' AND NOT told ? 'tags' AND p_order -> 'execution' ->> 'statements' IS NOT NULL
     AND (SELECT (t.plan ->> 'reads_output')::boolean FROM runbook.task t
           WHERE (t.run_id, t.step_id, t.task_no) = (a.run_id, a.step_id, a.task_no)) THEN
    told := told || jsonb_build_object('tags', runbook.read_child(p_order ->> 'read', handle_pid, a.cookie) -> 'tags');
  END IF;
  UPDATE runbook.attempt u SET outcome = told, ended_at = clock_timestamp() WHERE u.attempt_id = a.attempt_id;
  RETURN true;
END $$;
COMMENT ON FUNCTION runbook.note_child IS
  'Notes what a poll shows of a child: who it is, what it builds, how it ended; true when it has.';

CREATE FUNCTION runbook.note_lost_children(p_run text, p_step text, p_tracked jsonb) RETURNS integer
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  WITH lost AS (
    UPDATE runbook.attempt u
       SET outcome = jsonb_build_object('type', 'silent', 'gone', true, 'why', 'its end was not heard'),
           ended_at = clock_timestamp()
     WHERE (u.run_id, u.step_id, u.status) = (p_run, p_step, 'running') AND u.outcome IS NULL
       AND NOT coalesce(p_tracked ? u.cookie::text, false)
       AND NOT runbook.is_alive(u.pid, u.backend_start)
    RETURNING 1)
  SELECT count(*)::integer FROM lost
$$;
COMMENT ON FUNCTION runbook.note_lost_children IS
  'Workers without a handle, of an earlier supervisor or let go, are followed until their process is gone.';

CREATE FUNCTION runbook.crowded_attempts(p_run text) RETURNS SETOF text
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  WITH waiting AS MATERIALIZED (
    SELECT DISTINCT l.pid FROM pg_locks l, runbook.run r
     WHERE r.run_id = p_run AND NOT l.granted
       AND l.waitstart < clock_timestamp() - (r.plan -> 'bystanders' ->> 'for_ms')::float8 * interval '1 millisecond'),
  behind AS MATERIALIZED (
    SELECT w.pid, pg_blocking_pids(w.pid) AS ahead FROM waiting w JOIN pg_stat_activity s USING (pid)
     -- Workers of ours give way to others, and not to each other.
     WHERE NOT (starts_with(coalesce(s.application_name, ''), 'pg-runbook') AND runbook.is_ours(s.usesysid)))
  SELECT a.attempt_id FROM runbook.attempt a JOIN runbook.run r USING (run_id) JOIN behind b ON a.pid = ANY (b.ahead)
   WHERE a.run_id = p_run AND a.status = 'running' AND a.outcome IS NULL AND a.cause IS NULL
   GROUP BY a.attempt_id, r.plan HAVING count(*) > (r.plan -> 'bystanders' ->> 'max_blocked')::integer
$$;
COMMENT ON FUNCTION runbook.crowded_attempts IS
  'Attempts of a run behind whose workers too many sessions of others have queued for too long: they hold what those want, or are ahead of them in the queue for it.';

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

CREATE FUNCTION runbook.end_lock_waits(p_attempts text[], OUT attempt_id text, OUT cause text) RETURNS SETOF record
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  w record;
  why text;
BEGIN
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
     WHERE a.attempt_id = ANY (p_attempts) AND a.status = 'running' AND a.outcome IS NULL AND a.cause IS NULL
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
    attempt_id := w.attempt_id;
    cause := w.bound;
    RETURN NEXT;
  END LOOP;
END $$;
COMMENT ON FUNCTION runbook.end_lock_waits IS
  'Cancels workers that have waited for a lock on a relation, or for an older transaction, for longer than their step allows; tells which bound that was.';

CREATE FUNCTION runbook.stop_children(p_run text, p_step text, p_timeout_ms double precision, p_order jsonb)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  a runbook.attempt;
  now timestamptz := clock_timestamp();
  waited double precision;
  crowded text[] := ARRAY(SELECT runbook.crowded_attempts(p_run));
BEGIN
  UPDATE runbook.attempt u
     SET stop_rung_at = now, cause = CASE WHEN s.cancel_requested_at IS NOT NULL THEN 'interrupt'
                                          WHEN r.window_at_end = 'cancel' AND r.window_ends_at <= now THEN 'window'
                                          WHEN runbook.is_stopping() THEN 'brake'
                                          WHEN u.attempt_id = ANY (crowded) THEN 'bystanders'
                                          ELSE 'timeout' END
    FROM runbook.step s JOIN runbook.run r USING (run_id)
   WHERE (u.run_id, u.step_id, u.status) = (p_run, p_step, 'running') AND u.outcome IS NULL AND u.cause IS NULL
     AND (s.run_id, s.step_id) = (p_run, p_step)
     -- The server's own statement_timeout comes first; this is for where that failed.
     AND (s.cancel_requested_at IS NOT NULL
          OR (r.window_at_end = 'cancel' AND r.window_ends_at <= now)
          OR runbook.is_stopping()
          OR u.attempt_id = ANY (crowded)
          OR u.launched_at + (p_timeout_ms + 3000) * interval '1 millisecond' < now);
  FOR a IN SELECT * FROM runbook.attempt u
            WHERE (u.run_id, u.step_id, u.status) = (p_run, p_step, 'running')
              AND u.outcome IS NULL AND u.cause IS NOT NULL AND u.stop_rung < 3 LOOP
    waited := extract(epoch FROM now - coalesce(a.stop_rung_at, now));
    IF a.stop_rung = 0 AND a.backend_start IS NOT NULL THEN
      PERFORM runbook.cancel_worker(a.pid, a.backend_start, a.application_name);
    ELSIF (a.stop_rung = 0 AND waited >= 0.5 AND (p_order ->> 'cancels_unseen')::boolean)
          OR (a.stop_rung = 1 AND waited >= 5) THEN
      PERFORM runbook.try_call(p_order ->> 'cancel', a.pid, a.cookie);
      a.stop_rung := 1;
    ELSIF a.stop_rung IN (0, 2) AND waited >= 10 THEN
      UPDATE runbook.attempt u
         SET ended_at = now, outcome = jsonb_build_object('type', 'silent', 'gone', false,
               'why', format('it did not stop when asked to, and still runs as pid %s', a.pid))
       WHERE u.attempt_id = a.attempt_id;
    ELSE
      CONTINUE;
    END IF;
    UPDATE runbook.attempt u
       SET stop_rung = CASE WHEN u.outcome IS NULL THEN a.stop_rung + 1 ELSE 3 END, stop_rung_at = now
     WHERE u.attempt_id = a.attempt_id;
  END LOOP;
END $$;
COMMENT ON FUNCTION runbook.stop_children IS
  'Stops children that are overdue or whose step is to be cancelled: pg_cancel_backend, then SIGTERM through the handle, then giving up. Never SIGKILL, which would restart the cluster.';

CREATE FUNCTION runbook.cancel_worker(p_pid integer, p_backend_start timestamptz, p_name text) RETURNS boolean
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  SELECT coalesce(bool_or(pg_cancel_backend(a.pid)), false) FROM pg_stat_activity a
   WHERE a.pid = p_pid AND a.backend_start = p_backend_start AND a.application_name = p_name
     AND a.backend_type = 'pg_background'
$$;
COMMENT ON FUNCTION runbook.cancel_worker IS
  'Cancels the statement of this very worker: its identity is read in the statement that signals, so that a reused PID is never touched.';

CREATE FUNCTION runbook.cancel_child(p_attempt text, p_handle jsonb, p_order jsonb) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF (p_order ->> 'cancels_unseen')::boolean THEN
    PERFORM runbook.try_call(p_order ->> 'cancel', (p_handle ->> 'pid')::integer, (p_handle ->> 'cookie')::bigint);
    RETURN;
  END IF;
  PERFORM pg_stat_clear_snapshot();
  PERFORM runbook.cancel_worker(p.pid, p.backend_start, p.application_name)
     FROM runbook.attempt a JOIN pg_stat_activity p ON p.application_name = a.application_name
    WHERE a.attempt_id = p_attempt AND p.pid = (p_handle ->> 'pid')::integer;
END $$;
COMMENT ON FUNCTION runbook.cancel_child IS
  'Stops a child that was just launched: by its handle, or where pg_background 1.8 would crash the server, by who it is once it shows.';

CREATE FUNCTION runbook.try_settle(p_attempt text, p_execution jsonb, p_stopping boolean) RETURNS boolean
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  a runbook.attempt;
BEGIN
  PERFORM set_config('lock_timeout', '5s', true);
  SELECT * INTO STRICT a FROM runbook.attempt WHERE attempt_id = p_attempt;
  -- Counters may show a little later than the worker's end.
  RETURN runbook.settle_attempt(p_attempt, a.outcome || jsonb_build_object('finished_at', a.ended_at,
    'elapsed_ms', extract(epoch FROM a.ended_at - coalesce(a.launched_at, a.recorded_at)) * 1000), p_execution,
    clock_timestamp() > a.ended_at + interval '700 milliseconds', p_stopping) IS NOT NULL;
EXCEPTION WHEN lock_not_available OR query_canceled THEN
  RETURN false;
END $$;
COMMENT ON FUNCTION runbook.try_settle IS
  'Settles an attempt whose outcome was heard; false when that has to be tried again.';

CREATE FUNCTION runbook.creates_index(p_plan jsonb, p_table oid, p_name name) RETURNS boolean
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT p_plan -> 'targets' @> jsonb_build_array(jsonb_build_object(
           'table_oid', p_table::bigint, 'facts', jsonb_build_object('creates_index', p_name)))
$$;
COMMENT ON FUNCTION runbook.creates_index IS 'Whether a task is to make an index of that name on that table.';

CREATE FUNCTION runbook.clean_up(p_attempt text) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  last_try constant integer := 20;
  leftover record;
  told jsonb := '[]';
  done boolean := true;
  nth integer;
BEGIN
  SELECT a.clean_tries + 1 INTO STRICT nth FROM runbook.attempt a WHERE a.attempt_id = p_attempt FOR UPDATE;
  -- The index is no use to anybody, its table is: others must not queue behind us for long.
  PERFORM set_config('lock_timeout', '500ms', true);
  FOR leftover IN
    SELECT format('%I.%I', n.nspname, c.relname) AS name FROM runbook.attempt a
      JOIN pg_class c ON c.oid::bigint = ANY (a.built_indexes)
      JOIN pg_index i ON i.indexrelid = c.oid
      JOIN pg_namespace n ON n.oid = c.relnamespace
      JOIN runbook.task t USING (run_id, step_id, task_no)
     WHERE a.attempt_id = p_attempt AND NOT i.indisvalid
       AND (c.relname ~ '_cc(new|old)[0-9]*$' OR runbook.creates_index(t.plan, i.indrelid, c.relname)) LOOP
    BEGIN
      EXECUTE 'DROP INDEX ' || leftover.name;
      told := told || to_jsonb(format('dropped the invalid index %s, left by this task', leftover.name));
    EXCEPTION
      WHEN lock_not_available OR query_canceled THEN
        done := done AND nth >= last_try;
        IF nth >= last_try THEN
          told := told || to_jsonb(format('an invalid index stays: %s, ours, which could not be dropped now', leftover.name));
        END IF;
      WHEN OTHERS THEN
        told := told || to_jsonb(format('an invalid index stays: %s, ours: %s', leftover.name, SQLERRM));
    END;
  END LOOP;
  UPDATE runbook.attempt a
     SET clean_tries = CASE WHEN done THEN last_try ELSE nth END, messages = coalesce(a.messages, '[]') || told
   WHERE a.attempt_id = p_attempt;
END $$;
COMMENT ON FUNCTION runbook.clean_up IS
  'Drops the invalid indexes that a build or rebuild left: only those that its own worker was seen to build or to replace.';

CREATE FUNCTION runbook.to_clean(p_run text, p_step text) RETURNS text[]
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  SELECT ARRAY(SELECT a.attempt_id FROM runbook.attempt a
                WHERE (a.run_id, a.step_id) = (p_run, p_step) AND a.built_indexes <> '{}'
                  AND runbook.is_final(a.status) AND a.status <> 'succeeded' AND a.clean_tries < 20)
$$;

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

CREATE FUNCTION runbook.obey_guard(p_run text, p_step text, p_task integer, p_breach jsonb, p_since timestamptz)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  why text := format('guard %s: %s', p_breach ->> 'name', p_breach ->> 'reason');
BEGIN
  IF p_breach ->> 'on_breach' = 'skip' THEN
    PERFORM runbook.end_unlaunched(p_run, p_step, p_task,
      runbook.verdict('skipped', why, NULL) || '{"deferred": true}');
  ELSIF clock_timestamp() >= p_since + (CASE p_breach ->> 'on_breach' WHEN 'stop' THEN interval '1 second'
          ELSE (p_breach ->> 'max_pause_ms')::float8 * interval '1 millisecond' END) THEN
    UPDATE runbook.run r SET stopped_for = why WHERE r.run_id = p_run;
  END IF;
END $$;
COMMENT ON FUNCTION runbook.obey_guard IS
  'What a supervisor does while a guard does not hold: it waits, leaves the task out, or lets nothing more be launched.';

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

CREATE FUNCTION runbook.find_worker(a runbook.attempt, OUT pid integer, OUT backend_start timestamptz)
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  SELECT p.pid, p.backend_start FROM pg_stat_activity p
   WHERE p.backend_type = 'pg_background' AND runbook.is_ours(p.usesysid)
     AND CASE WHEN a.pid IS NOT NULL AND a.backend_start IS NOT NULL
              THEN p.pid = a.pid AND p.backend_start = a.backend_start
              -- Who it is was not seen: its name tells, and that no supervisor bears it for a moment.
              ELSE p.application_name = a.application_name AND p.pid = coalesce(a.pid, p.pid)
               AND p.backend_start >= a.recorded_at
               AND NOT EXISTS (SELECT FROM runbook.supervisor s
                                WHERE s.pid = p.pid AND s.backend_start = p.backend_start) END
   LIMIT 1
$$;
COMMENT ON FUNCTION runbook.find_worker IS 'The process of an attempt, if it lives.';

CREATE FUNCTION runbook.is_looked_after(p_run text, p_step text, p_take_over boolean) RETURNS boolean
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  SELECT runbook.is_supervised(p_run, p_step)
      OR (NOT p_take_over AND runbook.engine_alive(p_run) AND NOT EXISTS (
            SELECT FROM runbook.supervisor v WHERE (v.run_id, v.step_id) = (p_run, p_step)))
$$;
COMMENT ON FUNCTION runbook.is_looked_after IS
  'Whether a step is left to somebody else: to its supervisor, or as long as it has none to the engine.';

CREATE FUNCTION runbook.reconcile(p_run text, p_executions jsonb, p_take_over boolean, p_keep text[])
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
                      WHERE (u.run_id, u.step_id) = (p_run, s.step_id) AND u.status IN ('pending', 'running')
                        AND NOT u.attempt_id = ANY (p_keep) LOOP
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
      UPDATE runbook.step u SET status = (
        SELECT runbook.combine_statuses(array_agg(t.status)) FROM runbook.task t
         WHERE (t.run_id, t.step_id) = (p_run, s.step_id))
       WHERE (u.run_id, u.step_id) = (p_run, s.step_id);
    END IF;
  END LOOP;
  IF NOT p_take_over THEN
    PERFORM runbook.conclude_lost_run(p_run);
  END IF;
END $$;
COMMENT ON FUNCTION runbook.reconcile IS
  'Settles by proof what the ledger calls running and nobody runs. What an engine or a supervisor looks after is left to them.';

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

CREATE FUNCTION runbook.request_cancel(p_run text, p_step text, p_by text) RETURNS integer
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  requested integer;
  a runbook.attempt;
BEGIN
  -- Who reconciles locks attempts before their steps.
  PERFORM runbook.enter_gate(concat('reconcile/', p_run));
  IF p_step IS NULL THEN
    UPDATE runbook.run r SET cancel_requested_by = coalesce(r.cancel_requested_by, p_by)
     WHERE r.run_id = p_run AND EXISTS (SELECT FROM runbook.step s
                                         WHERE s.run_id = p_run AND NOT runbook.is_final(s.status));
  END IF;
  UPDATE runbook.step s
     SET cancel_requested_at = coalesce(s.cancel_requested_at, clock_timestamp()),
         cancel_requested_by = coalesce(s.cancel_requested_by, p_by)
   WHERE s.run_id = p_run AND s.step_id = coalesce(p_step, s.step_id) AND NOT runbook.is_final(s.status);
  GET DIAGNOSTICS requested = ROW_COUNT;
  -- Their supervisors hold the handles; the others' workers are cancelled by who they are. Signals are
  -- sent in a loop: as a condition, the planner would be free to send them before the others are met.
  FOR a IN SELECT u.* FROM runbook.attempt u JOIN runbook.step s USING (run_id, step_id)
            WHERE u.run_id = p_run AND u.status = 'running' AND s.step_id = coalesce(p_step, s.step_id)
              AND s.cancel_requested_at IS NOT NULL AND NOT runbook.is_supervised(s.run_id, s.step_id)
            -- As engines lock those that they settle together, or each could wait for the other.
            ORDER BY u.attempt_id COLLATE "C" LOOP
    UPDATE runbook.attempt u SET cause = coalesce(u.cause, 'interrupt') WHERE u.attempt_id = a.attempt_id;
    PERFORM runbook.cancel_worker(a.pid, a.backend_start, a.application_name);
  END LOOP;
  RETURN requested;
END $$;
COMMENT ON FUNCTION runbook.request_cancel IS
  'Asks whoever looks after the steps to cancel them; where nobody does, cancels their workers by identity.';

CREATE FUNCTION runbook.note_stop(p_run text, p_steps text[], p_by text) RETURNS void
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  UPDATE runbook.run r SET cancel_requested_by = coalesce(r.cancel_requested_by, p_by) WHERE r.run_id = p_run;
  UPDATE runbook.step s
     SET cancel_requested_at = coalesce(s.cancel_requested_at, clock_timestamp()),
         cancel_requested_by = coalesce(s.cancel_requested_by, p_by)
   WHERE s.run_id = p_run AND s.step_id = ANY (p_steps) AND NOT runbook.is_final(s.status);
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

-- Owners and superusers pass. It is for members of pg_write_all_data, who may write to every other table.
DO $$
DECLARE
  name regclass;
BEGIN
  FOR name IN SELECT c.oid FROM pg_catalog.pg_class c
               WHERE c.relnamespace = 'runbook'::regnamespace AND c.relkind = 'r' LOOP
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY readable ON %s FOR SELECT USING (true)', name);
  END LOOP;
END $$;
