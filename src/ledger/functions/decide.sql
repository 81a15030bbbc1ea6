-- What comes next of a run: which steps may begin, which tasks are launched, and which never are.

CREATE FUNCTION runbook.steps_at_hand(p_run text, p_driver jsonb) RETURNS SETOF runbook.step
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  SELECT s.* FROM runbook.step s
   WHERE s.run_id = p_run AND s.status IN ('pending', 'running', 'detached')
     AND CASE WHEN (p_driver ->> 'whole')::boolean THEN s.status <> 'detached' ELSE p_driver -> 'driven' ? s.step_id END
   ORDER BY s.ordinal
$$;
COMMENT ON FUNCTION runbook.steps_at_hand IS
  'Steps of which a driver decides what comes next: an engine of all that no supervisor has, a supervisor of its own.';

CREATE FUNCTION runbook.may_begin(s runbook.step) RETURNS boolean
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN s.needs = '{}' OR NOT EXISTS (
    SELECT FROM runbook.step n
     WHERE n.run_id = s.run_id AND n.step_id = ANY (s.needs)
       AND n.status IN ('pending', 'running', 'detached') AND (s.needs_end OR n.status <> 'detached'));
END $$;
COMMENT ON FUNCTION runbook.may_begin IS
  'Whether the steps that a step needs have ended, or where that is enough, whether detached ones have begun.';

CREATE FUNCTION runbook.why_run_stopped(p_run text) RETURNS text
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  SELECT CASE WHEN r.window_ends_at <= clock_timestamp()
              THEN concat('the window closed at ', runbook.to_timestamp_text(r.window_ends_at)) ELSE r.stopped_for END
    FROM runbook.run r WHERE r.run_id = p_run
$$;
COMMENT ON FUNCTION runbook.why_run_stopped IS
  'Why all that waits in a run is left to the next one; NULL: it is not.';

CREATE FUNCTION runbook.steps_to_end(p_run text, p_driver jsonb, OUT step runbook.step, OUT reason text, OUT deferred boolean, OUT over boolean)
RETURNS SETOF record
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  WITH trouble AS MATERIALIZED (
    SELECT t.step_id, bool_or(NOT t.deferred AND t.status IN ('failed', 'timed_out', 'cancelled', 'unknown')) AS failed,
           bool_or(t.blocked) AS blocked, bool_or(t.deferred) AS deferred
      FROM runbook.task t
     WHERE t.run_id = p_run AND (t.blocked OR t.deferred OR t.status IN ('failed', 'timed_out', 'cancelled', 'unknown'))
     GROUP BY t.step_id),
  failed AS MATERIALIZED (
    SELECT f.step_id FROM runbook.step f JOIN trouble t USING (step_id)
     WHERE f.run_id = p_run AND f.failure_stops AND t.failed
       AND ((p_driver ->> 'whole')::boolean OR p_driver -> 'driven' ? f.step_id) ORDER BY f.ordinal LIMIT 1),
  run AS MATERIALIZED (SELECT runbook.why_run_stopped(p_run) AS stopped)
  SELECT s, w.reason, w.deferred, o.over
    FROM runbook.steps_at_hand(p_run, p_driver) s
   CROSS JOIN LATERAL (SELECT NOT EXISTS (
      SELECT FROM runbook.task t
       WHERE (t.run_id, t.step_id) = (p_run, s.step_id) AND t.status IN ('pending', 'running', 'detached')) AS over) o
    LEFT JOIN LATERAL (
      SELECT * FROM (
        SELECT 1, p_driver -> 'stop' ->> 'reason', false
        UNION ALL SELECT 2, 'cancelled before it was launched, by ' || s.cancel_requested_by, false
        UNION ALL SELECT 3, r.stopped, true FROM run r
        UNION ALL SELECT 4, format('step %s did not succeed (on_failure: stop)', f.step_id), false FROM failed f
        UNION ALL
        (SELECT 5, format('it needs step %s, which %s', t.step_id, CASE WHEN t.deferred AND NOT t.failed
                          THEN 'was left to the next run in part' ELSE 'did not succeed' END), t.deferred AND NOT t.failed
           FROM trouble t WHERE t.step_id = ANY (s.needs) AND (p_driver ->> 'whole')::boolean
          ORDER BY t.failed DESC, array_position(s.needs, t.step_id) LIMIT 1)) y(rank, reason, deferred)
       WHERE y.reason IS NOT NULL ORDER BY y.rank LIMIT 1) w ON true
   WHERE w.reason IS NOT NULL OR o.over
$$;
COMMENT ON FUNCTION runbook.steps_to_end IS
  'Steps of which nothing more is launched, each with the reason and whether that leaves it to the next run; and steps all of whose tasks have ended.';

CREATE FUNCTION runbook.skip_waiting(s runbook.step, p_reason text, p_deferred boolean) RETURNS jsonb
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  SELECT coalesce(jsonb_agg(jsonb_build_object('type', 'ended')
           || runbook.end_unlaunched(s.run_id, s.step_id, w.task_no, runbook.verdict('skipped', w.reason, NULL)
                || jsonb_build_object('deferred', p_deferred)) ORDER BY w.task_no), '[]')
    FROM (SELECT t.task_no, coalesce(p_reason, concat('it takes longer than is left until the window closes at ',
                                                      runbook.to_timestamp_text(r.window_ends_at))) AS reason
            FROM runbook.task t JOIN runbook.run r USING (run_id)
           WHERE (t.run_id, t.step_id) = (s.run_id, s.step_id) AND t.status IN ('pending', 'running', 'detached')
             AND (p_reason IS NOT NULL OR clock_timestamp() + t.expected_ms * interval '1 millisecond' > r.window_ends_at)
             AND NOT EXISTS (SELECT FROM runbook.attempt a
                              WHERE (a.run_id, a.step_id, a.task_no, a.status) = (t.run_id, t.step_id, t.task_no, 'running')) OFFSET 0) w
$$;
COMMENT ON FUNCTION runbook.skip_waiting IS
  'Ends all that waits in a step, for a reason; without one, what the window leaves no time for.';

CREATE FUNCTION runbook.end_waiting(p_run text, p_driver jsonb) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  s runbook.step;
  ending record;
  events jsonb := '[]';
BEGIN
  FOR ending IN SELECT * FROM runbook.steps_to_end(p_run, p_driver) LOOP
    s := ending.step;
    IF ending.reason IS NOT NULL THEN
      events := events || runbook.skip_waiting(s, ending.reason, ending.deferred);
    END IF;
    IF runbook.finish_step(p_run, s.step_id) THEN
      events := events || runbook.step_event(p_run, s.step_id);
    END IF;
  END LOOP;
  IF EXISTS (SELECT FROM runbook.run r WHERE r.run_id = p_run AND r.window_ends_at IS NOT NULL) THEN
    FOR s IN SELECT * FROM runbook.steps_at_hand(p_run, p_driver) LOOP
      IF p_driver -> 'driven' ? s.step_id AND runbook.may_begin(s) THEN
        events := events || runbook.skip_waiting(s, NULL, true);
      END IF;
    END LOOP;
  END IF;
  RETURN events;
END $$;
COMMENT ON FUNCTION runbook.end_waiting IS
  'Ends tasks that are never launched, and steps all of whose tasks have ended.';

CREATE FUNCTION runbook.keys_in_use(p_run text, p_driver jsonb) RETURNS jsonb
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  SELECT coalesce(jsonb_object_agg(k.key, k.step_id), '{}') FROM (
    SELECT u.key, CASE WHEN count(DISTINCT u.step_id) = 1 THEN min(u.step_id) END AS step_id FROM (
      SELECT unnest(t.conflicts) AS key, t.step_id
        FROM runbook.attempt a JOIN runbook.task t USING (run_id, step_id, task_no)
       WHERE a.run_id = p_run AND a.status IN ('pending', 'running')
      UNION
      SELECT unnest(t.conflicts), t.step_id FROM runbook.step s JOIN runbook.task t USING (run_id, step_id)
       WHERE s.run_id = p_run AND s.status = 'detached' AND (p_driver ->> 'whole')::boolean
         AND t.status IN ('pending', 'running', 'detached')) u
     GROUP BY u.key) k
$$;
COMMENT ON FUNCTION runbook.keys_in_use IS
  'Relations that are worked on in a run, each with the step that does so, or null for several. A detached step holds those of all its tasks against waited ones.';

CREATE FUNCTION runbook.is_held(t runbook.task, p_keys jsonb) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN p_keys ?| t.conflicts AND (NOT t.shares_targets OR EXISTS (
    SELECT FROM unnest(t.conflicts) k WHERE p_keys ? k AND p_keys ->> k IS DISTINCT FROM t.step_id));
END $$;

CREATE FUNCTION runbook.take_room(p_room jsonb, p_names text[], p_count integer) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  room jsonb := p_room;
  name text;
BEGIN
  FOREACH name IN ARRAY array_prepend('', p_names) LOOP
    IF room ? name THEN
      room := jsonb_set(room, ARRAY[name], to_jsonb((room ->> name)::integer - p_count));
    END IF;
  END LOOP;
  RETURN room;
END $$;

CREATE FUNCTION runbook.has_room(p_room jsonb, p_names text[], p_count integer) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN coalesce((p_room ->> '')::integer >= p_count, true) AND (p_names = '{}'
    OR NOT EXISTS (SELECT FROM unnest(p_names) n WHERE (p_room ->> n)::integer < p_count));
END $$;

-- Of thousands of tasks, most often the first few are looked at: along the index, and none are sorted.
CREATE FUNCTION runbook.next_launches(p_run text, p_driver jsonb, p_room jsonb) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp SET enable_seqscan = off SET enable_sort = off AS $$
DECLARE
  s runbook.step;
  t runbook.task;
  live constant jsonb := runbook.live_tasks(p_run);
  keys jsonb := runbook.keys_in_use(p_run, p_driver);
  room jsonb := p_room;
  places integer;
  chosen jsonb := '[]';
BEGIN
  FOR s IN SELECT * FROM runbook.steps_at_hand(p_run, p_driver) LOOP
    EXIT WHEN (room ->> '')::integer < 1;
    CONTINUE WHEN (p_driver ->> 'whole')::boolean AND NOT runbook.may_begin(s);
    IF NOT p_driver -> 'driven' ? s.step_id THEN
      IF runbook.has_room(room, '{}', 2) AND runbook.may_hand_over(s, keys) THEN
        chosen := chosen || jsonb_build_object('step', s.step_id);
        room := runbook.take_room(room, '{}', 2);
        keys := keys || (SELECT coalesce(jsonb_object_agg(k, s.step_id), '{}') FROM runbook.task u, unnest(u.conflicts) k
                          WHERE (u.run_id, u.step_id) = (p_run, s.step_id));
      END IF;
      CONTINUE;
    END IF;
    places := s.concurrency - coalesce(jsonb_array_length(live -> s.step_id -> 'running'), 0);
    CONTINUE WHEN places < 1 OR NOT runbook.has_room(room, s.budgets, 1);
    FOR t IN SELECT * FROM runbook.task u
              WHERE (u.run_id, u.step_id) = (p_run, s.step_id) AND u.status IN ('pending', 'running', 'detached')
                AND (u.not_before IS NULL OR u.not_before <= clock_timestamp())
              ORDER BY u.task_no LOOP
      CONTINUE WHEN live -> s.step_id -> 'running' @> to_jsonb(t.task_no) OR t.after <> '{}' AND EXISTS (
        SELECT FROM runbook.task b WHERE (b.run_id, b.step_id) = (p_run, s.step_id) AND b.task_no = ANY (t.after)
           AND b.status IN ('pending', 'running', 'detached'));
      -- One that is recorded and found no slot has its relations already.
      CONTINUE WHEN runbook.is_held(t, keys) AND NOT coalesce(live -> s.step_id -> 'pending' @> to_jsonb(t.task_no), false);
      chosen := chosen || jsonb_build_object('step', t.step_id, 'task', t.task_no, 'targets', jsonb_array_length(t.targets));
      keys := keys || (SELECT coalesce(jsonb_object_agg(k, t.step_id), '{}') FROM unnest(t.conflicts) k);
      room := runbook.take_room(room, s.budgets, 1);
      places := places - 1;
      EXIT WHEN places < 1 OR NOT runbook.has_room(room, s.budgets, 1);
    END LOOP;
  END LOOP;
  RETURN chosen;
END $$;
COMMENT ON FUNCTION runbook.next_launches IS
  'Tasks that may be launched now, in the order of steps and tasks, and detached steps that a supervisor may be given; by needs, order, relations in use, concurrency, and the room that is given by budget. A budget that is not given has room without end.';

CREATE FUNCTION runbook.live_tasks(p_run text) RETURNS jsonb
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  SELECT coalesce(jsonb_object_agg(l.step_id, l.tasks), '{}') FROM (
    SELECT a.step_id, jsonb_build_object('running', coalesce(jsonb_agg(a.task_no) FILTER (WHERE a.status = 'running'), '[]'),
                                         'pending', coalesce(jsonb_agg(a.task_no) FILTER (WHERE a.status = 'pending'), '[]')) AS tasks
      FROM runbook.attempt a WHERE a.run_id = p_run AND a.status IN ('pending', 'running') GROUP BY a.step_id) l
$$;
COMMENT ON FUNCTION runbook.live_tasks IS
  'The tasks of a run that have an attempt which is recorded and not settled, by step: launched, or not yet.';

CREATE FUNCTION runbook.may_hand_over(s runbook.step, p_keys jsonb) RETURNS boolean
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  -- Another supervisor would launch anew what the last one may have launched.
  SELECT NOT EXISTS (SELECT FROM runbook.attempt a WHERE (a.run_id, a.step_id, a.status) = (s.run_id, s.step_id, 'pending'))
     AND NOT EXISTS (SELECT FROM runbook.task t WHERE (t.run_id, t.step_id) = (s.run_id, s.step_id)
                        AND t.status IN ('pending', 'running', 'detached') AND runbook.is_held(t, p_keys - coalesce((
                          SELECT array_agg(k) FROM unnest(t.conflicts) k WHERE p_keys ->> k = s.step_id), '{}')))
$$;
COMMENT ON FUNCTION runbook.may_hand_over IS
  'Whether nothing that others work on is in the way of a detached step.';

CREATE FUNCTION runbook.step_event(p_run text, p_step text) RETURNS jsonb
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  SELECT jsonb_build_object('type', 'step', 'step', s.step_id, 'status', s.status, 'reason', s.reason,
           'started_at', runbook.to_timestamp_text(s.started_at), 'finished_at', runbook.to_timestamp_text(s.finished_at))
    FROM runbook.step s WHERE (s.run_id, s.step_id) = (p_run, p_step)
$$;
COMMENT ON FUNCTION runbook.step_event IS 'What a step has come to, for the driver.';
