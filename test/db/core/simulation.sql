-- A pg_background that is played: workers are rows, which end when the play says so. The ledger's functions are the real
-- ones, but for those that ask the server about processes.

CREATE SCHEMA sim;

CREATE TABLE sim.worker (
  cookie bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  pid integer NOT NULL,
  attempt text NOT NULL,
  name text NOT NULL,
  started timestamptz NOT NULL DEFAULT clock_timestamp(),
  alive boolean NOT NULL DEFAULT true,
  -- The driver's session still has its handle.
  tracked boolean NOT NULL DEFAULT true,
  sqlstate text,
  tag text
);
CREATE INDEX ON sim.worker (alive) WHERE alive;
CREATE TABLE sim.world (free integer NOT NULL, driven boolean NOT NULL);
INSERT INTO sim.world VALUES (8, true);
CREATE TYPE sim.handle AS (pid integer, cookie bigint);

CREATE FUNCTION sim.launch(p_sql text, p_queue integer, p_label text) RETURNS sim.handle LANGUAGE plpgsql AS $$
DECLARE
  handle sim.handle;
BEGIN
  IF (SELECT free FROM sim.world) <= (SELECT count(*) FROM sim.worker WHERE alive) THEN
    RAISE EXCEPTION 'could not register background process' USING ERRCODE = '53000';
  ELSIF random() < 0.02 THEN
    RAISE EXCEPTION 'refused' USING ERRCODE = '42501';
  END IF;
  INSERT INTO sim.worker (pid, attempt, name)
  VALUES (1000 + floor(random() * 1000), current_setting('pg_runbook.attempt'), p_label) RETURNING pid, cookie INTO handle;
  RETURN handle;
END $$;

CREATE VIEW sim.poll AS
SELECT pg_backend_pid() AS control_pid, w.pid, w.cookie, CASE WHEN w.alive THEN 'running' ELSE 'stopped' END AS state,
       CASE WHEN w.alive THEN w.started END AS backend_start, CASE WHEN w.alive THEN w.name END AS application_name,
       NULL::text AS wait_event, false AS waits_for_lock, NULL::bigint[] AS building_indexes,
       CASE WHEN NOT w.alive THEN w.sqlstate IS NOT NULL END AS has_error, w.tag AS command_tag, 1::bigint AS row_count,
       w.sqlstate, w.sqlstate AS message, NULL::text AS detail, NULL::text AS hint
  FROM (SELECT 1) one LEFT JOIN sim.worker w ON w.tracked;

CREATE FUNCTION sim.detach(p_pid integer, p_cookie bigint) RETURNS void LANGUAGE sql AS
  'UPDATE sim.worker SET tracked = false WHERE cookie = p_cookie';

-- How a worker ends: with its marker, or without.
CREATE FUNCTION sim.finish(p_cookie bigint, p_how text) RETURNS void LANGUAGE sql AS $$
  UPDATE sim.worker SET alive = false, tag = CASE p_how WHEN 'done' THEN 'INSERT 0 1' END,
         sqlstate = CASE p_how WHEN 'failed' THEN '22012' WHEN 'locked' THEN '55P03' WHEN 'cancelled' THEN '57014' END
   WHERE cookie = p_cookie AND alive;
  INSERT INTO runbook.completion (attempt_id) SELECT attempt FROM sim.worker
   WHERE cookie = p_cookie AND p_how IN ('done', 'died late') ON CONFLICT DO NOTHING;
$$;

CREATE FUNCTION sim.cancel(p_pid integer, p_cookie bigint) RETURNS void LANGUAGE sql AS
  $$ SELECT sim.finish(p_cookie, 'cancelled') $$;

CREATE OR REPLACE FUNCTION runbook.cancel_worker(p_pid integer, p_backend_start timestamptz, p_name text) RETURNS boolean
LANGUAGE sql VOLATILE AS $$
  SELECT count(sim.finish(cookie, 'cancelled')) > 0 FROM sim.worker WHERE pid = p_pid AND started = p_backend_start AND alive
$$;
CREATE OR REPLACE FUNCTION runbook.is_alive(p_pid integer, p_backend_start timestamptz) RETURNS boolean
LANGUAGE sql VOLATILE AS $$
  SELECT EXISTS (SELECT FROM sim.worker WHERE alive AND pid = p_pid AND (p_backend_start IS NULL OR started = p_backend_start))
$$;
CREATE OR REPLACE FUNCTION runbook.find_worker(a runbook.attempt, OUT pid integer, OUT backend_start timestamptz)
LANGUAGE sql VOLATILE AS $$ SELECT w.pid, w.started FROM sim.worker w WHERE w.alive AND w.attempt = a.attempt_id LIMIT 1 $$;
CREATE OR REPLACE FUNCTION runbook.run_workers(p_run text) RETURNS integer
LANGUAGE sql VOLATILE AS $$ SELECT count(*)::integer FROM sim.worker WHERE alive $$;
CREATE OR REPLACE FUNCTION runbook.engine_alive(p_run text) RETURNS boolean
LANGUAGE sql VOLATILE AS $$ SELECT driven FROM sim.world $$;
CREATE OR REPLACE FUNCTION runbook.try_admission() RETURNS jsonb LANGUAGE sql VOLATILE AS $$ SELECT '{"ticket": 1}'::jsonb $$;
CREATE OR REPLACE FUNCTION runbook.leave_admission(p_ticket integer) RETURNS void LANGUAGE sql VOLATILE AS $$ SELECT $$;
CREATE OR REPLACE FUNCTION runbook.free_slots(p_budget jsonb, p_room integer, p_turns jsonb) RETURNS jsonb
LANGUAGE sql VOLATILE AS $$
  SELECT jsonb_build_object('', jsonb_build_object('place', NULL, 'why', 'all are in use', 'free',
    least(p_room, (SELECT free FROM sim.world) - (SELECT count(*) FROM sim.worker WHERE alive))))
$$;

CREATE FUNCTION sim.chance(p_share double precision) RETURNS boolean LANGUAGE sql VOLATILE AS $$ SELECT random() < p_share $$;
CREATE FUNCTION sim.draw(p_most integer) RETURNS integer LANGUAGE sql VOLATILE AS $$ SELECT 1 + floor(random() * p_most)::integer $$;

-- A run of up to four steps of up to four tasks, each proven by its marker.
CREATE FUNCTION sim.make_run(p_run text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  steps constant integer := sim.draw(4);
BEGIN
  INSERT INTO runbook.run (run_id, runbook_name, runbook_version, runbook_digest, parameters, plan, status, started_at, database_id,
                           window_ends_at, window_at_end)
  SELECT p_run, 'n', 1, 'd', '{}', '{}', 'running', clock_timestamp(), runbook.this_database(), w.ends_at,
         CASE WHEN w.ends_at IS NOT NULL THEN CASE WHEN sim.chance(0.5) THEN 'cancel' ELSE 'drain' END END
    FROM (SELECT CASE WHEN sim.chance(0.2) THEN clock_timestamp() + sim.draw(300) * interval '1 second' END AS ends_at OFFSET 0) w;
  FOR i IN 1..steps LOOP
    INSERT INTO runbook.step (run_id, step_id, ordinal, kind, policy, status, concurrency, needs, failure_stops, plan)
    VALUES (p_run, i, i, 'sql', 'wait', 'pending', sim.draw(3), CASE WHEN i > 1 AND sim.chance(0.4) THEN ARRAY[(i - 1)::text] ELSE '{}' END,
      sim.chance(0.3), jsonb_build_object('timeout_ms', 60000, 'spec', jsonb_build_object('idempotent', sim.chance(0.6)),
      'retry', jsonb_build_object('attempts', sim.draw(3), 'delay_ms', 5000, 'max_delay_ms', 20000, 'on', '["55P03", "22012"]'::jsonb)));
    INSERT INTO runbook.task (run_id, step_id, task_no, status, targets, plan, items, conflicts)
    SELECT p_run, i, n, 'pending', '[]', '{"sql": "work", "proof": "marker", "queue_size": 1024, "reads_output": false, "targets": []}',
           '[{"oids": [], "tries": 0}]', CASE WHEN sim.chance(0.3) THEN ARRAY[concat('k', sim.draw(2))] ELSE '{}' END
      FROM generate_series(1, sim.draw(4)) n;
  END LOOP;
  UPDATE runbook.task t SET seal = runbook.seal_of(t, 'key') WHERE t.run_id = p_run;
END $$;

CREATE FUNCTION sim.driver(p_run text) RETURNS jsonb LANGUAGE sql AS $$
  SELECT jsonb_build_object('whole', true, 'hears', false, 'key', 'key', 'driven', jsonb_agg(s.step_id),
    'steps', jsonb_object_agg(s.step_id, '{"settings": {}, "budgets": [], "quiet_ms": 0, "execution": "0"}'::jsonb), 'settings', '{}'::jsonb,
    'executions', '{"0": {"evidence": null, "gone_sqlstate": "42P01", "skip_warnings": null, "skip_locked": false, "command": null,
                          "statements": null}}'::jsonb,
    'launch', 'sim.launch($1, $2, $3)', 'poll', 'SELECT * FROM sim.poll', 'detach', 'sim.detach($1, $2)',
    'cancel', 'sim.cancel($1, $2)', 'cancels_unseen', true, 'read', '', 'attempt_setting', 'pg_runbook.attempt',
    'budget', '{"workers": 4, "max_wait_ms": null}'::jsonb, 'guards', NULL, 'guard_settings', NULL,
    'graces', '{"timeout_ms": 3000, "window_ms": 3000, "identify_ms": 500, "cancel_ms": 5000, "terminate_ms": 10000,
                "first_poll_ms": 2, "last_poll_ms": 250}'::jsonb)
    FROM runbook.step s WHERE s.run_id = p_run
$$;

-- Time goes by: all moments of the ledger are set back.
CREATE FUNCTION sim.wait(p_run text, p_for interval) RETURNS void LANGUAGE sql AS $$
  UPDATE runbook.run SET window_ends_at = window_ends_at - p_for WHERE run_id = p_run;
  UPDATE runbook.task SET not_before = not_before - p_for, awaited_since = awaited_since - p_for WHERE run_id = p_run;
  UPDATE runbook.attempt SET recorded_at = recorded_at - p_for, launched_at = launched_at - p_for, ended_at = ended_at - p_for,
         stop_rung_at = stop_rung_at - p_for, orphaned_at = orphaned_at - p_for, backend_start = backend_start - p_for WHERE run_id = p_run;
  UPDATE sim.worker SET started = started - p_for;
$$;

CREATE FUNCTION sim.lose_driver() RETURNS void LANGUAGE sql AS $$ UPDATE sim.worker SET tracked = false $$;

-- The engine is gone, and another one takes the run up, as resume does: what was interrupted and may be done again, is.
CREATE FUNCTION sim.resume(p_run text) RETURNS void LANGUAGE sql AS $$
  SELECT runbook.reconcile(p_run, (SELECT jsonb_object_agg(s.step_id, sim.driver(p_run) -> 'executions' -> '0') FROM runbook.step s WHERE s.run_id = p_run), true);
  SELECT runbook.reopen_task(p_run, t.step_id, t.task_no)
    FROM runbook.task t JOIN runbook.step s USING (run_id, step_id)
    JOIN LATERAL (SELECT * FROM runbook.attempt a WHERE (a.run_id, a.step_id, a.task_no) = (t.run_id, t.step_id, t.task_no)
                   ORDER BY a.attempt_no DESC LIMIT 1) a ON true
   WHERE t.run_id = p_run AND t.status IN ('unknown', 'failed') AND a.outcome ->> 'type' = 'silent' AND a.cause IS NULL
     AND (s.plan -> 'spec' ->> 'idempotent')::boolean;
$$;

CREATE FUNCTION sim.happen(p_run text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  what constant double precision := random();
BEGIN
  PERFORM sim.finish(w.cookie, (ARRAY['done', 'done', 'done', 'failed', 'locked', 'died', 'died late'])[sim.draw(7)])
     FROM sim.worker w WHERE w.alive AND sim.chance(0.4);
  IF what < 0.04 THEN
    PERFORM sim.lose_driver();
    RETURN 'crash';
  ELSIF what < 0.06 THEN
    -- A crash of the server ends all, and commits nothing.
    UPDATE sim.worker SET alive = false, tracked = false;
    RETURN 'crash';
  ELSIF what < 0.08 THEN
    PERFORM runbook.request_cancel(p_run, (SELECT s.step_id FROM runbook.step s WHERE s.run_id = p_run ORDER BY random() LIMIT 1), 'the play');
  ELSIF what < 0.09 THEN
    PERFORM runbook.note_stop(p_run, 'the play');
  ELSIF what < 0.11 THEN
    -- One handle is lost, and its worker goes on.
    UPDATE sim.worker SET tracked = false WHERE cookie = (SELECT cookie FROM sim.worker WHERE alive ORDER BY random() LIMIT 1);
  ELSIF what < 0.15 THEN
    UPDATE sim.world SET free = sim.draw(8) - 1;
  ELSIF what < 0.35 THEN
    PERFORM sim.wait(p_run, sim.draw(90) * interval '1 second');
  END IF;
  RETURN NULL;
END $$;

-- What must hold at each moment.
CREATE FUNCTION sim.broken_now(p_run text) RETURNS text LANGUAGE sql AS $$
  SELECT string_agg(x, '; ') FROM (
    SELECT format('%s workers of step %s', count(*), a.step_id) AS x
      FROM sim.worker w JOIN runbook.attempt a ON a.attempt_id = w.attempt JOIN runbook.step s USING (run_id, step_id)
     WHERE w.alive GROUP BY a.step_id, s.concurrency HAVING count(*) > s.concurrency
    UNION ALL SELECT format('%s workers', count(*)) FROM sim.worker WHERE alive HAVING count(*) > 4
    UNION ALL
    SELECT format('%s workers on %s', count(*), k) FROM sim.worker w JOIN runbook.attempt a ON a.attempt_id = w.attempt
      JOIN runbook.task t USING (run_id, step_id, task_no), unnest(t.conflicts) k WHERE w.alive GROUP BY k HAVING count(*) > 1
    UNION ALL
    SELECT format('two workers of task %s/%s', a.step_id, a.task_no) FROM sim.worker w JOIN runbook.attempt a ON a.attempt_id = w.attempt
     WHERE w.alive GROUP BY a.step_id, a.task_no HAVING count(*) > 1
    UNION ALL
    SELECT format('%s runs before step %s has ended', a.attempt_id, n.step_id)
      FROM sim.worker w JOIN runbook.attempt a ON a.attempt_id = w.attempt JOIN runbook.step s USING (run_id, step_id),
           unnest(s.needs) x JOIN runbook.step n ON (n.run_id, n.step_id) = (p_run, x)
     WHERE w.alive AND NOT runbook.is_final(n.status)) y
$$;

-- What must be true in the end, by what the workers did.
CREATE FUNCTION sim.false_in_the_end(p_run text) RETURNS text LANGUAGE sql AS $$
  SELECT string_agg(x, '; ') FROM (
    SELECT format('task %s/%s is %s, and was committed %s times', t.step_id, t.task_no, t.status, c.n) AS x
      FROM runbook.task t CROSS JOIN LATERAL (
        SELECT count(*) AS n FROM runbook.completion m JOIN runbook.attempt a USING (attempt_id)
         WHERE (a.run_id, a.step_id, a.task_no) = (t.run_id, t.step_id, t.task_no)) c
     WHERE t.run_id = p_run AND (t.status = 'succeeded') <> (c.n = 1) AND t.status <> 'unknown' OR c.n > 1
    UNION ALL SELECT format('task %s/%s is %s', step_id, task_no, status) FROM runbook.task WHERE run_id = p_run AND NOT runbook.is_final(status)
    UNION ALL SELECT format('step %s is %s', step_id, status) FROM runbook.step WHERE run_id = p_run AND NOT runbook.is_final(status)
    UNION ALL SELECT format('attempt %s is %s', attempt_id, status) FROM runbook.attempt WHERE run_id = p_run AND NOT runbook.is_final(status)
    UNION ALL SELECT format('step %s succeeded, a task of it did not', s.step_id) FROM runbook.step s JOIN runbook.task t USING (run_id, step_id)
       WHERE s.run_id = p_run AND s.status = 'succeeded' AND t.status <> 'succeeded'
    UNION ALL SELECT format('attempt %s was never launched, and is %s', a.attempt_id, a.status) FROM runbook.attempt a
       WHERE a.run_id = p_run AND a.status NOT IN ('skipped', 'failed') AND NOT EXISTS (SELECT FROM sim.worker w WHERE w.attempt = a.attempt_id)
    UNION ALL SELECT 'a worker is left' FROM sim.worker WHERE alive) y
$$;

CREATE PROCEDURE sim.play(p_seed integer, INOUT p_trouble text) LANGUAGE plpgsql AS $$
DECLARE
  run constant text := concat('play-', p_seed);
  driver jsonb;
  memory jsonb := '{}';
  answer jsonb;
  rounds integer := 0;
BEGIN
  PERFORM setseed(p_seed / 1000000.0);
  DELETE FROM runbook.run;
  DELETE FROM runbook.completion;
  DELETE FROM sim.worker;
  UPDATE sim.world SET free = 8;
  PERFORM sim.make_run(run);
  COMMIT;
  driver := sim.driver(run);
  LOOP
    CALL runbook.tick(run, driver, '{}', memory, answer);
    p_trouble := sim.broken_now(run);
    EXIT WHEN p_trouble IS NOT NULL OR (answer ->> 'done')::boolean;
    rounds := rounds + 1;
    IF rounds > 300 THEN
      p_trouble := 'it does not come to an end';
      EXIT;
    END IF;
    IF sim.happen(run) = 'crash' THEN
      memory := '{}';
      COMMIT;
      PERFORM sim.resume(run);
    END IF;
    COMMIT;
  END LOOP;
  p_trouble := coalesce(p_trouble, sim.false_in_the_end(run));
  COMMIT;
END $$;

CREATE PROCEDURE sim.play_many(p_from integer, p_count integer, INOUT p_found jsonb) LANGUAGE plpgsql AS $$
DECLARE
  trouble text;
BEGIN
  p_found := '[]';
  FOR seed IN p_from .. p_from + p_count - 1 LOOP
    trouble := NULL;
    CALL sim.play(seed, trouble);
    IF trouble IS NOT NULL THEN
      p_found := p_found || jsonb_build_object('seed', seed, 'trouble', trouble);
    END IF;
  END LOOP;
END $$;
