-- One batch of a walk: it changes the rows of the plan's table, or says why not.

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
