-- Stopping workers, rung by rung, and never a session that is not provably ours.

CREATE FUNCTION runbook.request_stops(p_run text, p_driver jsonb, p_looks boolean) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  now timestamptz := clock_timestamp();
  braked constant boolean := runbook.is_stopping();
  crowded text[] := CASE WHEN p_looks THEN ARRAY(SELECT runbook.crowded_attempts(p_run)) ELSE '{}' END;
  grace constant interval := (p_driver -> 'graces' ->> 'timeout_ms')::float8 * interval '1 millisecond';
  late record;
BEGIN
  FOR late IN
    SELECT * FROM (
      SELECT u.attempt_id, CASE
               WHEN s.cancel_requested_at IS NOT NULL OR p_driver ? 'stop' THEN 'interrupt'
               WHEN r.window_at_end = 'cancel' AND r.window_ends_at <= now THEN 'window'
               WHEN braked THEN 'brake'
               WHEN u.attempt_id = ANY (crowded) THEN 'bystanders'
               -- The server's own statement_timeout comes first; this is for where that failed.
               WHEN u.launched_at + (s.plan ->> 'timeout_ms')::float8 * interval '1 millisecond' + grace < now THEN 'timeout' END AS cause
        FROM runbook.attempt u JOIN runbook.step s USING (run_id, step_id) JOIN runbook.run r USING (run_id)
       WHERE (u.run_id, u.status) = (p_run, 'running') AND p_driver -> 'driven' ? u.step_id
         AND u.outcome IS NULL AND u.cause IS NULL) c
     WHERE c.cause IS NOT NULL ORDER BY c.attempt_id COLLATE "C" LOOP
    UPDATE runbook.attempt u SET stop_rung_at = now, cause = late.cause WHERE u.attempt_id = late.attempt_id AND u.cause IS NULL;
  END LOOP;
END $$;
COMMENT ON FUNCTION runbook.request_stops IS
  'Notes which workers are to stop, and why: the first cause is kept. Attempts are locked in the order of their ids by all who lock several, or each could wait for the other.';

CREATE FUNCTION runbook.stop_workers(p_run text, p_driver jsonb) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  a runbook.attempt;
  now timestamptz := clock_timestamp();
  waited double precision;
  graces constant jsonb := p_driver -> 'graces';
  how text;
  events jsonb := '[]';
BEGIN
  FOR a IN SELECT * FROM runbook.attempt u
            WHERE (u.run_id, u.status) = (p_run, 'running') AND p_driver -> 'driven' ? u.step_id
              AND u.outcome IS NULL AND u.cause IS NOT NULL AND u.stop_rung < 3 ORDER BY u.attempt_id COLLATE "C" LOOP
    waited := extract(epoch FROM now - coalesce(a.stop_rung_at, now)) * 1000;
    how := NULL;
    IF a.stop_rung = 0 AND a.backend_start IS NOT NULL THEN
      PERFORM runbook.cancel_worker(a.pid, a.backend_start, a.application_name);
      how := 'cancel_backend';
    ELSIF (a.stop_rung = 0 AND waited >= (graces ->> 'identify_ms')::double precision AND (p_driver ->> 'cancels_unseen')::boolean)
          OR (a.stop_rung = 1 AND waited >= (graces ->> 'cancel_ms')::double precision) THEN
      PERFORM runbook.try_call(p_driver ->> 'cancel', a.pid, a.cookie);
      a.stop_rung := 1;
      how := 'cancel_worker';
    ELSIF a.stop_rung IN (0, 2) AND waited >= (graces ->> 'terminate_ms')::double precision THEN
      UPDATE runbook.attempt u
         SET ended_at = now, outcome = jsonb_build_object('type', 'silent', 'gone', false,
               'why', format('it did not stop when asked to, and still runs as pid %s: %s', a.pid, runbook.describe_wait(a)))
       WHERE u.attempt_id = a.attempt_id;
    ELSE
      CONTINUE;
    END IF;
    UPDATE runbook.attempt u
       SET stop_rung = CASE WHEN u.outcome IS NULL THEN a.stop_rung + 1 ELSE 3 END, stop_rung_at = now
     WHERE u.attempt_id = a.attempt_id;
    IF how IS NOT NULL THEN
      events := events || jsonb_build_object('type', 'signalled', 'step', a.step_id, 'task', a.task_no, 'how', how);
    END IF;
  END LOOP;
  RETURN events;
END $$;
COMMENT ON FUNCTION runbook.stop_workers IS
  'Stops workers that are to stop: pg_cancel_backend, then SIGTERM through the handle, then giving up. Never SIGKILL, which would restart the cluster.';

CREATE FUNCTION runbook.describe_wait(a runbook.attempt) RETURNS text
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  SELECT coalesce((
    SELECT coalesce('blocked by ' || runbook.describe_blockers(p.pid, NULL),
                    'waiting for ' || p.wait_event_type || '/' || p.wait_event, 'running')
      FROM pg_stat_activity p WHERE p.pid = a.pid AND (a.backend_start IS NULL OR p.backend_start = a.backend_start)),
    'its process is gone')
$$;
COMMENT ON FUNCTION runbook.describe_wait IS
  'What a worker waits for, and who is in its way. Query texts are left out: they may hold personal data.';

CREATE FUNCTION runbook.cancel_worker(p_pid integer, p_backend_start timestamptz, p_name text) RETURNS boolean
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  SELECT coalesce(bool_or(pg_cancel_backend(a.pid)), false) FROM pg_stat_activity a
   WHERE a.pid = p_pid AND a.backend_start = p_backend_start AND a.application_name = p_name
     AND a.backend_type = 'pg_background'
$$;
COMMENT ON FUNCTION runbook.cancel_worker IS
  'Cancels the statement of this very worker: its identity is read in the statement that signals, so that a reused PID is never touched.';

CREATE FUNCTION runbook.cancel_launched(p_attempt text, p_handle jsonb, p_driver jsonb) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF (p_driver ->> 'cancels_unseen')::boolean THEN
    PERFORM runbook.try_call(p_driver ->> 'cancel', (p_handle ->> 'pid')::integer, (p_handle ->> 'cookie')::bigint);
    RETURN;
  END IF;
  PERFORM pg_stat_clear_snapshot();
  PERFORM runbook.cancel_worker(p.pid, p.backend_start, p.application_name)
     FROM runbook.attempt a JOIN pg_stat_activity p ON p.application_name = a.application_name
    WHERE a.attempt_id = p_attempt AND p.pid = (p_handle ->> 'pid')::integer;
END $$;
COMMENT ON FUNCTION runbook.cancel_launched IS
  'Stops a worker that was just launched: by its handle, or where pg_background 1.8 would crash the server, by who it is once it shows.';

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
