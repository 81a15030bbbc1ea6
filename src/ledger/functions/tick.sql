-- The core of a run: one call notes what is seen of the workers, settles what has ended, decides what comes next and
-- launches it, in the session that holds the handles. The engine calls it for waited steps, a supervisor for its own.
--
-- Each COMMIT ends a snapshot: a long one would hang REINDEX CONCURRENTLY and hold back VACUUM. What commits may have no
-- SET clause, so that every name is qualified here.

CREATE PROCEDURE runbook.tick(p_run text, p_driver jsonb, p_told jsonb, INOUT p_memory jsonb, INOUT p_answer jsonb)
LANGUAGE plpgsql AS $$
DECLARE
  began constant timestamptz := pg_catalog.clock_timestamp();
  -- A call goes on for about as long as its answer and the next one take on their way: a client has to hear of what
  -- happened, and of what has ended before more is launched.
  until constant timestamptz := began + coalesce((p_told ->> 'way_ms')::double precision, 0) * interval '1 millisecond';
  hears constant boolean := (p_driver ->> 'hears')::boolean;
  before integer;
  last integer := 0;
  again boolean;
BEGIN
  p_answer := '{"events": [], "hear": [], "drain": [], "quiet_ms": 0}';
  PERFORM runbook.require_session(p_driver);
  PERFORM runbook.note_told(p_run, p_told);
  COMMIT;
  LOOP
    before := last;
    CALL runbook.settle_ended(p_run, p_driver, p_answer);
    p_answer := runbook.add_events(p_answer, runbook.end_waiting(p_run, p_driver));
    COMMIT;
    last := pg_catalog.jsonb_array_length(p_answer -> 'events');
    again := hears AND last > before AND pg_catalog.clock_timestamp() > until;
    EXIT WHEN again;
    CALL runbook.watch(p_run, p_driver, p_memory, p_answer);
    EXIT WHEN p_answer -> 'hear' <> '[]'::jsonb OR p_answer -> 'drain' <> '[]'::jsonb;
    CONTINUE WHEN (p_answer ->> 'ended')::boolean;
    CALL runbook.launch_next(p_run, p_driver, p_memory, p_answer);
    COMMIT;
    last := pg_catalog.jsonb_array_length(p_answer -> 'events');
    EXIT WHEN last = before OR p_answer ? 'hand_over' OR (p_answer ->> 'quiet_ms')::integer > 0
      OR pg_catalog.clock_timestamp() > until;
  END LOOP;
  p_memory := runbook.pace(p_memory, last > 0, p_driver, p_run);
  p_answer := p_answer || pg_catalog.jsonb_build_object(
    'again', again, 'done', runbook.is_done(p_run, p_driver, p_memory), 'took_ms', runbook.ms_since(began));
END $$;
COMMENT ON PROCEDURE runbook.tick IS
  'Brings a run on as far as it goes now. p_told: what only the driver knows; p_memory: the waits of this session, to be handed in again. The answer has the events, what the driver has to do, and whether it is done.';

CREATE PROCEDURE runbook.watch(p_run text, p_driver jsonb, INOUT p_memory jsonb, INOUT p_answer jsonb)
LANGUAGE plpgsql AS $$
DECLARE
  seen jsonb;
  looks boolean;
BEGIN
  LOOP
    PERFORM pg_catalog.set_config('synchronous_commit', 'off', true);
    seen := runbook.see_workers(p_run, p_driver, p_memory -> 'full');
    COMMIT;
    -- Others are kept from counting until the new workers show, or have ended.
    EXIT WHEN NOT p_memory ? 'admission' OR NOT (seen ->> 'hidden')::boolean
      OR pg_catalog.clock_timestamp() > (p_memory ->> 'launched_at')::timestamptz + interval '5 seconds';
    PERFORM pg_catalog.pg_sleep(0.001);
    COMMIT;
  END LOOP;
  IF p_memory ? 'admission' THEN
    PERFORM runbook.leave_admission((p_memory ->> 'admission')::integer);
  END IF;
  looks := runbook.is_time(p_memory ->> 'looked_at');
  p_memory := p_memory - 'admission' || pg_catalog.jsonb_build_object('full', seen -> 'full')
    || CASE WHEN looks THEN pg_catalog.jsonb_build_object('looked_at', pg_catalog.clock_timestamp()) ELSE '{}'::jsonb END;
  p_answer := p_answer || pg_catalog.jsonb_build_object('hear', seen -> 'hear', 'drain', seen -> 'drain');
  PERFORM pg_catalog.set_config('synchronous_commit', 'off', true);
  p_answer := p_answer || pg_catalog.jsonb_build_object(
    'ended', runbook.note_lost_workers(p_run, p_driver, seen -> 'tracked') OR (seen ->> 'ended')::boolean);
  COMMIT;
  PERFORM pg_catalog.set_config('synchronous_commit', 'off', true);
  PERFORM runbook.request_stops(p_run, p_driver, looks);
  COMMIT;
  PERFORM pg_catalog.set_config('synchronous_commit', 'off', true);
  p_answer := runbook.add_events(p_answer, runbook.stop_workers(p_run, p_driver));
  COMMIT;
  p_answer := runbook.add_events(p_answer, runbook.end_lock_waits(p_run, p_driver));
  COMMIT;
  PERFORM runbook.let_go(p_run, p_driver, seen);
  COMMIT;
  IF looks AND (p_driver ->> 'whole')::boolean THEN
    PERFORM runbook.reconcile_unsupervised(p_run, p_driver);
    COMMIT;
  END IF;
END $$;
COMMENT ON PROCEDURE runbook.watch IS
  'Looks at the workers: notes who they are and how they ended, and stops those that should stop.';

CREATE PROCEDURE runbook.settle_ended(p_run text, p_driver jsonb, INOUT p_answer jsonb)
LANGUAGE plpgsql AS $$
DECLARE
  most_at_once constant integer := 100;
  attempt text;
  a runbook.attempt;
  settled jsonb;
  looked integer := 0;
BEGIN
  FOREACH attempt IN ARRAY ARRAY(SELECT u.attempt_id FROM runbook.attempt u
      WHERE (u.run_id, u.status) = (p_run, 'running') AND p_driver -> 'driven' ? u.step_id AND u.outcome IS NOT NULL
      ORDER BY u.attempt_id COLLATE "C") LOOP
    SELECT * INTO STRICT a FROM runbook.attempt u WHERE u.attempt_id = attempt;
    settled := runbook.try_settle(attempt, runbook.execution_of(p_driver, a.step_id),
      EXISTS (SELECT FROM runbook.step s WHERE (s.run_id, s.step_id) = (p_run, a.step_id) AND s.cancel_requested_at IS NOT NULL));
    IF settled IS NOT NULL THEN
      p_answer := runbook.add_events(p_answer, pg_catalog.jsonb_build_array(settled || '{"type": "settled"}'::jsonb));
    END IF;
    looked := looked + pg_catalog.cardinality(a.target_oids);
    -- The place of a worker stays empty while others are looked at.
    EXIT WHEN looked > most_at_once;
  END LOOP;
  COMMIT;
  FOREACH attempt IN ARRAY runbook.to_clean(p_run, p_driver) LOOP
    p_answer := runbook.add_events(p_answer, runbook.clean_up(attempt));
    COMMIT;
  END LOOP;
END $$;
COMMENT ON PROCEDURE runbook.settle_ended IS
  'Settles attempts whose workers have ended, and clears away what they left.';

CREATE PROCEDURE runbook.launch_next(p_run text, p_driver jsonb, INOUT p_memory jsonb, INOUT p_answer jsonb)
LANGUAGE plpgsql AS $$
DECLARE
  paused constant text := runbook.paused_by(p_run);
  wanted constant jsonb := runbook.next_launches(p_run, p_driver, runbook.own_room(p_run, p_driver));
  turns jsonb := coalesce(p_memory -> 'turns', '{}');
BEGIN
  IF paused IS DISTINCT FROM p_memory ->> 'paused_by' THEN
    p_memory := p_memory || pg_catalog.jsonb_build_object('paused_by', paused);
    p_answer := runbook.add_events(p_answer, pg_catalog.jsonb_build_array(
      pg_catalog.jsonb_build_object('type', 'paused', 'by', paused)));
  END IF;
  IF wanted = '[]'::jsonb OR paused IS NOT NULL THEN
    p_memory := p_memory - 'guard' || pg_catalog.jsonb_build_object('turns', runbook.leave_turns(turns, false));
    RETURN;
  END IF;
  IF p_driver -> 'guard_settings' <> 'null'::jsonb THEN
    CALL runbook.ask_guards(p_run, p_driver, wanted, p_memory, p_answer);
    IF (p_memory -> 'guard' ->> 'looks')::integer > 0 THEN
      p_memory := p_memory || pg_catalog.jsonb_build_object('turns', runbook.leave_turns(turns, false));
      RETURN;
    END IF;
  END IF;
  -- What finds no room is not prepared.
  turns := runbook.look_for_room(p_run, p_driver, turns);
  COMMIT;
  CALL runbook.launch_into(p_run, p_driver, turns, p_memory, p_answer);
  IF pg_catalog.jsonb_path_exists(turns, '$.* ? (@.since != null)') THEN
    p_answer := runbook.add_events(p_answer, runbook.new_waits(p_memory -> 'turns', turns));
    p_answer := runbook.add_events(p_answer, runbook.give_up_waiting(p_run, p_driver, wanted, turns));
  END IF;
  p_memory := p_memory || pg_catalog.jsonb_build_object('turns', runbook.leave_turns(turns, true));
END $$;
COMMENT ON PROCEDURE runbook.launch_next IS
  'Launches what may be launched now, as far as pauses, guards and budgets let it.';

CREATE PROCEDURE runbook.ask_guards(p_run text, p_driver jsonb, p_wanted jsonb, INOUT p_memory jsonb, INOUT p_answer jsonb)
LANGUAGE plpgsql AS $$
DECLARE
  guard jsonb := p_memory -> 'guard';
BEGIN
  IF (guard ->> 'looks')::integer > 0 AND NOT runbook.is_time(guard ->> 'looked_at') THEN
    RETURN;
  END IF;
  COMMIT;
  guard := runbook.judge_guards(p_run, p_driver, guard);
  COMMIT;
  IF (guard ->> 'looks')::integer > 0 THEN
    p_answer := runbook.add_events(p_answer, runbook.obey_guard(p_run, guard, p_wanted));
    COMMIT;
  END IF;
  -- What is left to the next run waits for no second look.
  p_memory := p_memory || pg_catalog.jsonb_build_object('guard',
    CASE WHEN (guard ->> 'skips')::boolean THEN guard || '{"looked_at": "-infinity"}'::jsonb ELSE guard END);
END $$;
COMMENT ON PROCEDURE runbook.ask_guards IS
  'Looks at the guards before a launch, and once a second while one does not hold.';

CREATE PROCEDURE runbook.launch_into(p_run text, p_driver jsonb, INOUT p_turns jsonb,
                                     INOUT p_memory jsonb, INOUT p_answer jsonb)
LANGUAGE plpgsql AS $$
DECLARE
  chosen constant jsonb := runbook.next_launches(p_run, p_driver, runbook.rooms(p_turns));
  hand_over constant text := runbook.first_hand_over(chosen);
  ready text[];
  kept text[];
  admission jsonb;
  places integer;
  launch_ms double precision := 0;
  events jsonb := '[]';
  wanted integer;
BEGIN
  CALL runbook.prepare_attempts(p_run, p_driver, chosen, ready, p_answer);
  IF ready = '{}'::text[] AND hand_over IS NULL THEN
    RETURN;
  END IF;
  CALL runbook.enter_admission(admission);
  IF NOT admission ? 'ticket' THEN
    PERFORM runbook.note_unlaunched(ready, '{}');
    p_turns := runbook.shut_turn(p_turns, '', pg_catalog.concat(admission ->> 'holder', ' counts and launches'));
    RETURN;
  END IF;
  p_memory := p_memory || pg_catalog.jsonb_build_object('admission', admission -> 'ticket', 'launched_at', pg_catalog.clock_timestamp());
  -- What was free may have been taken by others since it was looked for.
  p_turns := runbook.look_for_room(p_run, p_driver, p_turns);
  kept := runbook.with_room(ready, runbook.rooms(p_turns));
  PERFORM runbook.note_unlaunched(ready, kept);
  wanted := pg_catalog.cardinality(kept);
  places := wanted;
  CALL runbook.launch_attempts(kept, p_driver, places, launch_ms, events);
  p_answer := runbook.add_events(p_answer, events);
  IF places < 0 THEN
    p_turns := runbook.shut_turn(p_turns, '', 'the server has no worker slot left');
  ELSIF hand_over IS NOT NULL AND (p_turns -> '' ->> 'free')::integer - wanted >= 2 THEN
    p_answer := p_answer || pg_catalog.jsonb_build_object('hand_over', hand_over);
  END IF;
  p_answer := p_answer || pg_catalog.jsonb_build_object('quiet_ms', runbook.quiet_ms(p_driver, events, launch_ms));
END $$;
COMMENT ON PROCEDURE runbook.launch_into IS
  'Records the next attempts and launches them, while nobody else on the server does; the right to is kept until they show.';

CREATE PROCEDURE runbook.prepare_attempts(p_run text, p_driver jsonb, p_chosen jsonb, INOUT p_ready text[], INOUT p_answer jsonb)
LANGUAGE plpgsql AS $$
DECLARE
  most_at_once constant integer := 300;
  one jsonb;
  prepared jsonb;
  looked integer := 0;
BEGIN
  p_ready := '{}';
  FOR one IN SELECT x FROM pg_catalog.jsonb_array_elements(p_chosen) x LOOP
    CONTINUE WHEN NOT one ? 'task';
    looked := looked + (one ->> 'targets')::integer;
    -- A big pack is prepared and launched by itself: the others' places would stay empty meanwhile.
    EXIT WHEN looked > most_at_once AND p_ready <> '{}'::text[];
    prepared := runbook.try_prepare(p_run, one ->> 'step', (one ->> 'task')::integer,
                                    runbook.execution_of(p_driver, one ->> 'step'), p_driver ->> 'key');
    IF prepared ->> 'attempt_id' IS NOT NULL THEN
      p_ready := p_ready || (prepared ->> 'attempt_id');
    ELSIF prepared IS NOT NULL THEN
      p_answer := runbook.add_events(p_answer, pg_catalog.jsonb_build_array(prepared || '{"type": "ended"}'::jsonb));
    END IF;
  END LOOP;
  -- The record of an attempt is on disk before its launch.
  COMMIT;
END $$;
COMMENT ON PROCEDURE runbook.prepare_attempts IS
  'Looks at the targets of what is about to be launched, and records the attempts.';

CREATE PROCEDURE runbook.enter_admission(INOUT p_admission jsonb)
LANGUAGE plpgsql AS $$
BEGIN
  FOR try IN 1..25 LOOP
    p_admission := runbook.try_admission();
    EXIT WHEN p_admission ? 'ticket';
    COMMIT;
    -- By chance, or two that meet would meet again and again.
    PERFORM pg_catalog.pg_sleep(0.001::double precision + 0.01::double precision * pg_catalog.random());
    COMMIT;
  END LOOP;
END $$;
COMMENT ON PROCEDURE runbook.enter_admission IS
  'Waits a moment for the right to count workers and launch more: others have it for some milliseconds at a time.';
