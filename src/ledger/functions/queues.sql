-- Slots: who waits for which, and whose turn it is.

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

CREATE FUNCTION runbook.uses_room(p_run text, p_name text, p_driver jsonb) RETURNS boolean
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  SELECT EXISTS (SELECT FROM runbook.attempt a JOIN runbook.step s USING (run_id, step_id)
                  WHERE (a.run_id, a.status) = (p_run, 'running') AND (p_name = '' OR p_name = ANY (s.budgets)))
      OR (p_name = '' AND EXISTS (SELECT FROM runbook.step s
                                   WHERE (s.run_id, s.status) = (p_run, 'detached') AND NOT p_driver -> 'driven' ? s.step_id))
$$;
COMMENT ON FUNCTION runbook.uses_room IS
  'Whether workers of the run itself hold some of a budget: they have timeouts.';

CREATE FUNCTION runbook.look_for_room(p_run text, p_driver jsonb, p_turns jsonb) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  named jsonb;
  turns jsonb;
BEGIN
  -- Of all steps whose turn may come, since what is not counted would have room without end.
  SELECT coalesce(jsonb_agg(DISTINCT b), '[]') INTO named
    FROM runbook.steps_at_hand(p_run, p_driver) s, jsonb_array_elements(p_driver -> 'steps' -> s.step_id -> 'budgets') b
   WHERE s.budgets <> '{}' AND p_driver -> 'driven' ? s.step_id AND (NOT (p_driver ->> 'whole')::boolean OR runbook.may_begin(s));
  turns := runbook.free_slots((p_driver -> 'budget') || jsonb_build_object('named', named),
    (runbook.own_room(p_run, p_driver) ->> '')::integer, p_turns);
  -- What is wanted no more must not keep others waiting.
  PERFORM runbook.leave_turns(p_turns - ARRAY(SELECT jsonb_object_keys(turns)), false);
  RETURN (SELECT jsonb_object_agg(name, t || jsonb_build_object('since', CASE
            WHEN runbook.uses_room(p_run, name, p_driver) THEN NULL
            WHEN (t ->> 'free')::integer < 1 THEN coalesce(p_turns -> name ->> 'since', clock_timestamp()::text)
            ELSE p_turns -> name ->> 'since' END))
            FROM jsonb_each(turns) u(name, t));
END $$;
COMMENT ON FUNCTION runbook.look_for_room IS
  'How many workers may be launched now by each budget that is wanted, and since when one has had no room for want of others''.';

CREATE FUNCTION runbook.shut_turn(p_turns jsonb, p_name text, p_why text) RETURNS jsonb
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  SELECT p_turns || jsonb_build_object(p_name, coalesce(p_turns -> p_name, '{}') || jsonb_build_object('free', 0, 'why', p_why,
    'since', coalesce(p_turns -> p_name ->> 'since', clock_timestamp()::text)))
$$;
COMMENT ON FUNCTION runbook.shut_turn IS 'Notes that a budget has no room after all.';

CREATE FUNCTION runbook.rooms(p_turns jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT coalesce(jsonb_object_agg(name, t -> 'free'), '{}') FROM jsonb_each(p_turns) u(name, t)
$$;

CREATE FUNCTION runbook.give_up_waiting(p_run text, p_driver jsonb, p_wanted jsonb, p_turns jsonb) RETURNS jsonb
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  SELECT coalesce(jsonb_agg(e), '[]')
    FROM jsonb_array_elements(p_wanted) w JOIN runbook.step s ON (s.run_id, s.step_id) = (p_run, w ->> 'step')
   CROSS JOIN LATERAL (
     SELECT name, t ->> 'why' AS why FROM jsonb_each(p_turns) u(name, t)
      WHERE (t ->> 'free')::integer < 1 AND (name = '' OR name = ANY (s.budgets))
        AND (t ->> 'since')::timestamptz + coalesce((p_driver -> 'budget' ->> 'max_wait_ms')::float8, (s.plan ->> 'timeout_ms')::float8)
            * interval '1 millisecond' <= clock_timestamp() ORDER BY name LIMIT 1) late
   CROSS JOIN LATERAL jsonb_array_elements(runbook.end_wanted(p_run, jsonb_build_array(w), runbook.verdict('failed',
     format('%s (53000) for as long as it may wait: %s', CASE late.name WHEN '' THEN 'no worker slot was free'
            ELSE format('budget %s had no room', late.name) END, late.why), '53000'))) e
$$;
COMMENT ON FUNCTION runbook.give_up_waiting IS
  'Everything has a timeout, waiting for room in a budget too: ends what has waited for longer than it may.';

CREATE FUNCTION runbook.end_wanted(p_run text, p_wanted jsonb, p_verdict jsonb) RETURNS jsonb
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  SELECT coalesce(jsonb_agg(jsonb_build_object('type', 'ended') || runbook.end_unlaunched(p_run, t.step_id, t.task_no, p_verdict)), '[]')
    FROM (SELECT u.step_id, u.task_no FROM jsonb_array_elements(p_wanted) w JOIN runbook.task u
              ON (u.run_id, u.step_id) = (p_run, w ->> 'step') AND u.task_no = coalesce((w ->> 'task')::integer, u.task_no)
             AND u.status IN ('pending', 'running', 'detached') OFFSET 0) t
$$;
COMMENT ON FUNCTION runbook.end_wanted IS 'Ends what would be launched, of detached steps all tasks.';
