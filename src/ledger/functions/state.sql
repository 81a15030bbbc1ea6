-- Tasks and attempts as the engine reads them.

CREATE FUNCTION runbook.attempt_state(a runbook.attempt, task_sql text) RETURNS jsonb
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT jsonb_build_object(
    'number', a.attempt_no, 'pid', a.pid, 'cookie', a.cookie::text,
    'backend_start', to_char(a.backend_start AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    'application_name', a.application_name, 'launched_at', runbook.to_timestamp_text(a.launched_at),
    'finished_at', runbook.to_timestamp_text(a.finished_at), 'status', a.status,
    'sqlstate', a.sqlstate, 'message', a.message, 'command_tag', a.command_tag,
    'row_count', a.row_count, 'statements', a.statements, 'sql', nullif(a.sql, task_sql), 'messages', coalesce(a.messages, '[]'))
$$;
COMMENT ON FUNCTION runbook.attempt_state IS 'An attempt as the report has it.';

CREATE FUNCTION runbook.task_state(t runbook.task) RETURNS jsonb
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT jsonb_build_object('step', t.step_id, 'number', t.task_no, 'status', t.status,
    'reason', t.reason, 'targets', t.targets, 'items', jsonb_array_length(t.items), 'blocked', t.blocked,
    'deferred', t.deferred,
    'delay_ms', greatest(0, extract(epoch FROM t.not_before - clock_timestamp()) * 1000)::float8)
$$;
COMMENT ON FUNCTION runbook.task_state IS 'What of a task changes as it goes on.';

CREATE FUNCTION runbook.write_targets(targets jsonb, changes jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT coalesce(jsonb_agg(t || coalesce(changes -> (t ->> 'oid'), '{}') ORDER BY i), '[]')
    FROM jsonb_array_elements(targets) WITH ORDINALITY x(t, i)
$$;
COMMENT ON FUNCTION runbook.write_targets IS 'Targets with the changes that are given by OID.';

CREATE FUNCTION runbook.targets_of(a runbook.attempt, t runbook.task) RETURNS jsonb
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT coalesce(jsonb_agg(x || jsonb_build_object('before', a.before -> (x ->> 'oid')) ORDER BY i), '[]')
    FROM jsonb_array_elements(t.plan -> 'targets') WITH ORDINALITY y(x, i)
   WHERE (x ->> 'oid')::bigint IN (SELECT unnest(a.target_oids))
$$;
COMMENT ON FUNCTION runbook.targets_of IS
  'The targets of an attempt, each with its evidence from before.';

CREATE FUNCTION runbook.is_walked(p_run text, p_step text) RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN EXISTS (SELECT FROM runbook.batch_part b WHERE (b.run_id, b.step_id) = (p_run, p_step) AND b.batches > 0);
END $$;
COMMENT ON FUNCTION runbook.is_walked IS
  'Whether batches of a step are committed: what has begun and is not done is failed, and never skipped.';
