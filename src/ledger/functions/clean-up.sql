-- Invalid indexes that failed builds of ours have left.

CREATE FUNCTION runbook.creates_index(p_plan jsonb, p_table oid, p_name name) RETURNS boolean
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT p_plan -> 'targets' @> jsonb_build_array(jsonb_build_object(
           'table_oid', p_table::bigint, 'facts', jsonb_build_object('creates_index', p_name)))
$$;
COMMENT ON FUNCTION runbook.creates_index IS 'Whether a task is to make an index of that name on that table.';

CREATE FUNCTION runbook.clean_up(p_attempt text) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  last_try constant integer := 20;
  leftover record;
  told jsonb := '[]';
  done boolean := true;
  nth integer;
BEGIN
  SELECT a.clean_tries + 1 INTO STRICT nth FROM runbook.attempt a WHERE a.attempt_id = p_attempt FOR UPDATE;
  -- The index is no use to anybody, its table is: others must not queue behind us for long.
  PERFORM set_config('lock_timeout', '500ms', true);
  FOR leftover IN
    SELECT format('%I.%I', n.nspname, c.relname) AS name FROM runbook.attempt a
      JOIN pg_class c ON c.oid::bigint = ANY (a.built_indexes)
      JOIN pg_index i ON i.indexrelid = c.oid
      JOIN pg_namespace n ON n.oid = c.relnamespace
      JOIN runbook.task t USING (run_id, step_id, task_no)
     WHERE a.attempt_id = p_attempt AND NOT i.indisvalid
       AND (c.relname ~ '_cc(new|old)[0-9]*$' OR runbook.creates_index(t.plan, i.indrelid, c.relname)) LOOP
    BEGIN
      EXECUTE 'DROP INDEX ' || leftover.name;
      told := told || to_jsonb(format('dropped the invalid index %s, left by this task', leftover.name));
    EXCEPTION
      WHEN lock_not_available OR query_canceled THEN
        done := done AND nth >= last_try;
        IF nth >= last_try THEN
          told := told || to_jsonb(format('an invalid index stays: %s, ours, which could not be dropped now', leftover.name));
        END IF;
      WHEN OTHERS THEN
        told := told || to_jsonb(format('an invalid index stays: %s, ours: %s', leftover.name, SQLERRM));
    END;
  END LOOP;
  IF done THEN
    told := told || (
      SELECT coalesce(jsonb_agg(format('an invalid index stays: %I.%I, not provably ours', n.nspname, c.relname) ORDER BY c.oid), '[]')
        FROM runbook.attempt a JOIN runbook.task t USING (run_id, step_id, task_no), jsonb_array_elements(t.plan -> 'targets') x
        JOIN pg_index i ON i.indrelid = (x ->> 'table_oid')::oid AND NOT i.indisvalid
        JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE a.attempt_id = p_attempt AND c.relname ~ '_cc(new|old)[0-9]*$' AND NOT c.oid::bigint = ANY (a.built_indexes));
  END IF;
  UPDATE runbook.attempt a
     SET clean_tries = CASE WHEN done THEN last_try ELSE nth END, messages = coalesce(a.messages, '[]') || told
   WHERE a.attempt_id = p_attempt;
  RETURN (SELECT jsonb_build_object('type', 'cleaned', 'messages', told, 'task', runbook.task_state(t),
                                    'attempt', runbook.attempt_state(a, t.plan ->> 'sql'))
            FROM runbook.attempt a JOIN runbook.task t USING (run_id, step_id, task_no)
           WHERE a.attempt_id = p_attempt AND told <> '[]');
END $$;
COMMENT ON FUNCTION runbook.clean_up IS
  'Drops the invalid indexes that a build or rebuild left: only those that its own worker was seen to build or to replace.';

CREATE FUNCTION runbook.to_clean(p_run text, p_driver jsonb) RETURNS text[]
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  SELECT ARRAY(SELECT a.attempt_id FROM runbook.attempt a
                WHERE a.run_id = p_run AND p_driver -> 'driven' ? a.step_id AND a.built_indexes <> '{}'
                  AND a.status IN ('failed', 'timed_out', 'cancelled', 'unknown', 'skipped') AND a.clean_tries < 20)
$$;
