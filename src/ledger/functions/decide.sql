-- What comes next of a run: which steps may begin, which tasks are launched, and which never are.

CREATE FUNCTION runbook.steps_at_hand(p_run text, p_driver jsonb) RETURNS SETOF runbook.step
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  SELECT s.* FROM runbook.step s
   WHERE s.run_id = p_run AND NOT runbook.is_final(s.status)
     AND CASE WHEN (p_driver ->> 'whole')::boolean THEN s.status <> 'detached' ELSE p_driver -> 'driven' ? s.step_id END
   ORDER BY s.ordinal
$$;
COMMENT ON FUNCTION runbook.steps_at_hand IS
  'Steps of which a driver decides what comes next: an engine of all that no supervisor has, a supervisor of its own.';

CREATE FUNCTION runbook.may_begin(s runbook.step) RETURNS boolean
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  SELECT NOT EXISTS (
    SELECT FROM jsonb_array_elements_text(s.plan -> 'needs') x(id) JOIN runbook.step n ON (n.run_id, n.step_id) = (s.run_id, x.id)
     WHERE NOT runbook.is_final(n.status) AND NOT (s.plan ->> 'after' = 'started' AND n.status = 'detached'))
$$;
COMMENT ON FUNCTION runbook.may_begin IS
  'Whether the steps that a step needs have ended, or where that is enough, whether detached ones have begun.';

CREATE FUNCTION runbook.has_failed(p_run text, p_step text) RETURNS boolean
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  SELECT EXISTS (SELECT FROM runbook.task t
                  WHERE (t.run_id, t.step_id) = (p_run, p_step) AND NOT t.deferred
                    AND t.status IN ('failed', 'timed_out', 'cancelled', 'unknown'))
$$;
COMMENT ON FUNCTION runbook.has_failed IS
  'Whether a task of a step did not succeed. One that was left to the next run has not failed.';

CREATE FUNCTION runbook.broken_need(s runbook.step) RETURNS jsonb
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  SELECT jsonb_build_object('deferred', n.deferred AND NOT n.failed, 'reason', format('it needs step %s, which %s', n.id,
           CASE WHEN n.deferred AND NOT n.failed THEN 'was left to the next run in part' ELSE 'did not succeed' END))
    FROM (SELECT x.id, x.i, runbook.has_failed(s.run_id, x.id) AS failed, u.blocked, u.deferred
            FROM jsonb_array_elements_text(s.plan -> 'needs') WITH ORDINALITY x(id, i)
           CROSS JOIN LATERAL (
             SELECT coalesce(bool_or(t.blocked), false) AS blocked, coalesce(bool_or(t.deferred), false) AS deferred
               FROM runbook.task t WHERE (t.run_id, t.step_id) = (s.run_id, x.id) AND (t.blocked OR t.deferred)) u) n
   WHERE n.failed OR n.blocked OR n.deferred ORDER BY n.failed DESC, n.i LIMIT 1
$$;
COMMENT ON FUNCTION runbook.broken_need IS
  'Why a step cannot begin any more, since one that it needs did not succeed or was not done in full; NULL: it can.';

CREATE FUNCTION runbook.why_stopped(s runbook.step, p_driver jsonb) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  r runbook.run;
  failed text;
BEGIN
  IF p_driver ? 'stop' THEN
    RETURN p_driver -> 'stop';
  ELSIF s.cancel_requested_at IS NOT NULL THEN
    RETURN jsonb_build_object('deferred', false, 'reason', concat('cancelled before it was launched, by ', s.cancel_requested_by));
  END IF;
  SELECT * INTO STRICT r FROM runbook.run u WHERE u.run_id = s.run_id;
  IF r.window_ends_at <= clock_timestamp() THEN
    RETURN jsonb_build_object('deferred', true, 'reason', concat('the window closed at ', runbook.to_timestamp_text(r.window_ends_at)));
  ELSIF r.stopped_for IS NOT NULL THEN
    RETURN jsonb_build_object('deferred', true, 'reason', r.stopped_for);
  END IF;
  SELECT f.step_id INTO failed FROM runbook.step f
   WHERE f.run_id = s.run_id AND f.plan ->> 'on_failure' = 'stop'
     AND ((p_driver ->> 'whole')::boolean OR f.step_id = s.step_id) AND runbook.has_failed(f.run_id, f.step_id)
   ORDER BY f.ordinal LIMIT 1;
  IF failed IS NOT NULL THEN
    RETURN jsonb_build_object('deferred', false, 'reason', format('step %s did not succeed (on_failure: stop)', failed));
  END IF;
  RETURN CASE WHEN (p_driver ->> 'whole')::boolean THEN runbook.broken_need(s) END;
END $$;
COMMENT ON FUNCTION runbook.why_stopped IS
  'Why nothing more of a step is launched, and whether that leaves it to the next run; NULL: it goes on.';

CREATE FUNCTION runbook.skip_waiting(s runbook.step, p_why jsonb) RETURNS jsonb
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  SELECT coalesce(jsonb_agg(jsonb_build_object('type', 'ended')
           || runbook.end_unlaunched(s.run_id, s.step_id, w.task_no, runbook.verdict('skipped', w.reason, NULL)
                || jsonb_build_object('deferred', coalesce((p_why ->> 'deferred')::boolean, true))) ORDER BY w.task_no), '[]')
    FROM (SELECT t.task_no, coalesce(p_why ->> 'reason', concat('it takes longer than is left until the window closes at ',
                                                                runbook.to_timestamp_text(r.window_ends_at))) AS reason
            FROM runbook.task t JOIN runbook.run r USING (run_id)
           WHERE (t.run_id, t.step_id) = (s.run_id, s.step_id) AND t.status IN ('pending', 'running', 'detached')
             AND (p_why IS NOT NULL OR clock_timestamp() + t.expected_ms * interval '1 millisecond' > r.window_ends_at)
             AND NOT EXISTS (SELECT FROM runbook.attempt a
                              WHERE (a.run_id, a.step_id, a.task_no, a.status) = (t.run_id, t.step_id, t.task_no, 'running')) OFFSET 0) w
$$;
COMMENT ON FUNCTION runbook.skip_waiting IS
  'Ends all that waits in a step, for the given reason; without one, what the window leaves no time for.';

CREATE FUNCTION runbook.end_waiting(p_run text, p_driver jsonb) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  s runbook.step;
  why jsonb;
  timed constant boolean := EXISTS (SELECT FROM runbook.run r WHERE r.run_id = p_run AND r.window_ends_at IS NOT NULL);
  events jsonb := '[]';
BEGIN
  FOR s IN SELECT * FROM runbook.steps_at_hand(p_run, p_driver) LOOP
    why := runbook.why_stopped(s, p_driver);
    IF why IS NOT NULL OR (timed AND (p_driver -> 'driven' ? s.step_id) AND runbook.may_begin(s)) THEN
      events := events || runbook.skip_waiting(s, why);
    END IF;
    IF NOT EXISTS (SELECT FROM runbook.task t WHERE (t.run_id, t.step_id) = (p_run, s.step_id)
                      AND t.status IN ('pending', 'running', 'detached')) AND runbook.finish_step(p_run, s.step_id) THEN
      events := events || runbook.step_event(p_run, s.step_id);
    END IF;
  END LOOP;
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
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT p_keys ?| t.conflicts AND (NOT t.shares_targets OR EXISTS (
    SELECT FROM unnest(t.conflicts) k WHERE p_keys ? k AND p_keys ->> k IS DISTINCT FROM t.step_id))
$$;

CREATE FUNCTION runbook.take_room(p_room jsonb, p_names text[], p_count integer) RETURNS jsonb
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT p_room || coalesce((SELECT jsonb_object_agg(n, (p_room ->> n)::integer - p_count) FROM unnest(p_names) n WHERE p_room ? n), '{}')
$$;

CREATE FUNCTION runbook.has_room(p_room jsonb, p_names text[], p_count integer) RETURNS boolean
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT NOT EXISTS (SELECT FROM unnest(p_names) n WHERE (p_room ->> n)::integer < p_count)
$$;

CREATE FUNCTION runbook.next_launches(p_run text, p_driver jsonb, p_room jsonb) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  s runbook.step;
  t runbook.task;
  keys jsonb := runbook.keys_in_use(p_run, p_driver);
  room jsonb := p_room;
  names text[];
  places integer;
  running integer[];
  chosen jsonb := '[]';
BEGIN
  FOR s IN SELECT * FROM runbook.steps_at_hand(p_run, p_driver) LOOP
    CONTINUE WHEN (p_driver ->> 'whole')::boolean AND NOT runbook.may_begin(s);
    IF NOT p_driver -> 'driven' ? s.step_id THEN
      IF runbook.has_room(room, '{""}', 2) AND runbook.may_hand_over(s, keys) THEN
        chosen := chosen || jsonb_build_object('step', s.step_id);
        room := runbook.take_room(room, '{""}', 2);
        keys := keys || (SELECT coalesce(jsonb_object_agg(k, s.step_id), '{}') FROM runbook.task u, unnest(u.conflicts) k
                          WHERE (u.run_id, u.step_id) = (p_run, s.step_id));
      END IF;
      CONTINUE;
    END IF;
    names := ARRAY(SELECT '' UNION ALL SELECT jsonb_object_keys(s.plan -> 'budgets'));
    running := ARRAY(SELECT a.task_no FROM runbook.attempt a WHERE (a.run_id, a.step_id, a.status) = (p_run, s.step_id, 'running'));
    places := (s.plan ->> 'concurrency')::integer - cardinality(running);
    CONTINUE WHEN places < 1 OR NOT runbook.has_room(room, names, 1);
    FOR t IN SELECT * FROM runbook.task u
              WHERE (u.run_id, u.step_id) = (p_run, s.step_id) AND u.status IN ('pending', 'running', 'detached')
                AND (u.not_before IS NULL OR u.not_before <= clock_timestamp()) AND u.task_no <> ALL (running)
                AND NOT EXISTS (SELECT FROM runbook.task b
                                 WHERE (b.run_id, b.step_id) = (p_run, s.step_id) AND b.task_no = ANY (u.after)
                                   AND b.status IN ('pending', 'running', 'detached'))
              ORDER BY u.task_no LOOP
      CONTINUE WHEN runbook.is_held(t, keys) AND NOT EXISTS (
        SELECT FROM runbook.attempt a WHERE (a.run_id, a.step_id, a.task_no, a.status) = (p_run, t.step_id, t.task_no, 'pending'));
      chosen := chosen || jsonb_build_object('step', t.step_id, 'task', t.task_no, 'targets', jsonb_array_length(t.targets));
      keys := keys || (SELECT coalesce(jsonb_object_agg(k, t.step_id), '{}') FROM unnest(t.conflicts) k);
      room := runbook.take_room(room, names, 1);
      places := places - 1;
      EXIT WHEN places < 1 OR NOT runbook.has_room(room, names, 1);
    END LOOP;
  END LOOP;
  RETURN chosen;
END $$;
COMMENT ON FUNCTION runbook.next_launches IS
  'Tasks that may be launched now, in the order of steps and tasks, and detached steps that a supervisor may be given; by needs, order, relations in use, concurrency, and the room that is given by budget. A budget that is not given has room without end.';

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
