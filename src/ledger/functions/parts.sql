-- The parts of a walk, and who works on which.

CREATE FUNCTION runbook.add_parts(p_run text, p_step text, p_cuts jsonb, p_newest text) RETURNS void
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  parts constant integer := pg_catalog.jsonb_array_length(p_cuts) + 1;
  newest jsonb;
BEGIN
  PERFORM runbook.wait_for_ledger();
  PERFORM runbook.lock_parts(p_run, p_step);
  IF EXISTS (SELECT FROM runbook.batch_part p WHERE (p.run_id, p.step_id) = (p_run, p_step)) THEN
    RETURN;
  END IF;
  -- The last part ends at the last row that is there now: a walk that chases rows that are being added
  -- would never end.
  EXECUTE p_newest INTO newest USING p_cuts -> (parts - 2);
  IF newest @> '[null]' THEN
    RAISE EXCEPTION 'the key is null in some rows' USING ERRCODE = 'not_null_violation',
      HINT = 'Validate its NOT NULL constraint first.';
  END IF;
  INSERT INTO runbook.batch_part (run_id, step_id, part_no, task_no, above, upto, is_last, finished_at)
  SELECT p_run, p_step, i, i, CASE WHEN i > 1 THEN p_cuts -> (i - 2) END,
         CASE WHEN i < parts THEN p_cuts -> (i - 1) ELSE newest END, i = parts,
         CASE WHEN i = parts AND newest IS NULL THEN pg_catalog.clock_timestamp() END
    FROM pg_catalog.generate_series(1, parts) i;
END $$;
COMMENT ON FUNCTION runbook.add_parts IS
  'Records all parts of a step, before the first row of any is walked: whoever of its workers comes first does it for all.';

CREATE FUNCTION runbook.lock_parts(p_run text, p_step text) RETURNS void
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  SELECT runbook.enter_gate(concat_ws('/', 'parts', p_run, p_step))
$$;
COMMENT ON FUNCTION runbook.lock_parts IS
  'One at a time adds, splits or takes parts of a step, so that no two take the same.';

CREATE FUNCTION runbook.sample_middle(p_of runbook.batch_part, p_sample text, p_percent double precision) RETURNS jsonb
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  -- Below this, the one who is at it is done before the other has begun.
  batches_worth constant double precision := 8;
  fewest_sampled constant bigint := 4;
  sampled bigint;
  middle jsonb;
BEGIN
  IF p_of.upto IS NULL OR p_of.finished_at IS NOT NULL THEN
    RETURN NULL;
  END IF;
  EXECUTE p_sample INTO sampled, middle USING coalesce(p_of.reached, p_of.above), p_of.upto;
  IF sampled < fewest_sampled OR middle = p_of.upto
     OR sampled::double precision * 100::double precision / p_percent < batches_worth * coalesce(p_of.batch_rows, 1)::double precision THEN
    RETURN NULL;
  END IF;
  RETURN middle;
END $$;
COMMENT ON FUNCTION runbook.sample_middle IS
  'The key in the middle of what is left of a part, by a sample of its rows; null when splitting is not worth it.';

CREATE FUNCTION runbook.split_part(p_of runbook.batch_part, p_task integer, p_sample text, p_percent double precision)
RETURNS integer
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  half runbook.batch_part;
  middle jsonb;
BEGIN
  -- Looked at first without its lock, which would hold up the one who is at it.
  IF runbook.sample_middle(p_of, p_sample, p_percent) IS NULL THEN
    RETURN NULL;
  END IF;
  SELECT * INTO STRICT half FROM runbook.batch_part p
   WHERE (p.run_id, p.step_id, p.part_no) = (p_of.run_id, p_of.step_id, p_of.part_no) FOR UPDATE;
  middle := runbook.sample_middle(half, p_sample, p_percent);
  IF middle IS NULL THEN
    -- Raised, and not returned, so that the lock on the part is let go.
    RAISE lock_not_available;
  END IF;
  UPDATE runbook.batch_part p SET upto = middle, is_last = false
   WHERE (p.run_id, p.step_id, p.part_no) = (half.run_id, half.step_id, half.part_no);
  RETURN runbook.next_part(half.run_id, half.step_id, p_task, middle, half.upto, half.is_last, false);
EXCEPTION WHEN lock_not_available THEN
  -- A long batch is at it: it is asked again when that may be over.
  RETURN 0;
END $$;
COMMENT ON FUNCTION runbook.split_part IS
  'Takes over the second half of what another worker has left of its part; null when that is not worth it, 0 when it has to be asked again.';

CREATE FUNCTION runbook.next_part(p_run text, p_step text, p_task integer, p_above jsonb, p_upto jsonb,
                                  p_is_last boolean, p_added_behind boolean) RETURNS integer
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  INSERT INTO runbook.batch_part (run_id, step_id, part_no, task_no, above, upto, is_last, added_behind)
  SELECT p_run, p_step, max(p.part_no) + 1, p_task, p_above, p_upto, p_is_last, p_added_behind
    FROM runbook.batch_part p WHERE (p.run_id, p.step_id) = (p_run, p_step)
  RETURNING part_no
$$;

CREATE FUNCTION runbook.all_walked(p_run text, p_step text) RETURNS boolean
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  SELECT bool_and(p.finished_at IS NOT NULL)
    FROM runbook.batch_part p WHERE (p.run_id, p.step_id) = (p_run, p_step)
$$;
COMMENT ON FUNCTION runbook.all_walked IS
  'Whether every part is done: those of the plan, also of tasks that were not launched yet, and those that were added.';

CREATE FUNCTION runbook.claim_part(p_me runbook.attempt, p_newest text, p_sample text, p_percent double precision)
RETURNS integer
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  -- Rows are added for ever, perhaps: this often an attempt goes on to those at the end.
  most_behind constant integer := 3;
  p_run constant text := p_me.run_id;
  p_step constant text := p_me.step_id;
  mine integer;
  again boolean := false;
  unattended boolean := false;
  other runbook.batch_part;
  newest jsonb;
BEGIN
  -- Who waits here for a part keeps the other claimers waiting.
  PERFORM pg_catalog.set_config('lock_timeout', '1s', true);
  SELECT p.part_no INTO mine FROM runbook.batch_part p
   WHERE (p.run_id, p.step_id, p.task_no) = (p_run, p_step, p_me.task_no) AND p.finished_at IS NULL ORDER BY p.part_no LIMIT 1;
  IF mine IS NOT NULL THEN
    RETURN mine;
  END IF;
  PERFORM runbook.lock_parts(p_run, p_step);
  FOR other IN SELECT * FROM runbook.batch_part p
                WHERE (p.run_id, p.step_id) = (p_run, p_step) AND p.finished_at IS NULL ORDER BY p.rows_seen LOOP
    -- A part without a worker waits for its own task, which may be waiting for our slot.
    IF NOT runbook.is_claimed(pg_catalog.concat_ws('/', 'task', p_run, p_step, other.task_no)) THEN
      unattended := true;
      CONTINUE;
    END IF;
    mine := runbook.split_part(other, p_me.task_no, p_sample, p_percent);
    IF mine > 0 THEN
      RETURN mine;
    END IF;
    again := again OR mine = 0;
  END LOOP;
  IF again AND NOT unattended THEN
    RETURN 0;
  END IF;
  mine := NULL;
  IF runbook.all_walked(p_run, p_step) AND most_behind > (
       SELECT pg_catalog.count(*) FROM runbook.batch_part p
        WHERE (p.run_id, p.step_id) = (p_run, p_step) AND p.added_behind AND p.started_at >= p_me.recorded_at) THEN
    SELECT * INTO STRICT other FROM runbook.batch_part p WHERE (p.run_id, p.step_id) = (p_run, p_step) AND p.is_last;
    EXECUTE p_newest INTO newest USING coalesce(other.upto, other.above);
    IF newest IS NOT NULL THEN
      UPDATE runbook.batch_part p SET is_last = false WHERE (p.run_id, p.step_id) = (p_run, p_step) AND p.is_last;
      mine := runbook.next_part(p_run, p_step, p_me.task_no, coalesce(other.upto, other.above), newest, true, true);
    END IF;
  END IF;
  RETURN mine;
EXCEPTION WHEN lock_not_available THEN
  RETURN 0;
END $$;
COMMENT ON FUNCTION runbook.claim_part IS
  'What a worker walks next: its own parts, half of what another has left, rows that were added behind the last part; null when nothing is left for it, 0 when it has to ask again.';

CREATE PROCEDURE runbook.run_batches(p_part integer, p_cuts jsonb, p_limits jsonb, p_next text, p_change text,
                                     p_left text, p_newest text, p_sample text)
LANGUAGE plpgsql AS $$
DECLARE
  me runbook.attempt;
  target jsonb;
  part integer;
  still bigint;
  note text;
BEGIN
  SELECT * INTO me FROM runbook.attempt a
   WHERE a.attempt_id = pg_catalog.current_setting('pg_runbook.attempt', true);
  IF NOT FOUND OR me.task_no <> p_part THEN
    RAISE EXCEPTION 'batches are walked by workers of pg-runbook only, each by its own part' USING ERRCODE = 'object_not_in_prerequisite_state';
  END IF;
  SELECT t.plan -> 'targets' -> 0 INTO STRICT target FROM runbook.task t
   WHERE (t.run_id, t.step_id, t.task_no) = (me.run_id, me.step_id, me.task_no);
  PERFORM runbook.wait_for_ledger();
  IF NOT runbook.try_claim(pg_catalog.concat_ws('/', 'task', me.run_id, me.step_id, me.task_no)) THEN
    RAISE EXCEPTION 'another worker is at this task' USING ERRCODE = 'object_in_use';
  END IF;
  COMMIT;
  PERFORM runbook.add_parts(me.run_id, me.step_id, p_cuts, p_newest);
  PERFORM pg_catalog.set_config('pg_runbook.begun_at', runbook.to_timestamp_text(
    (SELECT pg_catalog.min(p.started_at) FROM runbook.batch_part p WHERE (p.run_id, p.step_id) = (me.run_id, me.step_id))), false);
  COMMIT;
  LOOP
    part := runbook.claim_part(me, p_newest, p_sample, (p_limits ->> 'sample_percent')::double precision);
    COMMIT;
    EXIT WHEN part IS NULL;
    IF part = 0 THEN
      CALL runbook.rest(1000);
    ELSE
      CALL runbook.walk_part(me.run_id, me.step_id, part, p_next, p_change, p_limits, target);
    END IF;
  END LOOP;
  IF p_left IS NOT NULL AND runbook.all_walked(me.run_id, me.step_id) THEN
    -- Each batch had to go along the index; a count of the whole table has not.
    PERFORM pg_catalog.set_config('enable_seqscan', 'on', true);
    EXECUTE p_left INTO still;
    PERFORM runbook.require_walkable(target, p_limits);
    PERFORM runbook.wait_for_ledger();
    UPDATE runbook.batch_part p SET rows_left = still
     WHERE (p.run_id, p.step_id) = (me.run_id, me.step_id) AND p.is_last;
    COMMIT;
    IF still > (p_limits ->> 'remaining')::bigint AND (p_limits ->> 'allow_unchanged')::boolean THEN
      note := pg_catalog.format('%s rows still match `where`, which allow_unchanged lets pass', still);
    ELSIF still > (p_limits ->> 'remaining')::bigint THEN
      RAISE EXCEPTION '% rows still match `where`, and % may remain', still, p_limits ->> 'remaining'
        USING ERRCODE = 'assert_failure', HINT = 'They were added or changed behind the walk, or the step does not make `where` false.';
    END IF;
  END IF;
  PERFORM runbook.wait_for_ledger();
  INSERT INTO runbook.completion (attempt_id, note)
  SELECT me.attempt_id, coalesce(note, runbook.instead_rule(target), (
    SELECT pg_catalog.format('%s rows were there and were not changed, which allow_unchanged lets pass', pg_catalog.sum(p.rows_unchanged))
      FROM runbook.batch_part p
     WHERE (p.run_id, p.step_id, p.task_no) = (me.run_id, me.step_id, me.task_no) AND p.rows_unchanged > 0::bigint
    HAVING pg_catalog.count(*) > 0::bigint));
END $$;
COMMENT ON PROCEDURE runbook.run_batches IS
  'What a worker of a batched step runs: walks its part and whatever else is left, and leaves the completion marker. The last one to end proves that no row is left.';
