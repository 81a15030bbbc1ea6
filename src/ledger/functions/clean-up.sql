-- Invalid indexes that failed builds of ours have left.

CREATE FUNCTION runbook.creates_index(p_plan jsonb, p_table oid, p_name name) RETURNS boolean
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT p_plan -> 'targets' @> jsonb_build_array(jsonb_build_object(
           'table_oid', p_table::bigint, 'facts', jsonb_build_object('creates_index', p_name)))
$$;
COMMENT ON FUNCTION runbook.creates_index IS 'Whether a task is to make an index of that name on that table.';

CREATE FUNCTION runbook.clean_up(p_attempt text) RETURNS void
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
  UPDATE runbook.attempt a
     SET clean_tries = CASE WHEN done THEN last_try ELSE nth END, messages = coalesce(a.messages, '[]') || told
   WHERE a.attempt_id = p_attempt;
END $$;
COMMENT ON FUNCTION runbook.clean_up IS
  'Drops the invalid indexes that a build or rebuild left: only those that its own worker was seen to build or to replace.';

CREATE FUNCTION runbook.to_clean(p_run text, p_step text) RETURNS text[]
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  SELECT ARRAY(SELECT a.attempt_id FROM runbook.attempt a
                WHERE (a.run_id, a.step_id) = (p_run, p_step) AND a.built_indexes <> '{}'
                  AND runbook.is_final(a.status) AND a.status <> 'succeeded' AND a.clean_tries < 20)
$$;
