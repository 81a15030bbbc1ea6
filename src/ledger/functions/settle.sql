-- What is recorded of an attempt that has ended, and what comes next of its task.

CREATE FUNCTION runbook.retry_delay_ms(retry jsonb, tries integer, sqlstate text) RETURNS double precision
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  SELECT CASE WHEN tries < (retry ->> 'attempts')::integer AND retry -> 'on' ? sqlstate
    THEN least((retry ->> 'delay_ms')::float8 * 2 ^ (tries - 1), (retry ->> 'max_delay_ms')::float8)
         * (1 + random()) / 2 END
$$;
COMMENT ON FUNCTION runbook.retry_delay_ms IS
  'Milliseconds before the next try, doubled with each up to a bound, half of it drawn so that tasks that failed together do not meet again; NULL when there is none.';

CREATE FUNCTION runbook.judge(a runbook.attempt, t runbook.task, s runbook.step, p_outcome jsonb, p_execution jsonb)
RETURNS jsonb
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  timeout_ms constant double precision := (s.plan ->> 'timeout_ms')::double precision;
  begun constant boolean := t.plan ->> 'proof' = 'checkpoint' AND runbook.is_walked(a.run_id, a.step_id);
  among jsonb := runbook.targets_of(a, t);
  seen jsonb := runbook.look(p_execution ->> 'evidence', among);
  heard jsonb;
  judgements jsonb;
BEGIN
  heard := runbook.with_relations(p_outcome, among, p_execution -> 'skip_warnings')
    || jsonb_build_object('over_by', extract(epoch FROM coalesce(a.launched_at, a.recorded_at)) + timeout_ms / 1000 + 5);
  SELECT coalesce(jsonb_agg(runbook.judge_target(
           x || jsonb_build_object('alone', jsonb_array_length(among) = 1, 'begun', begun),
           seen -> (x ->> 'oid'), namesakes, heard, p_execution) ORDER BY i), '[]')
    INTO judgements
    FROM (SELECT x, i, (count(*) OVER (PARTITION BY x ->> 'relation'))::integer AS namesakes
            FROM jsonb_array_elements(among) WITH ORDINALITY y(x, i)) z;
  IF t.plan ->> 'proof' = 'catalog' AND p_outcome ->> 'type' <> 'completed' AND jsonb_array_length(judgements) > 1 THEN
    judgements := runbook.only_prefix(judgements);
  END IF;
  RETURN jsonb_build_object('among', among, 'seen', seen, 'judgements', judgements, 'verdict', runbook.judge_attempt(
    t.plan ->> 'proof', p_outcome || jsonb_build_object('stopped_by', s.cancel_requested_by, 'waited_for', a.waited_for),
    (SELECT c FROM runbook.completion c WHERE c.attempt_id = a.attempt_id), judgements,
    a.cause, (p_outcome ->> 'elapsed_ms')::double precision, timeout_ms));
END $$;
COMMENT ON FUNCTION runbook.judge IS
  'What became of an attempt and of its targets, by what was heard and by a look at the catalogs now.';

CREATE FUNCTION runbook.record_end(a runbook.attempt, p_judged jsonb, p_outcome jsonb, p_statements jsonb, p_is_sql boolean)
RETURNS runbook.attempt
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  UPDATE runbook.attempt u
     SET status = p_judged -> 'verdict' -> 'attempt' ->> 'status',
         message = p_judged -> 'verdict' -> 'attempt' ->> 'reason',
         sqlstate = p_judged -> 'verdict' -> 'attempt' ->> 'sqlstate',
         finished_at = coalesce((p_outcome ->> 'finished_at')::timestamptz, clock_timestamp()),
         -- Of what was heard last of a sql step, the statement is ours.
         command_tag = CASE WHEN p_is_sql THEN p_statements -> -1 ->> 'tag' ELSE p_outcome ->> 'command_tag' END,
         row_count = CASE WHEN p_is_sql THEN (p_statements -> -1 ->> 'rows')::bigint
                          ELSE (p_outcome ->> 'row_count')::bigint END,
         statements = p_statements,
         cause = a.cause,
         built_indexes = ARRAY(SELECT unnest(a.built_indexes) UNION
                               SELECT unnest(runbook.new_leftovers(p_judged -> 'among', p_judged -> 'seen', p_outcome))),
         backend_start = coalesce(a.backend_start, (p_outcome ->> 'backend_start')::timestamptz),
         launched_at = coalesce(a.launched_at, (p_outcome ->> 'launched_at')::timestamptz),
         outcome = p_outcome - ARRAY['notices', 'tags'],
         messages = (SELECT coalesce(jsonb_agg(concat(n ->> 'severity', ': ', n ->> 'message') ORDER BY i), '[]')
                       FROM jsonb_array_elements(p_outcome -> 'notices') WITH ORDINALITY y(n, i))
   WHERE u.attempt_id = a.attempt_id RETURNING u.*
$$;
COMMENT ON FUNCTION runbook.record_end IS 'Records the end of an attempt as it was judged.';

CREATE FUNCTION runbook.try_again(a runbook.attempt, t runbook.task, s runbook.step, p_failed bigint[],
                                  OUT items jsonb, OUT not_before timestamptz, OUT parts integer, OUT delay_ms double precision)
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  gave_way integer;
BEGIN
  items := t.items;
  not_before := t.not_before;
  parts := 0;
  IF a.status = 'failed' AND cardinality(a.target_oids) > 1 THEN
    -- One bad relation must not decide for the others: each that was not done gets its own attempt.
    parts := cardinality(p_failed);
    SELECT t.items || coalesce(jsonb_agg(jsonb_build_object('oids', jsonb_build_array(o), 'tries', 0) ORDER BY i), '[]')
      INTO items FROM unnest(p_failed) WITH ORDINALITY y(o, i);
  ELSIF runbook.is_failure(a.status)
        AND (a.cause IS NULL OR a.cause IN ('lock_timeout', 'old_transactions_timeout')) THEN
    delay_ms := runbook.retry_delay_ms(s.plan -> 'retry', a.tries, a.sqlstate);
    IF delay_ms IS NOT NULL THEN
      items := t.items || jsonb_build_object('oids', to_jsonb(p_failed), 'tries', a.tries);
    END IF;
  ELSIF a.cause IN ('brake', 'bystanders') AND a.status = 'cancelled'
        AND (t.plan ->> 'proof' NOT IN ('tag', 'trace') OR (s.plan -> 'spec' ->> 'idempotent')::boolean) THEN
    SELECT count(*) INTO gave_way FROM runbook.attempt u
     WHERE (u.run_id, u.step_id, u.task_no, u.cause) = (a.run_id, a.step_id, a.task_no, 'bystanders');
    -- It goes on where it was, and that counts as no try; a task that gives way again and again has a bound.
    IF gave_way <= 6 THEN
      items := t.items || jsonb_build_object('oids', to_jsonb(p_failed), 'tries', a.tries - 1);
      delay_ms := CASE WHEN a.cause = 'bystanders' THEN least(5000 * 2 ^ (gave_way - 1), 300000) * (1 + random()) / 2 END;
    END IF;
  END IF;
  IF delay_ms IS NOT NULL THEN
    not_before := clock_timestamp() + delay_ms * interval '1 millisecond';
  END IF;
END $$;
COMMENT ON FUNCTION runbook.try_again IS
  'What of an attempt that has ended is to be launched again, and when: the parts of a pack, a retry, or what gave way to others.';

CREATE FUNCTION runbook.settle_attempt(p_attempt text, p_outcome jsonb, p_execution jsonb,
                                       p_final boolean, p_stopping boolean) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  a runbook.attempt;
  t runbook.task;
  s runbook.step;
  judged jsonb;
  failed bigint[];
  again record;
  told jsonb := '[]';
  total constant integer := (p_execution ->> 'statements')::integer;
BEGIN
  SELECT * INTO STRICT a FROM runbook.attempt WHERE attempt_id = p_attempt FOR UPDATE;
  a.cause := coalesce(a.cause, p_outcome ->> 'cause', runbook.window_cause(a.run_id, p_outcome));
  SELECT * INTO STRICT t FROM runbook.task
   WHERE (run_id, step_id, task_no) = (a.run_id, a.step_id, a.task_no) FOR UPDATE;
  SELECT * INTO STRICT s FROM runbook.step WHERE (run_id, step_id) = (a.run_id, a.step_id);
  IF runbook.is_final(a.status) THEN
    -- Whoever came first has settled it.
    RETURN jsonb_build_object('task', runbook.task_state(t), 'parts', 0, 'built_indexes', a.built_indexes,
                              'attempt', runbook.attempt_state(a, t.plan ->> 'sql'));
  END IF;
  judged := runbook.judge(a, t, s, p_outcome, p_execution);
  IF NOT p_final AND t.plan ->> 'proof' IN ('catalog', 'trace') AND (judged -> 'judgements' @> '[{"provisional": true}]'
     OR p_outcome ->> 'type' = 'completed' AND judged -> 'verdict' -> 'attempt' ->> 'status' = 'unknown') THEN
    RETURN NULL;
  END IF;
  IF judged -> 'verdict' -> 'attempt' ->> 'status' = 'succeeded' THEN
    told := runbook.told_statements(total, t.plan ->> 'proof', p_outcome, p_attempt);
  END IF;
  a := runbook.record_end(a, judged, p_outcome, told, total IS NOT NULL);
  SELECT runbook.write_targets(t.targets, coalesce(jsonb_object_agg(x ->> 'oid',
           v || jsonb_build_object('evidence', jsonb_build_object(
             'before', x -> 'before', 'after', judged -> 'seen' -> (x ->> 'oid') -> 'facts'))), '{}')),
         coalesce(array_agg((x ->> 'oid')::bigint ORDER BY i)
           FILTER (WHERE runbook.is_failure(v ->> 'status')), '{}')
    INTO t.targets, failed
    FROM ROWS FROM (jsonb_array_elements(judged -> 'among'), jsonb_array_elements(judged -> 'verdict' -> 'targets'))
         WITH ORDINALITY y(x, v, i);
  IF p_stopping THEN
    SELECT t.items, t.not_before, 0 AS parts, NULL::double precision AS delay_ms INTO again;
  ELSE
    SELECT * INTO again FROM runbook.try_again(a, t, s, failed);
  END IF;
  t.items := again.items;
  UPDATE runbook.task u
     SET targets = t.targets, items = t.items, not_before = again.not_before,
         deferred = a.cause IS NOT DISTINCT FROM 'window' AND a.status = 'cancelled'
   WHERE (u.run_id, u.step_id, u.task_no) = (a.run_id, a.step_id, a.task_no)
  RETURNING * INTO t;
  RETURN jsonb_build_object('attempt', runbook.attempt_state(a, t.plan ->> 'sql'), 'parts', again.parts,
    'built_indexes', a.built_indexes, 'retry_in_ms', again.delay_ms, 'task', CASE WHEN t.items = '[]'
      THEN runbook.end_task(a.run_id, a.step_id, a.task_no, judged -> 'verdict' -> 'attempt')
      ELSE runbook.task_state(t) END);
END $$;
COMMENT ON FUNCTION runbook.settle_attempt IS
  'Judges an attempt whose worker ended by what is known and proven, records it, and says what comes next of its task. NULL, with nothing recorded, when success is not proven yet and this is not the final look: counters may show a little later.';

CREATE FUNCTION runbook.try_settle(p_attempt text, p_execution jsonb, p_stopping boolean) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  a runbook.attempt;
BEGIN
  PERFORM set_config('lock_timeout', '5s', true);
  SELECT * INTO STRICT a FROM runbook.attempt WHERE attempt_id = p_attempt;
  -- Counters may show a little later than the worker's end.
  RETURN runbook.settle_attempt(p_attempt, a.outcome || jsonb_build_object('finished_at', a.ended_at,
    'elapsed_ms', extract(epoch FROM a.ended_at - coalesce(a.launched_at, a.recorded_at)) * 1000), p_execution,
    clock_timestamp() > a.ended_at + interval '700 milliseconds', p_stopping);
EXCEPTION WHEN lock_not_available OR query_canceled THEN
  RETURN NULL;
END $$;
COMMENT ON FUNCTION runbook.try_settle IS
  'Settles an attempt whose outcome was heard; NULL when that has to be tried again.';

CREATE FUNCTION runbook.end_task(p_run text, p_step text, p_task integer, p_verdict jsonb)
RETURNS jsonb
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  t runbook.task;
  ends jsonb;
  statuses text[];
  ended text;
  skipped integer;
BEGIN
  SELECT * INTO STRICT t FROM runbook.task
   WHERE (run_id, step_id, task_no) = (p_run, p_step, p_task) FOR UPDATE;
  IF runbook.is_final(t.status) THEN
    RETURN runbook.task_state(t);
  END IF;
  SELECT coalesce(jsonb_agg(CASE WHEN runbook.is_final(x ->> 'status') OR p_verdict IS NULL THEN x
                                 ELSE x || p_verdict END ORDER BY i), '[]'),
         coalesce(array_agg(CASE WHEN runbook.is_final(x ->> 'status') OR p_verdict IS NULL
                                 THEN x ->> 'status' ELSE p_verdict ->> 'status' END), '{}')
    INTO ends, statuses FROM jsonb_array_elements(t.targets) WITH ORDINALITY y(x, i);
  ended := CASE WHEN statuses = '{}' THEN coalesce(p_verdict ->> 'status', 'skipped')
                ELSE runbook.combine_statuses(statuses) END;
  skipped := cardinality(array_positions(statuses, 'skipped'));
  UPDATE runbook.task u
     SET status = ended, targets = ends, items = '[]', not_before = NULL,
         reason = CASE WHEN ended = 'succeeded' AND skipped > 0
           THEN format('%s of %s relations were skipped', skipped, cardinality(statuses))
           ELSE coalesce((SELECT x ->> 'reason' FROM jsonb_array_elements(ends) WITH ORDINALITY y(x, i)
                           WHERE x ->> 'status' = ended ORDER BY i LIMIT 1), p_verdict ->> 'reason') END
   WHERE (u.run_id, u.step_id, u.task_no) = (p_run, p_step, p_task) RETURNING * INTO t;
  RETURN runbook.task_state(t);
END $$;
COMMENT ON FUNCTION runbook.end_task IS
  'Ends a task: its targets say what became of it; those that nothing is known of get the verdict. A task that has ended stays as it is.';

CREATE FUNCTION runbook.end_unlaunched(p_run text, p_step text, p_task integer, p_verdict jsonb)
RETURNS jsonb
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  a runbook.attempt;
  ended jsonb := p_verdict;
  task jsonb;
BEGIN
  UPDATE runbook.attempt u
     SET status = p_verdict ->> 'status', message = p_verdict ->> 'reason',
         sqlstate = p_verdict ->> 'sqlstate', finished_at = clock_timestamp(), launched_at = NULL
   WHERE (u.run_id, u.step_id, u.task_no) = (p_run, p_step, p_task) AND u.status = 'pending'
  RETURNING * INTO a;
  IF p_verdict ->> 'status' = 'skipped' THEN
    -- A task that was tried and waited for its next try ends with what that try came to.
    SELECT runbook.verdict(u.status, u.message, u.sqlstate) INTO ended FROM runbook.attempt u
     WHERE (u.run_id, u.step_id, u.task_no) = (p_run, p_step, p_task) AND u.launched_at IS NOT NULL
     ORDER BY u.attempt_no DESC LIMIT 1;
    UPDATE runbook.task t
       SET blocked = (ended IS NULL),
           deferred = (ended IS NULL) AND coalesce((p_verdict ->> 'deferred')::boolean, false)
     WHERE (t.run_id, t.step_id, t.task_no) = (p_run, p_step, p_task) AND NOT runbook.is_final(t.status);
  END IF;
  task := runbook.end_task(p_run, p_step, p_task, coalesce(ended, p_verdict) - 'deferred');
  RETURN jsonb_build_object('task', task, 'attempt',
    CASE WHEN a.attempt_id IS NOT NULL THEN runbook.attempt_state(a, (
      SELECT t.plan ->> 'sql' FROM runbook.task t
       WHERE (t.run_id, t.step_id, t.task_no) = (p_run, p_step, p_task))) END);
END $$;
COMMENT ON FUNCTION runbook.end_unlaunched IS
  'Ends a task that is launched no more, and the attempt that was recorded for it and not launched.';
