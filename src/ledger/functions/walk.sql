-- One part of a walk: batches, each with its checkpoint, at the pace that its target allows.

CREATE PROCEDURE runbook.rest_while_braked(p_run text, p_step text, p_part integer, p_throttle jsonb, p_wal_from pg_lsn,
                                           p_since timestamptz, INOUT noted timestamptz)
LANGUAGE plpgsql AS $$
DECLARE
  brake record;
  paused_by text;
BEGIN
  LOOP
    SELECT * INTO brake FROM runbook.brake(p_run, p_throttle, p_wal_from, p_since);
    IF brake.kind IS NOT NULL OR paused_by IS NOT NULL THEN
      PERFORM runbook.wait_for_ledger();
      PERFORM runbook.note_pause(p_run, p_step, p_part, paused_by, brake.kind, brake.reason, runbook.ms_since(noted));
      noted := pg_catalog.clock_timestamp();
    END IF;
    EXIT WHEN brake.kind IS NULL;
    paused_by := brake.kind;
    COMMIT;
    CALL runbook.rest(CASE WHEN brake.kind = 'wal_rate' THEN 50 ELSE 250 END);
  END LOOP;
  COMMIT;
END $$;
COMMENT ON PROCEDURE runbook.rest_while_braked IS
  'Waits between two batches for as long as the run is paused, a guard does not hold or the throttle says so, and notes why.';

CREATE FUNCTION runbook.walk_batch(p_part runbook.batch_part, p_next text, p_change text, p_limits jsonb, p_commit_ms double precision,
                                   INOUT gait jsonb, OUT seen bigint, OUT changed bigint, OUT unchanged bigint,
                                   OUT reached jsonb, OUT ended boolean, OUT timed boolean, OUT failed jsonb)
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  chunks_per_batch constant double precision := 8;
  shortest_chunk_ms constant double precision := 20;
  target_ms constant double precision := (p_limits ->> 'target_ms')::double precision;
  chunk_ms constant double precision := least(target_ms, greatest(target_ms / chunks_per_batch, shortest_chunk_ms));
  shortest_rest_ms constant double precision := chunk_ms / 3::double precision;
  min_rows constant bigint := (p_limits ->> 'min_rows')::bigint;
  max_rows constant bigint := (p_limits ->> 'max_rows')::bigint;
  began constant timestamptz := pg_catalog.clock_timestamp();
  batch_limit constant bigint := CASE WHEN p_part.batches = 0 THEN (p_limits ->> 'rows')::bigint ELSE max_rows END;
  rows bigint := coalesce((gait ->> 'rows')::bigint,
    pg_catalog.ceil((CASE WHEN p_part.batches = 0 THEN batch_limit ELSE p_part.batch_rows END)::double precision / chunks_per_batch)::bigint);
  ceiling bigint := coalesce((gait ->> 'ceiling')::bigint, max_rows);
  widest bigint := (gait ->> 'widest')::bigint;
  pace jsonb := gait -> 'pace';
  fails integer := coalesce((gait ->> 'fails')::integer, 0);
  left_ms double precision := target_ms - p_commit_ms;
  chunk record;
  chunk_began timestamptz;
BEGIN
  seen := 0;
  changed := 0;
  unchanged := 0;
  ended := false;
  timed := false;
  reached := coalesce(p_part.reached, p_part.above);
  LOOP
    IF pace IS NOT NULL THEN
      rows := least(runbook.chunk_rows(pace, chunk_ms, left_ms, target_ms), widest * 4::bigint);
      rows := CASE WHEN left_ms < shortest_rest_ms THEN greatest(rows, min_rows - seen) ELSE rows END;
    END IF;
    rows := greatest(least(rows, ceiling, batch_limit - seen), 1::bigint);
    chunk_began := pg_catalog.clock_timestamp();
    SELECT * INTO chunk FROM runbook.try_chunk(p_next, p_change, p_limits, reached, p_part.upto, rows);
    IF chunk.code IS NOT NULL THEN
      failed := pg_catalog.to_jsonb(chunk) || pg_catalog.jsonb_build_object('rows', rows);
      fails := CASE WHEN rows = 1 THEN fails + 1 ELSE fails END;
      ceiling := greatest(least(rows, coalesce(nullif(chunk.seen, 0::bigint), rows)) / 2::bigint, 1::bigint);
      rows := ceiling;
      EXIT;
    END IF;
    ended := chunk.seen < rows;
    IF chunk.last = reached THEN
      RAISE EXCEPTION 'the walk does not get beyond the key %', reached USING ERRCODE = 'data_exception',
        HINT = 'Its type does not read back as it was written: walk along another key.';
    END IF;
    seen := seen + chunk.seen;
    changed := changed + coalesce(chunk.changed, 0);
    unchanged := unchanged + chunk.unchanged;
    reached := coalesce(chunk.last, reached);
    EXIT WHEN ended;
    ceiling := least(ceiling * 2::bigint, max_rows);
    fails := 0;
    pace := runbook.learn_pace(pace, rows, greatest(runbook.ms_since(chunk_began), 0.05));
    widest := greatest(rows, CASE WHEN seen > rows THEN widest END);
    left_ms := target_ms - p_commit_ms - runbook.ms_since(began);
    timed := left_ms - (pace ->> 'fixed_ms')::double precision < shortest_rest_ms AND seen >= min_rows;
    EXIT WHEN timed OR seen >= batch_limit;
  END LOOP;
  gait := pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
    'rows', rows, 'ceiling', ceiling, 'widest', widest, 'pace', pace, 'fails', fails));
END $$;
COMMENT ON FUNCTION runbook.walk_batch IS
  'A batch is one transaction of several chunks: the clock is read after each, so that rows of any width come to about the same time, and what fails is rolled back without the others. What it learns of the pace is handed on in gait.';

CREATE PROCEDURE runbook.walk_part(p_run text, p_step text, p_part integer, p_next text, p_change text, p_limits jsonb,
                                   p_target jsonb)
LANGUAGE plpgsql AS $$
DECLARE
  -- With their pauses some ten seconds; the step's retry and resume are for those who wait longer.
  tries_of_one_row constant integer := 8;
  target_ms constant double precision := (p_limits ->> 'target_ms')::double precision;
  lock_ms bigint;
  part runbook.batch_part;
  batch record;
  gait jsonb := '{}';
  commit_ms double precision := 0;
  began timestamptz;
  committing timestamptz;
  noted timestamptz := pg_catalog.clock_timestamp();
  wal_from pg_catalog.pg_lsn;
BEGIN
  -- While it waits for a row, a batch holds others': never for longer than a batch should take.
  SELECT least(target_ms, nullif(s.setting::bigint, 0)) INTO lock_ms
    FROM pg_catalog.pg_settings s WHERE s.name = 'lock_timeout';
  LOOP
    CALL runbook.rest_while_braked(p_run, p_step, p_part, p_limits -> 'throttle', wal_from, began, noted);
    began := pg_catalog.clock_timestamp();
    wal_from := pg_catalog.pg_current_wal_insert_lsn();
    PERFORM runbook.wait_for_ledger();
    SELECT * INTO STRICT part FROM runbook.batch_part p
     WHERE (p.run_id, p.step_id, p.part_no) = (p_run, p_step, p_part) FOR UPDATE;
    EXIT WHEN part.finished_at IS NOT NULL;
    PERFORM pg_catalog.set_config('lock_timeout', lock_ms::text, true);
    SELECT * INTO batch FROM runbook.walk_batch(part, p_next, p_change, p_limits, commit_ms, gait);
    gait := batch.gait;
    PERFORM runbook.require_walkable(p_target, p_limits);
    PERFORM runbook.wait_for_ledger();
    IF batch.failed IS NULL OR batch.seen > 0 THEN
      PERFORM runbook.save_batch(p_run, p_step, p_part, batch.reached, batch.seen, batch.changed, batch.unchanged,
                                 batch.failed IS NULL AND batch.ended);
    END IF;
    committing := pg_catalog.clock_timestamp();
    COMMIT;
    commit_ms := (commit_ms + runbook.ms_since(committing)) / 2::double precision;
    PERFORM runbook.wait_for_ledger();
    PERFORM runbook.save_pace(p_run, p_step, p_part, runbook.ms_since(began),
      pg_catalog.pg_current_wal_insert_lsn() - wal_from, runbook.ms_since(noted), batch.timed, target_ms, batch.failed IS NOT NULL);
    noted := pg_catalog.clock_timestamp();
    COMMIT;
    IF batch.failed IS NOT NULL THEN
      PERFORM runbook.raise_unless_halved(batch.failed, (batch.failed ->> 'rows')::bigint, (gait ->> 'fails')::integer, tries_of_one_row);
      IF runbook.is_passing(batch.failed ->> 'code') THEN
        CALL runbook.rest(runbook.jittered_ms((gait ->> 'fails')::integer));
      END IF;
    ELSIF NOT batch.ended THEN
      CALL runbook.rest((p_limits ->> 'pause_ms')::double precision);
    END IF;
  END LOOP;
  COMMIT;
END $$;
COMMENT ON PROCEDURE runbook.walk_part IS
  'Walks one part of a table''s key to its end, in batches that take about target_ms each, and commits each with its checkpoint.';

CREATE PROCEDURE runbook.rest(p_ms double precision)
LANGUAGE plpgsql AS $$
-- Here and in all that has no SET clause, both sides of an operator have the same type: of another pair of
-- types somebody could have made an operator in a schema of the role's search_path, which would run.
-- A statement that sleeps holds a snapshot: none of them lasts longer than this.
DECLARE
  longest constant double precision := 250;
  left_ms double precision := p_ms;
BEGIN
  WHILE left_ms > 0::double precision LOOP
    PERFORM pg_catalog.pg_sleep(least(left_ms, longest) / 1000::double precision);
    COMMIT;
    left_ms := left_ms - longest;
  END LOOP;
END $$;
COMMENT ON PROCEDURE runbook.rest IS
  'Sleeps in short statements.';

CREATE FUNCTION runbook.save_batch(p_run text, p_step text, p_part integer, p_reached jsonb, p_seen bigint,
                                   p_changed bigint, p_unchanged bigint, p_ended boolean) RETURNS void
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  UPDATE runbook.batch_part p
     SET reached = p_reached, rows_seen = p.rows_seen + p_seen, rows_changed = p.rows_changed + p_changed,
         rows_unchanged = p.rows_unchanged + p_unchanged,
         batches = p.batches + (p_seen > 0)::int, paused_for = NULL, paused_since = NULL,
         batch_rows = CASE WHEN p_seen > 0 THEN p_seen ELSE p.batch_rows END,
         updated_at = clock_timestamp(), finished_at = CASE WHEN p_ended THEN clock_timestamp() END
   WHERE (p.run_id, p.step_id, p.part_no) = (p_run, p_step, p_part)
$$;
COMMENT ON FUNCTION runbook.save_batch IS
  'The checkpoint of a batch, in the transaction of its rows.';

CREATE FUNCTION runbook.save_pace(p_run text, p_step text, p_part integer, p_ms double precision, p_wal numeric,
                                  p_worked_ms double precision, p_timed boolean, p_target_ms double precision,
                                  p_halved boolean) RETURNS void
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  UPDATE runbook.batch_part p
     SET batch_ms = p_ms, wal_bytes = p.wal_bytes + p_wal::bigint, worked_ms = p.worked_ms + p_worked_ms,
         timed_batches = p.timed_batches + p_timed::int, halvings = p.halvings + p_halved::int,
         timed_well = p.timed_well + (p_timed AND p_ms BETWEEN p_target_ms * 0.8 AND p_target_ms * 1.2)::int
   WHERE (p.run_id, p.step_id, p.part_no) = (p_run, p_step, p_part)
$$;
COMMENT ON FUNCTION runbook.save_pace IS
  'How long a batch took and what it wrote, which is known only once it is committed.';

CREATE FUNCTION runbook.add_pause(p_pauses jsonb, p_kind text, p_count integer, p_ms double precision) RETURNS jsonb
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT CASE WHEN p_kind IS NULL THEN p_pauses ELSE p_pauses || jsonb_build_object(p_kind, jsonb_build_object(
    'count', coalesce((p_pauses -> p_kind ->> 'count')::bigint, 0) + p_count,
    'ms', coalesce((p_pauses -> p_kind ->> 'ms')::float8, 0) + p_ms)) END
$$;

CREATE FUNCTION runbook.note_pause(p_run text, p_step text, p_part integer, p_before text, p_now text,
                                   p_reason text, p_ms double precision) RETURNS void
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  UPDATE runbook.batch_part p
     SET paused_for = p_reason, updated_at = clock_timestamp(), worked_ms = p.worked_ms + p_ms,
         paused_since = CASE WHEN p_now = p_before THEN p.paused_since WHEN p_now IS NOT NULL THEN clock_timestamp() END,
         pauses = runbook.add_pause(runbook.add_pause(p.pauses, p_before, 0, p_ms),
                                    nullif(p_now, p_before), 1, 0)
   WHERE (p.run_id, p.step_id, p.part_no) = (p_run, p_step, p_part)
$$;
COMMENT ON FUNCTION runbook.note_pause IS
  'Books the time since the last look to what held the walk back then, and what does so now.';

CREATE FUNCTION runbook.learn_pace(p_pace jsonb, p_rows bigint, p_ms double precision) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  rows_before constant double precision := (p_pace ->> 'rows')::double precision;
  ms_before constant double precision := (p_pace ->> 'ms')::double precision;
  fixed double precision := coalesce((p_pace ->> 'fixed_ms')::double precision, 0);
  per_row double precision;
BEGIN
  -- Two statements of about as many rows differ by chance.
  IF greatest(p_rows, rows_before) >= 1.5 * least(p_rows, rows_before) THEN
    per_row := (p_ms - ms_before) / (p_rows - rows_before);
    fixed := (fixed + least(greatest(p_ms - per_row * p_rows, 0), p_ms, ms_before)) / 2;
  END IF;
  per_row := greatest(p_ms - fixed, p_ms / 50) / p_rows;
  RETURN jsonb_build_object('rows', p_rows, 'ms', p_ms, 'fixed_ms', fixed,
    'row_ms', coalesce(((p_pace ->> 'row_ms')::double precision + per_row) / 2, per_row));
END $$;
COMMENT ON FUNCTION runbook.learn_pace IS
  'What a statement of a walk costs, fixed_ms + row_ms × rows, after one more was seen: a trigger for each statement, or hundreds of partitions, cost the same for one row as for thousands.';

CREATE FUNCTION runbook.chunk_rows(p_pace jsonb, p_chunk_ms double precision, p_left_ms double precision,
                                   p_target_ms double precision) RETURNS bigint
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
  -- Four fifths of a statement's time are for rows, where that much is left. Where the fixed part alone takes the
  -- batch's time, twice that time is the bound.
  SELECT (greatest(least(p_left_ms - fixed_ms, greatest(p_chunk_ms - fixed_ms, 4 * fixed_ms)),
                   least(p_chunk_ms / 3, p_left_ms), CASE WHEN p_left_ms >= p_target_ms * 0.8
                     THEN least(p_target_ms / 2, fixed_ms, 1.6 * p_target_ms - fixed_ms) END) / row_ms)::bigint
    FROM jsonb_to_record(p_pace) p(fixed_ms double precision, row_ms double precision)
$$;
COMMENT ON FUNCTION runbook.chunk_rows IS
  'For how many rows the next statement of a batch has time.';

CREATE FUNCTION runbook.wait_for_ledger() RETURNS void
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  SELECT set_config('lock_timeout', '60s', true)
$$;
COMMENT ON FUNCTION runbook.wait_for_ledger IS
  'Lets this transaction wait for rows of the ledger longer than the step may want to wait for its own.';
