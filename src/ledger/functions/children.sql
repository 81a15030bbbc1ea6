-- Workers of a detached step as their supervisor sees them.

CREATE FUNCTION runbook.read_child(p_query text, p_pid integer, p_cookie bigint) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  answer record;
  detail text;
BEGIN
  EXECUTE p_query INTO answer USING p_pid, p_cookie;
  RETURN jsonb_build_object('type', 'completed', 'row_count', answer.rows, 'notices', '[]'::jsonb,
    'tags', CASE WHEN NOT EXISTS (SELECT FROM unnest(answer.tags) x WHERE x !~ '^[A-Z]+( [A-Z]+)*( \d+)*$')
                 THEN to_jsonb(answer.tags) END,
    'command_tag', CASE WHEN answer.rows = 1 AND answer.first ~ '^[A-Z]+( [A-Z]+)*( \d+)*$'
                        THEN answer.first ELSE 'SELECT' END);
EXCEPTION
  -- Only children that have ended are read: whatever was said, the process is gone.
  WHEN connection_failure THEN
    RETURN jsonb_build_object('type', 'silent', 'why', 'the worker process died', 'gone', true);
  WHEN datatype_mismatch THEN
    RETURN jsonb_build_object('type', 'silent', 'gone', true,
                              'why', 'its result has other columns and could not be read');
  WHEN query_canceled OR OTHERS THEN
    -- A child's own error may have these SQLSTATEs as well; the extension's texts name the PID, and are not translated.
    IF SQLSTATE IN ('42704', '55000') AND strpos(SQLERRM, format('PID %s', p_pid)) > 0 THEN
      RETURN jsonb_build_object('type', 'silent', 'gone', true,
                                'why', 'it is not tracked by the launching session any more');
    END IF;
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
    RETURN jsonb_build_object('type', 'error', 'sqlstate', SQLSTATE, 'message', runbook.cut_text(SQLERRM),
                              'detail', runbook.cut_text(nullif(detail, '')));
END $$;
COMMENT ON FUNCTION runbook.read_child IS
  'How a child ended, by reading its result: before pg_background 1.9 the only way to learn it. It raises the child''s own error.';

CREATE FUNCTION runbook.try_call(p_call text, p_pid integer, p_cookie bigint) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  EXECUTE 'SELECT ' || p_call USING p_pid, p_cookie;
EXCEPTION WHEN undefined_object OR object_not_in_prerequisite_state THEN
  -- Not tracked any more, which is what both calls want to reach.
  RETURN;
END $$;
COMMENT ON FUNCTION runbook.try_call IS 'Detaches or cancels a child by its handle.';

CREATE FUNCTION runbook.note_child(p_run text, p_step text, p_row jsonb, p_order jsonb) RETURNS boolean
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  a runbook.attempt;
  told jsonb;
  -- A worker that ended before its launch returned has a PID that is none, and still is its handle.
  handle_pid integer := (p_row ->> 'pid')::integer;
BEGIN
  SELECT * INTO a FROM runbook.attempt
   WHERE (run_id, step_id, status) = (p_run, p_step, 'running')
     AND cookie = (p_row ->> 'cookie')::bigint AND outcome IS NULL;
  IF NOT FOUND THEN
    RETURN false;
  ELSIF p_row ->> 'state' <> 'stopped' THEN
    UPDATE runbook.attempt u
       SET backend_start = coalesce(u.backend_start, CASE WHEN p_row ->> 'application_name' = u.application_name
                                                          THEN (p_row ->> 'backend_start')::timestamptz END),
           built_indexes = CASE WHEN jsonb_typeof(p_row -> 'building_indexes') = 'array' THEN ARRAY(
             SELECT unnest(u.built_indexes) UNION SELECT x::bigint FROM jsonb_array_elements_text(p_row -> 'building_indexes') x)
             ELSE u.built_indexes END
     WHERE u.attempt_id = a.attempt_id
       AND (u.backend_start IS NULL OR jsonb_typeof(p_row -> 'building_indexes') = 'array');
    IF p_row ->> 'wait_event' IN ('MessageQueuePutMessage', 'MessageQueueSend') THEN
      -- Its queue is full and nobody reads it: let go, it runs on unheard, and the evidence tells.
      PERFORM runbook.try_call(p_order ->> 'detach', handle_pid, a.cookie);
    END IF;
    RETURN false;
  END IF;
  told := CASE
    WHEN NOT p_row ? 'has_error' THEN runbook.read_child(p_order ->> 'read', handle_pid, a.cookie)
    WHEN (p_row ->> 'has_error')::boolean THEN jsonb_build_object('type', 'error',
      'sqlstate', coalesce(p_row ->> 'sqlstate', 'XX000'), 'detail', p_row ->> 'detail',
      'message', coalesce(p_row ->> 'message', 'the worker failed without a message'))
    WHEN coalesce(p_row ->> 'command_tag', '') = '' THEN jsonb_build_object('type', 'silent', 'gone', true,
      'why', 'the worker ended without an error and without a command tag')
    ELSE jsonb_build_object('type', 'completed', 'notices', '[]'::jsonb, 'command_tag', p_row ->> 'command_tag',
                            'row_count', p_row -> 'row_count') END;
  IF told ->> 'type' = 'completed' AND NOT told ? 'tags' AND p_order -> 'execution' ->> 'statements' IS NOT NULL
     AND (SELECT (t.plan ->> 'reads_output')::boolean FROM runbook.task t
           WHERE (t.run_id, t.step_id, t.task_no) = (a.run_id, a.step_id, a.task_no)) THEN
    told := told || jsonb_build_object('tags', runbook.read_child(p_order ->> 'read', handle_pid, a.cookie) -> 'tags');
  END IF;
  UPDATE runbook.attempt u SET outcome = told, ended_at = clock_timestamp() WHERE u.attempt_id = a.attempt_id;
  RETURN true;
END $$;
COMMENT ON FUNCTION runbook.note_child IS
  'Notes what a poll shows of a child: who it is, what it builds, how it ended; true when it has.';

CREATE FUNCTION runbook.note_lost_children(p_run text, p_step text, p_tracked jsonb) RETURNS integer
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  WITH lost AS (
    UPDATE runbook.attempt u
       SET outcome = jsonb_build_object('type', 'silent', 'gone', true, 'why', 'its end was not heard'),
           ended_at = clock_timestamp()
     WHERE (u.run_id, u.step_id, u.status) = (p_run, p_step, 'running') AND u.outcome IS NULL
       AND NOT coalesce(p_tracked ? u.cookie::text, false)
       AND NOT runbook.is_alive(u.pid, u.backend_start)
    RETURNING 1)
  SELECT count(*)::integer FROM lost
$$;
COMMENT ON FUNCTION runbook.note_lost_children IS
  'Workers without a handle, of an earlier supervisor or let go, are followed until their process is gone.';
