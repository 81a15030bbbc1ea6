-- What is proven of each relation of an attempt, by the catalogs and the server's warnings.

CREATE FUNCTION runbook.look(evidence text, targets jsonb) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  query text := format('SELECT jsonb_object_agg(e.oid, to_jsonb(e) - ''oid'') FROM (%s) e', evidence);
  prepared name := 'runbook_' || md5(evidence);
  seen jsonb;
BEGIN
  IF evidence IS NULL OR jsonb_array_length(targets) = 0 THEN
    RETURN '{}';
  END IF;
  -- A look at a few relations takes less time than to plan it, so that is done once a session. Of many, their
  -- text takes longer: a prepared statement has no other way to learn of them.
  IF jsonb_array_length(targets) > 10 THEN
    EXECUTE query INTO seen USING targets;
  ELSE
    IF NOT EXISTS (SELECT FROM pg_prepared_statements p WHERE p.name = prepared) THEN
      EXECUTE format('PREPARE %I (jsonb) AS %s', prepared, query);
    END IF;
    EXECUTE format('EXECUTE %I (%L)', prepared, targets) INTO seen;
  END IF;
  RETURN coalesce(seen, '{}');
END $$;
COMMENT ON FUNCTION runbook.look IS
  'What the catalogs show of targets, by the OID that the plan knows: whether it is the same relation, facts, and against the facts from before, the result. What is gone has no entry.';

CREATE FUNCTION runbook.warned_relation(p_message text, p_relations text[]) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
  -- A name stands in quotes of the server's language, with a space inside them in some; words of the message do not.
  SELECT r FROM unnest(p_relations) r, regexp_replace(r, '([^\w\s])', '\\\1', 'g') escaped
   WHERE strpos(p_message, r) > 0
     AND p_message ~ format('[^\w\s](%1$s|\s%1$s\s)[^\w\s]', escaped)
   ORDER BY length(r) DESC LIMIT 1
$$;
COMMENT ON FUNCTION runbook.warned_relation IS
  'Which of the relations a message of the server names, in whatever language; null: none of them.';

CREATE FUNCTION runbook.with_relations(p_outcome jsonb, p_among jsonb, p_skips jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
  -- A function of a table's owner can raise a warning with any text and SQLSTATE, about another table: only the source
  -- file cannot be forged. What is no warning has SQLSTATE 00000.
  SELECT p_outcome || jsonb_build_object('notices', coalesce((
    SELECT jsonb_agg(n || jsonb_build_object('relation', relation) ORDER BY i)
      FROM jsonb_array_elements(p_outcome -> 'notices') WITH ORDINALITY x(n, i)
     CROSS JOIN LATERAL (SELECT runbook.warned_relation(n ->> 'message',
                         ARRAY(SELECT DISTINCT y ->> 'relation' FROM jsonb_array_elements(p_among) y)) AS relation OFFSET 0) w
     WHERE n ->> 'file' IN ('vacuum.c', 'analyze.c') AND n ->> 'sqlstate' <> '00000'
       AND (relation IS NOT NULL OR p_skips ? (n ->> 'sqlstate'))), '[]'))
$$;
COMMENT ON FUNCTION runbook.with_relations IS
  'An outcome with the warnings of VACUUM and ANALYZE alone, each with the relation that it is about.';

CREATE FUNCTION runbook.only_prefix(p_judgements jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT jsonb_agg(CASE WHEN begun AND j ->> 'result' = 'done'
                        THEN jsonb_build_object('result', 'not_done') ELSE j END ORDER BY i)
    FROM (SELECT j, i, coalesce(bool_or(j ->> 'result' NOT IN ('done', 'skipped'))
                                  OVER (ORDER BY i ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), false) AS begun
            FROM jsonb_array_elements(p_judgements) WITH ORDINALITY x(j, i)) y
$$;
COMMENT ON FUNCTION runbook.only_prefix IS
  'Judgements of a pack that did not come to its end: it works on its relations in their order, so that after the first that is not proven none can be its work.';

CREATE FUNCTION runbook.judge_target(target jsonb, seen jsonb, namesakes integer, outcome jsonb,
                                     execution jsonb) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  warned jsonb;
  skips jsonb;
  doubt text;
  completed boolean := outcome ->> 'type' = 'completed';
BEGIN
  IF jsonb_typeof(target -> 'before') IS DISTINCT FROM 'object' THEN
    RETURN jsonb_build_object('result', 'unknown', 'reason', 'nothing is known from before');
  ELSIF seen IS NULL AND (target ->> 'begun')::boolean THEN
    -- What its worker told stands: batches that are committed were not skipped.
    RETURN jsonb_build_object('result', 'not_done');
  ELSIF seen IS NULL THEN
    RETURN jsonb_build_object('result', 'skipped', 'sqlstate', execution ->> 'gone_sqlstate',
                              'reason', 'it was dropped or renamed meanwhile');
  END IF;
  IF jsonb_typeof(execution -> 'skip_warnings') IS DISTINCT FROM 'array' THEN
    RETURN jsonb_build_object('result', seen ->> 'result', 'reason', seen ->> 'reason');
  END IF;
  SELECT jsonb_agg(n ORDER BY i) INTO warned
    FROM jsonb_array_elements(outcome -> 'notices') WITH ORDINALITY x(n, i) WHERE n ->> 'relation' = target ->> 'relation';
  SELECT jsonb_agg(n ORDER BY i) INTO skips
    FROM jsonb_array_elements(warned) WITH ORDINALITY x(n, i)
   WHERE execution -> 'skip_warnings' ? (n ->> 'sqlstate');
  -- A warning weighs more than counters, which somebody else's work may have raised meanwhile.
  IF jsonb_array_length(skips) >= greatest(namesakes, 1) THEN
    RETURN jsonb_build_object('result', 'skipped', 'reason', skips -> 0 ->> 'message',
                              'sqlstate', skips -> 0 ->> 'sqlstate');
  ELSIF outcome ->> 'type' = 'error' AND (target ->> 'alone')::boolean THEN
    -- Its counters may have been raised by whoever was in the way.
    RETURN jsonb_build_object('result', 'not_done');
  ELSIF seen ->> 'result' = 'done' AND NOT completed THEN
    -- Nobody told that it was our worker's work.
    doubt := CASE
      WHEN greatest((seen -> 'facts' ->> 'last_vacuum')::float8, (seen -> 'facts' ->> 'last_analyze')::float8)
           > (outcome ->> 'over_by')::float8 THEN 'it was done again after its end'
      WHEN NOT (seen ->> 'same')::boolean THEN 'it has another name by now'
      WHEN NOT (seen ->> 'promised')::boolean THEN 'it is not frozen as FREEZE would have left it: somebody else vacuumed it'
      WHEN target -> 'before' ->> 'timeline' <> seen -> 'facts' ->> 'timeline' THEN 'the server was switched over meanwhile' END;
    IF doubt IS NOT NULL THEN
      RETURN jsonb_build_object('result', 'unknown', 'reason', concat(CASE outcome ->> 'type' WHEN 'error' THEN 'its statement failed, and ' ELSE 'its end was not heard, and ' END, doubt));
    END IF;
  ELSIF seen ->> 'result' = 'done' AND outcome -> 'notices' @> '[{"relation": null}]' THEN
    RETURN jsonb_build_object('result', 'unknown', 'reason',
      concat('a relation was skipped, and the message does not tell which: ',
             jsonb_path_query_first(outcome, '$.notices[*] ? (@.relation == null).message') #>> '{}'));
  END IF;
  IF seen ->> 'result' <> 'not_done' OR NOT completed THEN
    RETURN jsonb_build_object('result', seen ->> 'result', 'reason', seen ->> 'reason', 'provisional', seen ->> 'result' <> 'done');
  ELSIF seen -> 'facts' ->> 'may_maintain' = 'false' THEN
    RETURN jsonb_build_object('result', 'skipped', 'sqlstate', '42501', 'provisional', true, 'reason',
      coalesce(warned -> 0 ->> 'message', 'no permission: the role may not maintain this relation'));
  ELSIF (execution ->> 'skip_locked')::boolean THEN
    RETURN jsonb_build_object('result', 'skipped', 'sqlstate', '55P03', 'provisional', true, 'reason',
      coalesce(warned -> 0 ->> 'message', 'skip_locked: its lock was not free at once'));
  END IF;
  RETURN jsonb_build_object('result', 'unknown', 'provisional', true, 'reason', coalesce(warned -> 0 ->> 'message',
    'the server said success, but its counters do not show the work'));
END $$;
COMMENT ON FUNCTION runbook.judge_target IS
  'What is proven of one target: done, not_done, skipped or unknown. VACUUM and ANALYZE answer with success where they skipped a relation and only warned. Provisional: it rests on what does not show, which may come a little later.';

CREATE FUNCTION runbook.new_leftovers(p_among jsonb, p_seen jsonb, p_outcome jsonb) RETURNS bigint[]
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT ARRAY(
    SELECT o::bigint
      FROM jsonb_array_elements(p_among) x,
           string_to_table(nullif(p_seen -> (x ->> 'oid') -> 'facts' ->> 'leftover_oids', ''), ',') o
     WHERE x -> 'before' ? 'leftover_oids'
       AND o <> ALL (string_to_array(x -> 'before' ->> 'leftover_oids', ','))
       -- One that waited for its lock in vain has built nothing: what is there is somebody else's.
       AND p_outcome ->> 'type' = 'error' AND p_outcome ->> 'sqlstate' NOT IN ('55P03', '57014', '57P01')
    UNION ALL
    SELECT (p_seen -> (x ->> 'oid') -> 'facts' ->> 'index_oid')::bigint
      FROM jsonb_array_elements(p_among) x
     WHERE x -> 'facts' ? 'creates_index' AND x -> 'before' -> 'index_oid' = 'null'
       AND p_seen -> (x ->> 'oid') -> 'facts' -> 'valid' = 'false'
       -- One that found the name taken has made nothing.
       AND p_outcome ->> 'type' = 'error' AND p_outcome ->> 'sqlstate' NOT IN ('55P03', '57014', '57P01', '42P07'))
$$;
COMMENT ON FUNCTION runbook.new_leftovers IS
  'Invalid indexes of a build or rebuild that failed: absent before its launch, there after it, and nobody else builds under its lock.';
