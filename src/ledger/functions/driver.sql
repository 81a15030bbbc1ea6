-- What a driver brings, and what it is told.

CREATE FUNCTION runbook.require_session(p_driver jsonb) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF (p_driver ->> 'pid')::integer <> pg_backend_pid() THEN
    RAISE EXCEPTION 'the server session changed during the run' USING ERRCODE = 'object_not_in_prerequisite_state',
      DETAIL = 'pooler_between';
  END IF;
END $$;
COMMENT ON FUNCTION runbook.require_session IS
  'Handles are of one session: behind a transaction pooler another one answers.';

CREATE FUNCTION runbook.execution_of(p_driver jsonb, p_step text) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN p_driver -> 'executions' -> (p_driver #>> ARRAY['steps', p_step, 'execution']);
END $$;
COMMENT ON FUNCTION runbook.execution_of IS
  'How the work of a step is looked at and judged. Steps of one kind mostly share it.';

CREATE FUNCTION runbook.add_events(p_answer jsonb, p_events jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT CASE WHEN coalesce(p_events, '[]') = '[]' THEN p_answer
              ELSE jsonb_set(p_answer, '{events}', (p_answer -> 'events') || p_events) END
$$;

CREATE FUNCTION runbook.is_time(p_last text) RETURNS boolean
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  SELECT coalesce(clock_timestamp() >= p_last::timestamptz + interval '1 second', true)
$$;
COMMENT ON FUNCTION runbook.is_time IS 'For looks that are taken once a second.';

CREATE FUNCTION runbook.pace(p_memory jsonb, p_busy boolean, p_driver jsonb, p_run text) RETURNS jsonb
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  SELECT p_memory || jsonb_build_object('pause_ms', CASE
    WHEN p_busy THEN greatest((p_driver -> 'graces' ->> 'first_poll_ms')::float8, (
      SELECT max((p_driver -> 'steps' -> a.step_id ->> 'quiet_ms')::float8) FROM runbook.attempt a
       WHERE (a.run_id, a.status) = (p_run, 'running') AND p_driver -> 'driven' ? a.step_id))
    ELSE least(coalesce((p_memory ->> 'pause_ms')::float8, 1) * 1.5, (p_driver -> 'graces' ->> 'last_poll_ms')::float8) END)
$$;
COMMENT ON FUNCTION runbook.pace IS
  'How long to pause now: looks come quickly after something has happened, for short tasks, and then ever more slowly. Looks are snapshots: workers that those would disturb are looked at later.';

CREATE FUNCTION runbook.quiet_ms(p_driver jsonb, p_events jsonb, p_launch_ms double precision) RETURNS integer
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
  -- On a busy machine a worker's start takes longer, and so did its launch.
  SELECT CASE WHEN q.longest > 0 AND (p_driver ->> 'hears')::boolean
              THEN least(greatest(q.longest, 4 * p_launch_ms), 250)::integer ELSE 0 END
    FROM (SELECT max((p_driver -> 'steps' -> (e -> 'task' ->> 'step') ->> 'quiet_ms')::float8) AS longest
            FROM jsonb_array_elements(p_events) e WHERE e ->> 'type' = 'launched') q
$$;
COMMENT ON FUNCTION runbook.quiet_ms IS
  'For how long a driver that can keeps its session quiet: workers have begun whose first moment a snapshot would disturb.';

CREATE FUNCTION runbook.own_room(p_run text, p_driver jsonb) RETURNS jsonb
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  SELECT jsonb_build_object('', (p_driver -> 'budget' ->> 'workers')::integer - runbook.run_workers(p_run))
$$;
COMMENT ON FUNCTION runbook.own_room IS 'Room that the run''s own budget leaves.';

CREATE FUNCTION runbook.first_hand_over(p_chosen jsonb) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT x ->> 'step' FROM jsonb_array_elements(p_chosen) WITH ORDINALITY y(x, i) WHERE NOT x ? 'task' ORDER BY i LIMIT 1
$$;

CREATE FUNCTION runbook.with_room(p_attempts text[], p_room jsonb) RETURNS text[]
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  attempt text;
  names text[];
  room jsonb := p_room;
  kept text[] := '{}';
BEGIN
  FOREACH attempt IN ARRAY p_attempts LOOP
    SELECT s.budgets INTO STRICT names
      FROM runbook.attempt a JOIN runbook.step s USING (run_id, step_id) WHERE a.attempt_id = attempt;
    IF runbook.has_room(room, names, 1) THEN
      kept := kept || attempt;
      room := runbook.take_room(room, names, 1);
    END IF;
  END LOOP;
  RETURN kept;
END $$;
COMMENT ON FUNCTION runbook.with_room IS 'Those of some attempts for which there is room, in their order.';

CREATE FUNCTION runbook.new_waits(p_before jsonb, p_turns jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT coalesce(jsonb_agg(jsonb_build_object('type', 'slots_awaited', 'why', t ->> 'why') ORDER BY name), '[]')
    FROM jsonb_each(p_turns) u(name, t)
   WHERE (t ->> 'free')::integer < 1 AND t ->> 'since' IS NOT NULL AND p_before -> name ->> 'since' IS NULL
$$;
COMMENT ON FUNCTION runbook.new_waits IS 'Budgets that have begun to be waited for.';

CREATE FUNCTION runbook.let_go(p_run text, p_driver jsonb, p_seen jsonb) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF NOT (p_driver ->> 'hears')::boolean THEN
    -- A full queue that nobody can read: its worker runs on unheard, and the evidence tells.
    UPDATE runbook.attempt u SET overflowed = true FROM jsonb_array_elements(p_seen -> 'drain') d
     WHERE u.attempt_id = d ->> 'attempt';
    PERFORM runbook.try_call(p_driver ->> 'detach', (d ->> 'pid')::integer, (d ->> 'cookie')::bigint)
       FROM jsonb_array_elements(p_seen -> 'drain') d;
  END IF;
  PERFORM runbook.try_call(p_driver ->> 'detach', (p_seen -> 'tracked' ->> a.cookie::text)::integer, a.cookie)
     FROM runbook.attempt a
    WHERE a.run_id = p_run AND a.status = 'running' AND a.outcome IS NOT NULL AND p_seen -> 'tracked' ? a.cookie::text;
END $$;
COMMENT ON FUNCTION runbook.let_go IS
  'Ends the tracking of workers whose end is on record, and of those whose output nobody can read.';

CREATE FUNCTION runbook.reconcile_unsupervised(p_run text, p_driver jsonb) RETURNS void
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  SELECT runbook.reconcile(p_run, (SELECT jsonb_object_agg(k, runbook.execution_of(p_driver, k)) FROM jsonb_object_keys(p_driver -> 'steps') k), false)
   WHERE EXISTS (SELECT FROM runbook.step s JOIN runbook.supervisor v USING (run_id, step_id)
                  WHERE s.run_id = p_run AND s.policy = 'detach' AND NOT runbook.is_final(s.status)
                    AND NOT runbook.is_supervised(p_run, s.step_id))
$$;
COMMENT ON FUNCTION runbook.reconcile_unsupervised IS
  'Settles what supervisors that are gone have left: their steps are handed over again.';

CREATE FUNCTION runbook.is_done(p_run text, p_driver jsonb, p_memory jsonb) RETURNS boolean
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  SELECT NOT p_memory ? 'admission' AND NOT EXISTS (SELECT FROM runbook.steps_at_hand(p_run, p_driver))
     AND runbook.to_clean(p_run, p_driver) = '{}'
$$;
COMMENT ON FUNCTION runbook.is_done IS
  'Whether nothing is left to a driver: its steps have ended, or supervisors look after them.';
