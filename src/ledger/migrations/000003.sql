-- Walks over large tables in batches, by workers that commit each batch with its checkpoint: a crash
-- anywhere repeats nothing and loses nothing.

ALTER TABLE runbook.run
  ADD COLUMN paused_at timestamptz,
  ADD COLUMN paused_by text;

CREATE TABLE runbook.batch_part (
  run_id text NOT NULL,
  step_id text NOT NULL,
  part_no integer NOT NULL,
  task_no integer NOT NULL,
  above jsonb,
  upto jsonb,
  is_last boolean NOT NULL,
  added_behind boolean NOT NULL DEFAULT false,
  reached jsonb,
  batches bigint NOT NULL DEFAULT 0,
  rows_seen bigint NOT NULL DEFAULT 0,
  rows_changed bigint NOT NULL DEFAULT 0,
  rows_unchanged bigint NOT NULL DEFAULT 0,
  rows_left bigint,
  wal_bytes bigint NOT NULL DEFAULT 0,
  worked_ms double precision NOT NULL DEFAULT 0,
  batch_rows bigint,
  batch_ms double precision,
  timed_batches bigint NOT NULL DEFAULT 0,
  timed_well bigint NOT NULL DEFAULT 0,
  halvings bigint NOT NULL DEFAULT 0,
  paused_for text,
  paused_since timestamptz,
  pauses jsonb NOT NULL DEFAULT '{}',
  started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  finished_at timestamptz,
  PRIMARY KEY (run_id, step_id, part_no),
  FOREIGN KEY (run_id, step_id, task_no) REFERENCES runbook.task ON DELETE CASCADE
);
COMMENT ON TABLE runbook.batch_part IS
  'The parts of a table''s key that a step walks, each with its checkpoint: rows up to reached are done.';
COMMENT ON COLUMN runbook.batch_part.above IS
  'The key after which the part begins, its columns in a JSON array, which depends on no DateStyle; null: at the first row.';
COMMENT ON COLUMN runbook.batch_part.is_last IS
  'No part lies behind this one: rows that are added at the end while the step runs come after it.';
COMMENT ON COLUMN runbook.batch_part.rows_unchanged IS
  'Rows that all were to be changed and that a rule or a trigger left as they were, which the step allows.';
COMMENT ON COLUMN runbook.batch_part.worked_ms IS
  'Wall-clock time of the workers at it, pauses included.';
COMMENT ON COLUMN runbook.batch_part.timed_batches IS
  'Batches that ended because their time was over; timed_well: those within 20 % of the target.';
COMMENT ON COLUMN runbook.batch_part.wal_bytes IS
  'What the whole server wrote during the batches: an upper bound of their own WAL.';

CREATE TABLE runbook.emergency_brake (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  pulled_by text NOT NULL,
  reason text NOT NULL,
  pulled_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  until timestamptz,
  cancels boolean NOT NULL
);
COMMENT ON TABLE runbook.emergency_brake IS
  'A row as long as all runs of the database are paused; past its end it stands for nothing.';

CREATE FUNCTION runbook.braked_by() RETURNS text
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  SELECT concat(b.pulled_by, ' for the whole database', ', until ' || runbook.to_timestamp_text(b.until), ': ', b.reason)
    FROM runbook.emergency_brake b WHERE b.until IS NULL OR b.until > clock_timestamp()
$$;
COMMENT ON FUNCTION runbook.braked_by IS 'Who has paused all runs of the database, until when and why; NULL: nobody.';

CREATE FUNCTION runbook.paused_by(p_run text) RETURNS text
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  SELECT coalesce((SELECT r.paused_by FROM runbook.run r WHERE r.run_id = p_run), runbook.braked_by())
$$;
COMMENT ON FUNCTION runbook.paused_by IS 'Who has paused a run, alone or with all others; NULL: nobody.';

CREATE FUNCTION runbook.is_stopping() RETURNS boolean
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  SELECT EXISTS (SELECT FROM runbook.emergency_brake b
                  WHERE b.cancels AND (b.until IS NULL OR b.until > clock_timestamp()))
$$;
COMMENT ON FUNCTION runbook.is_stopping IS 'Whether the emergency brake stops what runs, too.';

CREATE FUNCTION runbook.pull_brake(p_by text, p_reason text, p_until timestamptz, p_cancels boolean) RETURNS void
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  INSERT INTO runbook.emergency_brake AS b (pulled_by, reason, until, cancels)
  VALUES (concat(session_user, '@', p_by), p_reason, p_until, p_cancels)
  ON CONFLICT (one) DO UPDATE
    SET pulled_by = EXCLUDED.pulled_by, reason = EXCLUDED.reason, until = EXCLUDED.until,
        cancels = EXCLUDED.cancels, pulled_at = EXCLUDED.pulled_at
$$;
COMMENT ON FUNCTION runbook.pull_brake IS 'Pauses all runs of the database, and with p_cancels stops what runs.';

CREATE FUNCTION runbook.release_brake() RETURNS boolean
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  WITH gone AS (DELETE FROM runbook.emergency_brake RETURNING until)
  SELECT coalesce((SELECT g.until IS NULL OR g.until > clock_timestamp() FROM gone g), false)
$$;
COMMENT ON FUNCTION runbook.release_brake IS 'Lets all runs go on; false when nothing kept them.';

CREATE FUNCTION runbook.ms_since(p_from timestamptz) RETURNS double precision
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  SELECT extract(epoch FROM clock_timestamp() - p_from)::float8 * 1000
$$;

CREATE FUNCTION runbook.wait_for_ledger() RETURNS void
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  SELECT set_config('lock_timeout', '60s', true)
$$;
COMMENT ON FUNCTION runbook.wait_for_ledger IS
  'Lets this transaction wait for rows of the ledger longer than the step may want to wait for its own.';

CREATE FUNCTION runbook.instead_rule(p_target jsonb) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT format('rule %I does something else instead of the %s', min(r.rulename), p_target -> 'facts' ->> 'event')
    FROM pg_rewrite r
   WHERE r.ev_class = (p_target ->> 'oid')::oid AND r.is_instead AND r.ev_qual = '<>' AND r.ev_enabled IN ('O', 'A')
     AND r.ev_type = CASE p_target -> 'facts' ->> 'event' WHEN 'update' THEN '2' ELSE '4' END
  HAVING count(*) > 0
$$;
COMMENT ON FUNCTION runbook.instead_rule IS
  'A rule because of which a walk changes no row of its table, however many the server counts.';

CREATE FUNCTION runbook.require_walkable(p_target jsonb, p_limits jsonb) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  facts constant jsonb := p_target -> 'facts';
  walked record;
  changed text;
  rule text;
BEGIN
  FOR walked IN SELECT * FROM (VALUES
      (format('%I.%I', p_target ->> 'schema', p_target ->> 'relation'), (p_target ->> 'oid')::oid),
      (facts ->> 'archive', (facts ->> 'archive_oid')::oid)) w(name, planned) WHERE name IS NOT NULL LOOP
    IF to_regclass(walked.name)::oid IS DISTINCT FROM walked.planned THEN
      RAISE EXCEPTION '% is not the table of the plan any more', walked.name USING ERRCODE = 'undefined_table',
        HINT = 'It was renamed, replaced or dropped while its rows were walked: the rest is not done. Look at both tables, then plan anew.';
    END IF;
  END LOOP;
  SELECT string_agg(k.name, ', ') INTO changed
    FROM jsonb_to_recordset((facts ->> 'columns')::jsonb) k(name text, number integer, type oid, "collation" oid)
    LEFT JOIN pg_attribute a ON a.attrelid = (p_target ->> 'oid')::oid AND a.attname = k.name AND NOT a.attisdropped
   WHERE a.attnum IS DISTINCT FROM k.number OR a.atttypid <> k.type OR a.attcollation <> k."collation";
  IF changed IS NOT NULL THEN
    RAISE EXCEPTION 'columns are not those of the plan any more: %', changed USING ERRCODE = 'undefined_column',
      HINT = 'They were replaced, or the key has another order, while the rows were walked. Plan anew.';
  END IF;
  rule := runbook.instead_rule(p_target);
  IF rule IS NOT NULL AND NOT (p_limits ->> 'allow_unchanged')::boolean THEN
    RAISE EXCEPTION '%', rule USING ERRCODE = 'object_not_in_prerequisite_state',
      HINT = 'Drop or disable the rule. Where rows may stay as they are, say `allow_unchanged: true`.';
  END IF;
END $$;
COMMENT ON FUNCTION runbook.require_walkable IS
  'Raises unless the names in a walk''s statements still mean the tables and columns of the plan, and a change of a row is one. Called while a lock of the batch keeps the table as it is: names are looked up anew by each statement.';

CREATE FUNCTION runbook.try_chunk(p_next text, p_change text, p_limits jsonb, p_above jsonb, p_upto jsonb, p_rows bigint,
                                  OUT seen bigint, OUT changed bigint, OUT unchanged bigint, OUT last jsonb,
                                  OUT code text, OUT message text, OUT detail text, OUT hint text)
LANGUAGE plpgsql VOLATILE AS $$
-- What it executes needs the role's own search_path, so that every name of ours is qualified.
DECLARE
  kept bigint;
  still bigint;
BEGIN
  unchanged := 0;
  EXECUTE p_next INTO seen, last USING p_above, p_upto, p_rows;
  IF seen > 0 AND NOT (p_limits ->> 'archives')::boolean THEN
    EXECUTE p_change USING p_above, last;
    GET DIAGNOSTICS changed = ROW_COUNT;
  ELSIF seen > 0 THEN
    EXECUTE p_change INTO changed, kept USING p_above, last;
    IF kept IS DISTINCT FROM changed THEN
      RAISE EXCEPTION 'of % rows deleted only % arrived in the archive', changed, kept
        USING ERRCODE = 'integrity_constraint_violation', HINT = 'Look for triggers and rules of the archive table.';
    END IF;
  END IF;
  IF changed < seen AND (p_limits ->> 'all_rows')::boolean THEN
    -- Some may have been deleted since they were counted.
    EXECUTE p_next INTO still USING p_above, last, seen;
    unchanged := greatest(still - changed, 0::bigint);
    IF unchanged > 0 AND NOT (p_limits ->> 'allow_unchanged')::boolean THEN
      RAISE EXCEPTION 'of % rows % were not changed', still, unchanged USING ERRCODE = 'triggered_data_change_violation',
        HINT = 'Look for rules of the table, and for triggers that return NULL. Where rows may stay as they are, say `allow_unchanged: true`.';
    END IF;
  END IF;
  -- What is deferred to the commit would fail there, where nothing of the batch could be kept.
  SET CONSTRAINTS ALL IMMEDIATE;
EXCEPTION WHEN OTHERS THEN
  -- A cancelled query is not among these: the step's timeout fires once, and must end the worker.
  GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, message = MESSAGE_TEXT,
                          detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
  changed := 0;
  unchanged := 0;
END $$;
COMMENT ON FUNCTION runbook.try_chunk IS
  'Changes the next rows of a walk. What fails is rolled back and told, with how many rows it was about and the last one''s key.';

CREATE FUNCTION runbook.breach(p_throttle jsonb, p_wal_from pg_lsn, p_since timestamptz,
                              OUT kind text, OUT reason text)
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  unknown_bytes constant numeric := 16777216;
  replica record;
  asked refcursor;
  holds boolean;
  rate double precision;
  sessions integer;
  hidden boolean;
BEGIN
  IF kind IS NULL AND p_throttle ? 'replica_lag_ms' THEN
    SELECT s.application_name, s.state, coalesce(s.replay_lag, '0') AS lag,
           -- Of one that stood still before it connected, no lag in time is known.
           s.replay_lag IS NULL AND s.replay_lsn < pg_catalog.pg_current_wal_lsn() - unknown_bytes AS stands_still INTO replica
      FROM pg_catalog.pg_stat_replication s
     ORDER BY s.state IS NULL DESC, 4 DESC NULLS LAST, 3 DESC LIMIT 1;
    IF FOUND AND replica.state IS NULL THEN
      RAISE EXCEPTION 'the lag of replicas is hidden from role %', current_user
        USING ERRCODE = 'insufficient_privilege', HINT = 'GRANT pg_read_all_stats to it.';
    ELSIF FOUND AND replica.lag > pg_catalog.make_interval(secs => (p_throttle ->> 'replica_lag_ms')::double precision / 1000::double precision) THEN
      kind := 'replica_lag';
      reason := pg_catalog.format('replica %s is %s s behind, more than %s s', replica.application_name,
        pg_catalog.round(extract(epoch FROM replica.lag), 1), (p_throttle ->> 'replica_lag_ms')::double precision / 1000::double precision);
    ELSIF FOUND AND replica.stands_still THEN
      kind := 'replica_lag';
      reason := pg_catalog.format('replica %s is more than %s of WAL behind, and does not say for how long',
        replica.application_name, pg_catalog.pg_size_pretty(unknown_bytes::bigint));
    END IF;
  END IF;
  IF kind IS NULL AND p_throttle ? 'sql' THEN
    -- By a cursor, which is refused for a text of several statements: EXECUTE would carry them all out.
    OPEN asked NO SCROLL FOR EXECUTE pg_catalog.format('SELECT (%s
)', p_throttle ->> 'sql');
    FETCH asked INTO holds;
    CLOSE asked;
    IF holds IS NOT TRUE THEN
      kind := 'sql';
      reason := pg_catalog.format('not true: %s', pg_catalog.left(p_throttle ->> 'sql', 200));
    END IF;
  END IF;
  IF kind IS NULL AND p_throttle ? 'wal_bytes_per_second' AND p_wal_from IS NOT NULL THEN
    rate := (pg_catalog.pg_current_wal_insert_lsn() - p_wal_from)
            / greatest(extract(epoch FROM pg_catalog.clock_timestamp() - p_since), 0.001);
    IF rate > (p_throttle ->> 'wal_bytes_per_second')::double precision THEN
      kind := 'wal_rate';
      reason := pg_catalog.format('the server writes %s/s of WAL, more than %s/s', pg_catalog.pg_size_pretty(rate::bigint),
        pg_catalog.pg_size_pretty((p_throttle ->> 'wal_bytes_per_second')::bigint));
    END IF;
  END IF;
  IF kind IS NULL AND p_throttle ? 'active_sessions' THEN
    SELECT count(*) FILTER (WHERE a.state = 'active' AND a.backend_type = 'client backend'
                              AND a.pid <> pg_catalog.pg_backend_pid()),
           coalesce(bool_or(a.backend_type IS NULL), false)
      INTO sessions, hidden FROM pg_catalog.pg_stat_activity a;
    IF hidden THEN
      RAISE EXCEPTION 'the sessions of others are hidden from role %', current_user
        USING ERRCODE = 'insufficient_privilege', HINT = 'GRANT pg_read_all_stats to it.';
    ELSIF sessions > (p_throttle ->> 'active_sessions')::integer THEN
      kind := 'active_sessions';
      reason := pg_catalog.format('%s sessions are active, more than %s', sessions, p_throttle ->> 'active_sessions');
    END IF;
  END IF;
END $$;
COMMENT ON FUNCTION runbook.breach IS
  'What of a condition does not hold now; null: nothing. Without a place in the WAL from before, its rate is not judged.';

CREATE FUNCTION runbook.guards_digest(p_guards jsonb) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT runbook.sha256_text(coalesce(string_agg(runbook.sha256_text(coalesce(g -> 'condition' ->> 'sql', '')), ',' ORDER BY i), ''))
    FROM jsonb_array_elements(p_guards) WITH ORDINALITY y(g, i)
$$;
COMMENT ON FUNCTION runbook.guards_digest IS
  'Names the SQL of a run''s guards, which is executed with the rights of the run.';

CREATE FUNCTION runbook.guard_breach(p_run text, p_digest text, p_wal_from pg_lsn, p_since timestamptz) RETURNS jsonb
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  guards jsonb;
  guard jsonb;
  found record;
BEGIN
  SELECT coalesce(r.plan -> 'guards', '[]') INTO guards FROM runbook.run r WHERE r.run_id = p_run;
  IF runbook.guards_digest(guards) IS DISTINCT FROM p_digest THEN
    RETURN pg_catalog.jsonb_build_object('name', 'of the ledger', 'on_breach', 'stop', 'max_pause_ms', 0, 'altered', true,
      'reason', 'the guards of this run in the ledger are not those of the plan: somebody has changed the ledger');
  END IF;
  FOR guard IN SELECT g FROM pg_catalog.jsonb_array_elements(guards) g LOOP
    SELECT * INTO found FROM runbook.breach(guard -> 'condition', p_wal_from, p_since);
    IF found.kind IS NOT NULL THEN
      RETURN (guard - 'condition') || pg_catalog.jsonb_build_object('reason', found.reason);
    END IF;
  END LOOP;
  RETURN NULL;
END $$;
COMMENT ON FUNCTION runbook.guard_breach IS
  'The first guard of a run that does not hold now, what it protects and why; NULL: all hold. It runs SQL of the runbook, with the caller''s search_path.';

CREATE FUNCTION runbook.brake(p_run text, p_throttle jsonb, p_wal_from pg_lsn, p_since timestamptz,
                              OUT kind text, OUT reason text)
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  guard jsonb;
BEGIN
  SELECT 'run_paused', pg_catalog.format('the run was paused by %s', p.by) INTO kind, reason
    FROM (SELECT runbook.paused_by(p_run) AS by) p WHERE p.by IS NOT NULL;
  IF kind IS NULL THEN
    SELECT b.kind, b.reason INTO kind, reason FROM runbook.breach(p_throttle, p_wal_from, p_since) b;
  END IF;
  IF kind IS NULL THEN
    guard := runbook.guard_breach(p_run, pg_catalog.current_setting('pg_runbook.guards', true), p_wal_from, p_since);
    IF guard ? 'altered' THEN
      RAISE EXCEPTION '%', guard ->> 'reason' USING ERRCODE = 'object_not_in_prerequisite_state';
    ELSIF guard IS NOT NULL THEN
      kind := 'guard';
      reason := pg_catalog.format('guard %s: %s', guard ->> 'name', guard ->> 'reason');
    END IF;
  END IF;
END $$;
COMMENT ON FUNCTION runbook.brake IS
  'What holds back the next batch now; null: nothing.';

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

CREATE FUNCTION runbook.is_passing(p_sqlstate text) RETURNS boolean
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT p_sqlstate IN ('55P03', '40P01', '40001')
$$;
COMMENT ON FUNCTION runbook.is_passing IS
  'Whether the same rows may pass later: lock_not_available, deadlock_detected, serialization_failure.';

CREATE FUNCTION runbook.raise_unless_halved(p_chunk jsonb, p_rows bigint, p_row_fails integer, p_most integer)
RETURNS void
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  passing boolean := runbook.is_passing(p_chunk ->> 'code');
  -- What a single row's values or a trigger can cause: data, integrity, triggered and external errors.
  of_a_row boolean := left(p_chunk ->> 'code', 2) IN ('22', '23', '27', '38', '39', '44', 'P0');
  why text := p_chunk ->> 'message';
BEGIN
  IF p_rows > 1 AND (passing OR of_a_row) OR passing AND p_row_fails < p_most THEN
    RETURN;
  ELSIF p_rows = 1 AND (passing OR of_a_row) THEN
    why := format('%s could not be done%s: %s',
      coalesce('the row with the key ' || (p_chunk ->> 'last'), 'the next row'), CASE WHEN passing THEN format(', tried %s times', p_row_fails) ELSE '' END, why);
  END IF;
  RAISE EXCEPTION USING ERRCODE = p_chunk ->> 'code', MESSAGE = why, DETAIL = coalesce(p_chunk ->> 'detail', ''),
    HINT = coalesce(p_chunk ->> 'hint', '');
END $$;
COMMENT ON FUNCTION runbook.raise_unless_halved IS
  'Raises what a chunk failed with, unless fewer of its rows may pass: a lock that is held, or one bad row among good ones.';

CREATE FUNCTION runbook.jittered_ms(p_fails integer) RETURNS double precision
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  SELECT least(50 * 2 ^ p_fails, 5000) * (0.5 + random())
$$;
COMMENT ON FUNCTION runbook.jittered_ms IS
  'The pause before rows are tried again: doubled with each failure of one row, and drawn, so that two who were in each other''s way do not meet again.';

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

CREATE PROCEDURE runbook.walk_part(p_run text, p_step text, p_part integer, p_next text, p_change text, p_limits jsonb,
                                   p_target jsonb)
LANGUAGE plpgsql AS $$
-- A batch is one transaction of several chunks: the clock is read after each, so that rows of any width
-- come to about the same time, and what fails is rolled back without the others.
DECLARE
  chunks_per_batch constant double precision := 8;
  shortest_chunk_ms constant double precision := 20;
  -- With their pauses some ten seconds; the step's retry and resume are for those who wait longer.
  tries_of_one_row constant integer := 8;
  target_ms constant double precision := (p_limits ->> 'target_ms')::double precision;
  chunk_ms constant double precision := least(target_ms, greatest(target_ms / chunks_per_batch, shortest_chunk_ms));
  shortest_rest_ms constant double precision := chunk_ms / 3::double precision;
  min_rows constant bigint := (p_limits ->> 'min_rows')::bigint;
  max_rows constant bigint := (p_limits ->> 'max_rows')::bigint;
  lock_ms bigint;
  part runbook.batch_part;
  chunk record;
  brake record;
  paused_by text;
  reached jsonb;
  seen bigint;
  changed bigint;
  unchanged bigint;
  ended boolean;
  timed boolean;
  rows bigint;
  ceiling bigint := max_rows;
  batch_limit bigint;
  pace jsonb;
  widest bigint;
  left_ms double precision;
  commit_ms double precision := 0;
  row_fails integer := 0;
  began timestamptz;
  chunk_began timestamptz;
  noted timestamptz := pg_catalog.clock_timestamp();
  wal_from pg_catalog.pg_lsn;
BEGIN
  -- While it waits for a row, a batch holds others': never for longer than a batch should take.
  SELECT least(target_ms, nullif(s.setting::bigint, 0)) INTO lock_ms
    FROM pg_catalog.pg_settings s WHERE s.name = 'lock_timeout';
  LOOP
    paused_by := NULL;
    LOOP
      SELECT * INTO brake FROM runbook.brake(p_run, p_limits -> 'throttle', wal_from, began);
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
    began := pg_catalog.clock_timestamp();
    wal_from := pg_catalog.pg_current_wal_insert_lsn();
    PERFORM runbook.wait_for_ledger();
    SELECT * INTO STRICT part FROM runbook.batch_part p
     WHERE (p.run_id, p.step_id, p.part_no) = (p_run, p_step, p_part) FOR UPDATE;
    EXIT WHEN part.finished_at IS NOT NULL;
    PERFORM pg_catalog.set_config('lock_timeout', lock_ms::text, true);
    batch_limit := CASE WHEN part.batches = 0 THEN (p_limits ->> 'rows')::bigint ELSE max_rows END;
    rows := coalesce(rows, pg_catalog.ceil((CASE WHEN part.batches = 0 THEN batch_limit ELSE part.batch_rows END)::double precision / chunks_per_batch)::bigint);
    reached := coalesce(part.reached, part.above);
    seen := 0;
    changed := 0;
    unchanged := 0;
    timed := false;
    left_ms := target_ms - commit_ms;
    LOOP
      IF pace IS NOT NULL THEN
        rows := least(runbook.chunk_rows(pace, chunk_ms, left_ms, target_ms), widest * 4::bigint);
        rows := CASE WHEN left_ms < shortest_rest_ms THEN greatest(rows, min_rows - seen) ELSE rows END;
      END IF;
      rows := greatest(least(rows, ceiling, batch_limit - seen), 1::bigint);
      chunk_began := pg_catalog.clock_timestamp();
      SELECT * INTO chunk FROM runbook.try_chunk(p_next, p_change, p_limits, reached, part.upto, rows);
      EXIT WHEN chunk.code IS NOT NULL;
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
      row_fails := 0;
      pace := runbook.learn_pace(pace, rows, greatest(runbook.ms_since(chunk_began), 0.05));
      widest := greatest(rows, CASE WHEN seen > rows THEN widest END);
      left_ms := target_ms - commit_ms - runbook.ms_since(began);
      timed := left_ms - (pace ->> 'fixed_ms')::double precision < shortest_rest_ms AND seen >= min_rows;
      EXIT WHEN timed OR seen >= batch_limit;
    END LOOP;
    PERFORM runbook.require_walkable(p_target, p_limits);
    PERFORM runbook.wait_for_ledger();
    IF chunk.code IS NULL OR seen > 0 THEN
      PERFORM runbook.save_batch(p_run, p_step, p_part, reached, seen, changed, unchanged, chunk.code IS NULL AND ended);
    END IF;
    chunk_began := pg_catalog.clock_timestamp();
    COMMIT;
    commit_ms := (commit_ms + runbook.ms_since(chunk_began)) / 2::double precision;
    PERFORM runbook.wait_for_ledger();
    PERFORM runbook.save_pace(p_run, p_step, p_part, runbook.ms_since(began),
      pg_catalog.pg_current_wal_insert_lsn() - wal_from, runbook.ms_since(noted), timed, target_ms, chunk.code IS NOT NULL);
    noted := pg_catalog.clock_timestamp();
    COMMIT;
    IF chunk.code IS NOT NULL THEN
      row_fails := CASE WHEN rows = 1 THEN row_fails + 1 ELSE row_fails END;
      PERFORM runbook.raise_unless_halved(pg_catalog.to_jsonb(chunk), rows, row_fails, tries_of_one_row);
      ceiling := greatest(least(rows, coalesce(nullif(chunk.seen, 0::bigint), rows)) / 2::bigint, 1::bigint);
      rows := ceiling;
      IF runbook.is_passing(chunk.code) THEN
        CALL runbook.rest(runbook.jittered_ms(row_fails));
      END IF;
    ELSIF NOT ended THEN
      CALL runbook.rest((p_limits ->> 'pause_ms')::double precision);
    END IF;
  END LOOP;
  COMMIT;
END $$;
COMMENT ON PROCEDURE runbook.walk_part IS
  'Walks one part of a table''s key to its end, in batches that take about target_ms each, and commits each with its checkpoint.';

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

CREATE FUNCTION runbook.set_paused(p_run text, p_by text) RETURNS boolean
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  UPDATE runbook.run r
     SET paused_at = CASE WHEN p_by IS NOT NULL THEN clock_timestamp() END, paused_by = p_by
   WHERE r.run_id = p_run AND r.finished_at IS NULL AND (r.paused_at IS NULL) = (p_by IS NOT NULL)
  RETURNING true
$$;
COMMENT ON FUNCTION runbook.set_paused IS
  'Pauses a run that has not ended, or with null lets it go on: nothing more is launched, and walks wait between two batches.';
