-- Workers as the session that launched them sees them.

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

CREATE FUNCTION runbook.told_of(p_row jsonb, p_read text) RETURNS jsonb
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  SELECT CASE
    WHEN NOT p_row ? 'has_error' THEN runbook.read_child(p_read, (p_row ->> 'pid')::integer, (p_row ->> 'cookie')::bigint)
    WHEN (p_row ->> 'has_error')::boolean THEN jsonb_build_object('type', 'error',
      'sqlstate', coalesce(p_row ->> 'sqlstate', 'XX000'), 'detail', p_row ->> 'detail',
      'message', coalesce(p_row ->> 'message', 'the worker failed without a message'))
    WHEN coalesce(p_row ->> 'command_tag', '') = '' THEN jsonb_build_object('type', 'silent', 'gone', true,
      'why', 'the worker ended without an error and without a command tag')
    ELSE jsonb_build_object('type', 'completed', 'notices', '[]'::jsonb, 'command_tag', p_row ->> 'command_tag',
                            'row_count', p_row -> 'row_count') END
$$;
COMMENT ON FUNCTION runbook.told_of IS
  'How a worker ended, by what a poll shows of it: success without a command tag is none.';

CREATE FUNCTION runbook.note_end(a runbook.attempt, p_row jsonb, p_driver jsonb) RETURNS text
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  told jsonb;
  wordy constant boolean := (SELECT (t.plan ->> 'reads_output')::boolean FROM runbook.task t
                              WHERE (t.run_id, t.step_id, t.task_no) = (a.run_id, a.step_id, a.task_no));
BEGIN
  IF (p_driver ->> 'hears')::boolean AND (NOT p_row ? 'has_error' OR (wordy AND coalesce(p_row ->> 'command_tag', '') <> '')) THEN
    UPDATE runbook.attempt u SET ended_at = clock_timestamp() WHERE u.attempt_id = a.attempt_id AND u.ended_at IS NULL;
    RETURN 'hear';
  END IF;
  told := runbook.told_of(p_row, p_driver ->> 'read');
  IF told ->> 'type' = 'completed' AND NOT told ? 'tags' AND wordy
     AND runbook.execution_of(p_driver, a.step_id) ->> 'statements' IS NOT NULL THEN
    told := told || jsonb_build_object('tags', runbook.read_child(
      p_driver ->> 'read', (p_row ->> 'pid')::integer, (p_row ->> 'cookie')::bigint) -> 'tags');
  END IF;
  UPDATE runbook.attempt u SET outcome = told, ended_at = clock_timestamp() WHERE u.attempt_id = a.attempt_id;
  RETURN 'ended';
END $$;
COMMENT ON FUNCTION runbook.note_end IS
  'Notes how a worker ended; what only a client can hear, its messages, is left to the driver where that is one.';

CREATE FUNCTION runbook.note_worker(a runbook.attempt, p_row jsonb) RETURNS text
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF a.backend_start IS NULL OR jsonb_typeof(p_row -> 'building_indexes') = 'array' THEN
    UPDATE runbook.attempt u
       SET backend_start = coalesce(u.backend_start, CASE WHEN p_row ->> 'application_name' = u.application_name
                                                          THEN (p_row ->> 'backend_start')::timestamptz END),
           built_indexes = b.built
      FROM (SELECT ARRAY(SELECT unnest(a.built_indexes) UNION
                         SELECT x::bigint FROM jsonb_array_elements_text(nullif(p_row -> 'building_indexes', 'null')) x)) b(built)
     WHERE u.attempt_id = a.attempt_id
       AND ((u.backend_start IS NULL AND p_row ->> 'application_name' = u.application_name) OR NOT u.built_indexes @> b.built);
    IF FOUND AND jsonb_typeof(p_row -> 'building_indexes') = 'array' THEN
      -- What a crash of the server leaves of an index is known to be ours by this note alone.
      PERFORM set_config('synchronous_commit', 'local', true);
    END IF;
  END IF;
  RETURN CASE WHEN p_row ->> 'wait_event' IN ('MessageQueuePutMessage', 'MessageQueueSend') THEN 'full'
              WHEN p_row ->> 'application_name' IS DISTINCT FROM a.application_name THEN 'hidden' END;
END $$;
COMMENT ON FUNCTION runbook.note_worker IS
  'Notes who a worker that runs is, and what it builds; tells when its queue is full, and when it does not show yet.';

CREATE FUNCTION runbook.prepare_poll(p_poll text) RETURNS name
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  prepared constant name := 'runbook_poll_' || md5(p_poll);
BEGIN
  -- A look at the workers takes less time than to plan it, so that is done once a session.
  IF NOT EXISTS (SELECT FROM pg_prepared_statements p WHERE p.name = prepared) THEN
    EXECUTE format('PREPARE %I (text) AS
      SELECT coalesce(jsonb_agg(to_jsonb(p) || jsonb_build_object(''attempt_id'', u.attempt_id) ORDER BY u.attempt_id COLLATE "C"), ''[]'')
        FROM (%s) p LEFT JOIN runbook.attempt u ON (u.run_id, u.status, u.cookie) = ($1, ''running'', p.cookie) AND u.outcome IS NULL
       WHERE p.pid IS NOT NULL', prepared, p_poll);
  END IF;
  RETURN prepared;
END $$;
COMMENT ON FUNCTION runbook.prepare_poll IS
  'A prepared statement that shows the workers of this session and their attempts, in the order in which attempts are locked.';

CREATE FUNCTION runbook.see_workers(p_run text, p_driver jsonb, p_full jsonb) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  polled jsonb;
  child jsonb;
  a runbook.attempt;
  state text;
  seen jsonb := '{"tracked": {}, "hear": [], "drain": [], "full": [], "hidden": false, "ended": false}';
BEGIN
  PERFORM pg_stat_clear_snapshot();
  EXECUTE format('EXECUTE %I (%L)', runbook.prepare_poll(p_driver ->> 'poll'), p_run) INTO polled;
  FOR child IN SELECT x FROM jsonb_array_elements(polled) WITH ORDINALITY y(x, i) ORDER BY i LOOP
    seen := jsonb_set(seen, ARRAY['tracked', child ->> 'cookie'], child -> 'pid');
    CONTINUE WHEN child ->> 'attempt_id' IS NULL;
    SELECT * INTO STRICT a FROM runbook.attempt u WHERE u.attempt_id = child ->> 'attempt_id';
    state := CASE WHEN child ->> 'state' = 'stopped' THEN runbook.note_end(a, child, p_driver) ELSE runbook.note_worker(a, child) END;
    -- Twice in a row: a worker whose queue is being emptied shows the same wait for a moment.
    state := CASE WHEN state = 'full' AND p_full ? a.attempt_id THEN 'drain' ELSE state END;
    seen := CASE
      WHEN state IN ('hear', 'drain', 'full') THEN jsonb_set(seen, ARRAY[state], (seen -> state) || CASE state
        WHEN 'full' THEN to_jsonb(a.attempt_id)
        ELSE jsonb_build_object('attempt', a.attempt_id, 'pid', child -> 'pid', 'cookie', child ->> 'cookie',
                                'outcome', CASE WHEN child ? 'has_error' AND state = 'hear'
                                                THEN runbook.told_of(child, p_driver ->> 'read') END) END)
      WHEN state IN ('hidden', 'ended') THEN seen || jsonb_build_object(state, true)
      ELSE seen END;
  END LOOP;
  RETURN seen;
END $$;
COMMENT ON FUNCTION runbook.see_workers IS
  'Looks at all workers of this session once. What it returns: their handles, and what the driver has to hear or to drain.';

CREATE FUNCTION runbook.note_lost_workers(p_run text, p_driver jsonb, p_tracked jsonb) RETURNS boolean
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  a runbook.attempt;
  found boolean := false;
BEGIN
  FOR a IN SELECT * FROM runbook.attempt u
            WHERE (u.run_id, u.status) = (p_run, 'running') AND p_driver -> 'driven' ? u.step_id AND u.outcome IS NULL
              AND NOT coalesce(p_tracked ? u.cookie::text, false) ORDER BY u.attempt_id COLLATE "C" LOOP
    CONTINUE WHEN runbook.is_alive(a.pid, a.backend_start);
    UPDATE runbook.attempt u
       SET ended_at = clock_timestamp(), outcome = jsonb_build_object('type', 'silent', 'gone', true, 'why', CASE WHEN u.overflowed
             THEN 'its output overflowed the queue, so that its end could not be heard' ELSE 'its end was not heard' END)
     WHERE u.attempt_id = a.attempt_id AND u.outcome IS NULL;
    found := true;
  END LOOP;
  RETURN found;
END $$;
COMMENT ON FUNCTION runbook.note_lost_workers IS
  'Workers without a handle, of a driver that is gone or let go, are followed until their process is gone; true when one has.';

CREATE FUNCTION runbook.note_told(p_run text, p_told jsonb) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  told record;
BEGIN
  FOR told IN
    SELECT * FROM (SELECT h.key AS attempt, h.value AS outcome FROM jsonb_each(p_told -> 'heard') h
                    UNION ALL SELECT o, NULL FROM jsonb_array_elements_text(p_told -> 'overflowed') o) t
     ORDER BY t.attempt COLLATE "C" LOOP
    UPDATE runbook.attempt u
       SET outcome = told.outcome, overflowed = told.outcome IS NULL,
           ended_at = CASE WHEN told.outcome IS NOT NULL THEN coalesce(u.ended_at, clock_timestamp()) END
     WHERE u.attempt_id = told.attempt AND (u.run_id, u.status) = (p_run, 'running') AND u.outcome IS NULL;
  END LOOP;
  IF p_told ->> 'stopped_by' IS NOT NULL THEN
    PERFORM runbook.note_stop(p_run, p_told ->> 'stopped_by');
  END IF;
END $$;
COMMENT ON FUNCTION runbook.note_told IS
  'Takes over what only a client can know: how workers ended whose results it has read, and that it is to stop.';
