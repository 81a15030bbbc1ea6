-- The look before a launch, and the record that stands before it.

CREATE FUNCTION runbook.run_in_the_way(t runbook.task) RETURNS text
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  a runbook.attempt;
BEGIN
  IF t.conflicts = '{}' THEN
    RETURN NULL;
  END IF;
  -- Whoever comes second sees the record of whoever came first.
  PERFORM runbook.enter_gate('relations');
  -- OFFSET keeps the order: from the few live attempts to their tasks, and not from all tasks of the ledger's history.
  FOR a IN SELECT u.* FROM runbook.attempt u
            CROSS JOIN LATERAL (SELECT o.conflicts FROM runbook.task o
                                 WHERE (o.run_id, o.step_id, o.task_no) = (u.run_id, u.step_id, u.task_no) OFFSET 0) o
            WHERE u.status IN ('pending', 'running') AND u.run_id <> t.run_id AND o.conflicts && t.conflicts LOOP
    -- A record that nobody looks after holds nothing up, unless its worker lives.
    IF runbook.engine_alive(a.run_id) OR runbook.is_supervised(a.run_id, a.step_id)
       OR (SELECT w.pid FROM runbook.find_worker(a) w) IS NOT NULL THEN
      RETURN a.run_id;
    END IF;
  END LOOP;
  RETURN NULL;
END $$;
COMMENT ON FUNCTION runbook.run_in_the_way IS
  'Another run that works on one of the relations, or is about to.';

CREATE FUNCTION runbook.await_relation(t runbook.task, p_busy text) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  waits_ms double precision;
BEGIN
  SELECT coalesce((r.plan -> 'budget' ->> 'max_wait_ms')::double precision, (s.plan ->> 'timeout_ms')::double precision)
    INTO waits_ms FROM runbook.run r JOIN runbook.step s USING (run_id)
   WHERE (s.run_id, s.step_id) = (t.run_id, t.step_id);
  IF clock_timestamp() > t.awaited_since + waits_ms * interval '1 millisecond' THEN
    RETURN runbook.end_unlaunched(t.run_id, t.step_id, t.task_no, runbook.verdict('failed',
      format('run %s has worked on the same relation for longer than this task may wait', p_busy), '55006')) - 'attempt';
  END IF;
  UPDATE runbook.task u
     SET awaited_since = coalesce(u.awaited_since, clock_timestamp()),
         not_before = clock_timestamp() + interval '500 milliseconds'
   WHERE (u.run_id, u.step_id, u.task_no) = (t.run_id, t.step_id, t.task_no) RETURNING * INTO t;
  RETURN jsonb_build_object('task', runbook.task_state(t), 'busy', p_busy);
END $$;
COMMENT ON FUNCTION runbook.await_relation IS
  'Lets a task wait for another run to be done with its relation, for so long as the budget or its timeout says.';

CREATE FUNCTION runbook.task_digest(p_plan jsonb) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT encode(sha256(convert_to(concat_ws(',', runbook.sha256_text(p_plan ->> 'sql'), (
           SELECT string_agg(concat_ws(',', x ->> 'oid', runbook.sha256_text(x ->> 'schema'),
                    runbook.sha256_text(x ->> 'relation'), coalesce(x -> 'facts' ->> 'only', 'false')), ',' ORDER BY i)
             FROM jsonb_array_elements(p_plan -> 'targets') WITH ORDINALITY y(x, i))), 'UTF8')), 'hex')
$$;
COMMENT ON FUNCTION runbook.task_digest IS
  'Names what a worker of a task may be sent: a record that somebody has changed is not executed.';

CREATE FUNCTION runbook.part_sql(command text, targets jsonb) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT command || ' ' || string_agg(
           CASE WHEN (x -> 'facts' ->> 'only')::boolean THEN 'ONLY ' ELSE '' END
           || format('%I.%I', x ->> 'schema', x ->> 'relation'), ', ' ORDER BY i)
    FROM jsonb_array_elements(targets) WITH ORDINALITY y(x, i)
$$;
COMMENT ON FUNCTION runbook.part_sql IS 'The command for some of a pack''s relations.';

CREATE FUNCTION runbook.seal_of(t runbook.task, p_key text) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT runbook.sha256_text(concat_ws('/', p_key, t.run_id, t.step_id, t.task_no, runbook.task_digest(t.plan)))
$$;
COMMENT ON FUNCTION runbook.seal_of IS
  'What only the engine that knows the key, and its supervisors, can write beside a task.';

CREATE FUNCTION runbook.attempt_sql(t runbook.task, p_oids bigint[], p_command text, p_key text) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT CASE WHEN runbook.seal_of(t, p_key) IS DISTINCT FROM t.seal THEN NULL
              WHEN cardinality(p_oids) = jsonb_array_length(t.plan -> 'targets') THEN t.plan ->> 'sql'
              ELSE (SELECT runbook.part_sql(p_command, jsonb_agg(x ORDER BY i))
                      FROM jsonb_array_elements(t.plan -> 'targets') WITH ORDINALITY y(x, i)
                     WHERE (x ->> 'oid')::bigint = ANY (p_oids)) END
$$;
COMMENT ON FUNCTION runbook.attempt_sql IS
  'The SQL for all or some of a task''s targets; NULL when the record of the task is not what was sealed.';

CREATE FUNCTION runbook.prepare_attempt(p_run text, p_step text, p_task integer, p_execution jsonb, p_key text)
RETURNS jsonb
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  t runbook.task;
  a runbook.attempt;
  item jsonb;
  wanted jsonb;
  seen jsonb;
  kept jsonb;
  number integer;
  canceller text;
  busy text;
  oids bigint[];
  begun boolean;
BEGIN
  SELECT s.cancel_requested_by INTO canceller FROM runbook.step s
   WHERE (s.run_id, s.step_id) = (p_run, p_step) AND s.cancel_requested_at IS NOT NULL;
  IF FOUND THEN
    RETURN (SELECT jsonb_build_object('task', runbook.task_state(u), 'cancelled_by', canceller) FROM runbook.task u
             WHERE (u.run_id, u.step_id, u.task_no) = (p_run, p_step, p_task));
  END IF;
  SELECT * INTO STRICT t FROM runbook.task
   WHERE (run_id, step_id, task_no) = (p_run, p_step, p_task) FOR UPDATE;
  IF runbook.seal_of(t, p_key) IS DISTINCT FROM t.seal THEN
    RETURN runbook.end_unlaunched(p_run, p_step, p_task,
      runbook.verdict('failed', runbook.altered(), '55000')) - 'attempt';
  END IF;
  busy := runbook.run_in_the_way(t);
  IF busy IS NOT NULL THEN
    RETURN runbook.await_relation(t, busy);
  END IF;
  SELECT coalesce(max(attempt_no), 0) + 1 INTO number FROM runbook.attempt
   WHERE (run_id, step_id, task_no) = (p_run, p_step, p_task);
  begun := runbook.is_walked(p_run, p_step);
  LOOP
    item := t.items -> 0;
    IF item IS NULL THEN
      RETURN jsonb_build_object('task', runbook.end_task(p_run, p_step, p_task, NULL));
    END IF;
    SELECT coalesce(jsonb_agg(x ORDER BY i), '[]') INTO wanted
      FROM jsonb_array_elements(t.plan -> 'targets') WITH ORDINALITY y(x, i)
     WHERE x ->> 'oid' IN (SELECT jsonb_array_elements_text(item -> 'oids'));
    seen := runbook.look(p_execution ->> 'evidence', wanted);
    SELECT coalesce(jsonb_agg(x ORDER BY i), '[]') INTO kept
      FROM jsonb_array_elements(wanted) WITH ORDINALITY y(x, i)
     WHERE (seen -> (x ->> 'oid') ->> 'same')::boolean;
    SELECT runbook.write_targets(t.targets, coalesce(jsonb_object_agg(x ->> 'oid', CASE
             WHEN (seen -> (x ->> 'oid') ->> 'same')::boolean
             THEN jsonb_build_object('evidence', jsonb_build_object('before', seen -> (x ->> 'oid') -> 'facts', 'after', NULL))
             WHEN strpos(x ->> 'name', runbook.unwritable()) > 0 THEN jsonb_build_object('status', 'failed', 'sqlstate', '22021',
                    'reason', 'its name has bytes that are not UTF-8, which cannot be written into a statement: rename it')
             WHEN begun THEN jsonb_build_object('status', 'failed', 'sqlstate', '42P01',
                    'reason', 'dropped, renamed or replaced since its rows began to be walked: the rest is not done')
             ELSE jsonb_build_object('status', 'skipped', 'sqlstate', '42P01',
                    'reason', 'dropped, renamed or replaced since the plan was made') END), '{}'))
      INTO t.targets FROM jsonb_array_elements(wanted) x;
    t.items := t.items - 0;
    UPDATE runbook.task u SET targets = t.targets, items = t.items, awaited_since = NULL
     WHERE (u.run_id, u.step_id, u.task_no) = (p_run, p_step, p_task);
    EXIT WHEN kept <> '[]' OR wanted = '[]';
  END LOOP;
  oids := ARRAY(SELECT (x ->> 'oid')::bigint FROM jsonb_array_elements(kept) x);
  INSERT INTO runbook.attempt (attempt_id, run_id, step_id, task_no, attempt_no, sql, application_name,
                               status, target_oids, tries, launched_at, before)
  VALUES (concat_ws('/', p_run, p_step, p_task, number), p_run, p_step, p_task, number,
          runbook.attempt_sql(t, oids, p_execution ->> 'command', p_key), t.application_name, 'pending', oids,
          -- From here on it may have been launched, until it is known that it was not.
          (item ->> 'tries')::integer + 1, clock_timestamp(),
          (SELECT coalesce(jsonb_object_agg(x ->> 'oid', seen -> (x ->> 'oid') -> 'facts'), '{}')
             FROM jsonb_array_elements(kept) x))
  RETURNING * INTO a;
  RETURN jsonb_build_object('task', runbook.task_state(t), 'attempt_id', a.attempt_id, 'sql', a.sql,
                            'target_oids', a.target_oids,
                            'attempt', runbook.attempt_state(a, t.plan ->> 'sql'));
END $$;
COMMENT ON FUNCTION runbook.prepare_attempt IS
  'Looks at the targets of a task''s next piece of work and records the attempt, before its launch. Without an attempt in the answer no target was left, and the task has ended; or it waits for another run, or its step is to be cancelled.';

CREATE FUNCTION runbook.look_again(p_attempt text, p_execution jsonb) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  a runbook.attempt;
  t runbook.task;
  seen jsonb;
  canceller text;
BEGIN
  SELECT * INTO STRICT a FROM runbook.attempt WHERE attempt_id = p_attempt FOR UPDATE;
  SELECT * INTO STRICT t FROM runbook.task
   WHERE (run_id, step_id, task_no) = (a.run_id, a.step_id, a.task_no) FOR UPDATE;
  SELECT s.cancel_requested_by INTO canceller FROM runbook.step s
   WHERE (s.run_id, s.step_id) = (a.run_id, a.step_id) AND s.cancel_requested_at IS NOT NULL;
  IF FOUND THEN
    RETURN runbook.end_unlaunched(a.run_id, a.step_id, a.task_no, runbook.verdict('skipped',
      concat('cancelled before it was launched, by ', canceller), NULL)) -> 'task';
  END IF;
  seen := runbook.look(p_execution ->> 'evidence', runbook.targets_of(a, t));
  UPDATE runbook.attempt u
     SET launched_at = clock_timestamp(),
         before = (SELECT coalesce(jsonb_object_agg(key, value -> 'facts'), '{}') FROM jsonb_each(seen))
   WHERE u.attempt_id = p_attempt;
  UPDATE runbook.task u
     SET targets = runbook.write_targets(u.targets, (
           SELECT coalesce(jsonb_object_agg(key, jsonb_build_object('evidence',
                    jsonb_build_object('before', value -> 'facts', 'after', NULL))), '{}')
             FROM jsonb_each(seen)))
   WHERE (u.run_id, u.step_id, u.task_no) = (a.run_id, a.step_id, a.task_no) RETURNING * INTO t;
  RETURN runbook.task_state(t);
END $$;
COMMENT ON FUNCTION runbook.look_again IS
  'Takes the evidence from before once more for an attempt that had to wait for a slot: what others did meanwhile must not count as its own.';

CREATE FUNCTION runbook.try_prepare(p_run text, p_step text, p_task integer, p_execution jsonb, p_key text)
RETURNS jsonb
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  waiting text;
BEGIN
  PERFORM set_config('lock_timeout', '5s', true);
  SELECT a.attempt_id INTO waiting FROM runbook.attempt a
   WHERE (a.run_id, a.step_id, a.task_no, a.status) = (p_run, p_step, p_task, 'pending');
  IF waiting IS NULL THEN
    RETURN runbook.prepare_attempt(p_run, p_step, p_task, p_execution, p_key);
  END IF;
  RETURN jsonb_build_object('task', runbook.look_again(waiting, p_execution), 'attempt_id', (
    SELECT a.attempt_id FROM runbook.attempt a WHERE a.attempt_id = waiting AND a.status = 'pending'));
EXCEPTION WHEN lock_not_available OR query_canceled THEN
  -- A look met somebody's lock: the next round looks again.
  RETURN NULL;
END $$;
COMMENT ON FUNCTION runbook.try_prepare IS
  'prepare_attempt, or a new look for an attempt that found no slot; NULL when a lock was in the way.';
