-- What became of an attempt: what its worker told, and what is proven.

CREATE FUNCTION runbook.told_verdict(outcome jsonb, cause text, elapsed_ms double precision,
                                     timeout_ms double precision) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  by_cause text := CASE cause WHEN 'timeout' THEN 'timed_out' WHEN 'interrupt' THEN 'cancelled'
    WHEN 'window' THEN 'cancelled' WHEN 'brake' THEN 'cancelled'
    WHEN 'bystanders' THEN 'cancelled' END;
  state text := outcome ->> 'sqlstate';
  reason text := concat(CASE cause WHEN 'window' THEN 'the window closed while it ran: '
                                   WHEN 'brake' THEN 'the emergency brake was pulled while it ran: '
                                   WHEN 'bystanders' THEN 'it gave way to sessions that queued behind it: '
                                   WHEN 'interrupt' THEN 'cancelled by ' || (outcome ->> 'stopped_by') || ': ' END,
                        coalesce(outcome ->> 'message', outcome ->> 'why'), ' (' || (outcome ->> 'detail') || ')');
BEGIN
  IF outcome ->> 'type' = 'completed' THEN
    RETURN runbook.verdict('succeeded', NULL, NULL);
  ELSIF cause IN ('lock_timeout', 'old_transactions_timeout')
        AND (state IN ('57014', '57P01') OR (outcome ->> 'gone')::boolean) THEN
    RETURN runbook.verdict('failed', outcome ->> 'waited_for', '55P03');
  ELSIF outcome ->> 'type' = 'silent' THEN
    RETURN runbook.verdict(CASE WHEN (outcome ->> 'gone')::boolean THEN coalesce(by_cause, 'unknown')
                                ELSE 'unknown' END, reason, NULL);
  ELSIF state NOT IN ('57014', '57P01') THEN
    RETURN runbook.verdict('failed', reason, state);
  END IF;
  -- 57014 is timeout and cancel in one, with translated texts: only our own clock and requests tell.
  IF by_cause IS NULL AND state = '57014' AND elapsed_ms >= timeout_ms THEN
    by_cause := 'timed_out';
  END IF;
  RETURN runbook.verdict(coalesce(by_cause, 'cancelled'), CASE WHEN by_cause IS NULL THEN reason ||
    ': not at pg-runbook''s request (another session, or a timeout in its own SQL)' ELSE reason END, state);
END $$;
COMMENT ON FUNCTION runbook.told_verdict IS 'What pg_background told, before any evidence.';

CREATE FUNCTION runbook.judge_trace(judgement jsonb, told jsonb, outcome jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT CASE
    WHEN outcome ->> 'type' = 'error' THEN told
    WHEN judgement ->> 'result' = 'done' OR (judgement ->> 'result' = 'held' AND told ->> 'status' = 'succeeded')
    THEN runbook.verdict('succeeded', judgement ->> 'reason', NULL)
    WHEN judgement ->> 'result' = 'broken' AND (told ->> 'status' = 'succeeded'
         OR (told ->> 'status' = 'unknown' AND (outcome ->> 'gone')::boolean))
    THEN runbook.verdict('failed', judgement ->> 'reason', '55000')
    WHEN told ->> 'status' = 'succeeded' THEN runbook.verdict('unknown', judgement ->> 'reason', NULL)
    ELSE told END
$$;
COMMENT ON FUNCTION runbook.judge_trace IS
  'What became of a statement without a transaction, by what was told and by what it has left: the server answers IF NOT EXISTS with success over an index that is not valid.';

CREATE FUNCTION runbook.judge_attempt(proof text, outcome jsonb, marker runbook.completion, judgements jsonb,
                                      cause text, elapsed_ms double precision,
                                      timeout_ms double precision) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  told jsonb := runbook.told_verdict(outcome, cause, elapsed_ms, timeout_ms);
  proven jsonb := told;
  targets jsonb;
  telling jsonb;
  combined text;
BEGIN
  IF proof = 'catalog' AND told ->> 'status' = 'succeeded' THEN
    proven := runbook.verdict('unknown', 'the server said success, but the catalogs do not show the work', NULL);
  ELSIF proof IN ('marker', 'checkpoint') AND marker.attempt_id IS NOT NULL THEN
    proven := runbook.verdict('succeeded', marker.note, NULL);
  ELSIF proof IN ('marker', 'checkpoint') AND outcome ->> 'type' = 'completed' THEN
    proven := runbook.verdict('unknown', 'the server said success, but the completion marker is missing', NULL);
  ELSIF proof = 'checkpoint' AND told ->> 'status' = 'unknown' AND (outcome ->> 'gone')::boolean THEN
    -- What is done and what is not stands in its checkpoints.
    proven := runbook.verdict('failed', concat(told ->> 'reason', ': its committed batches are kept'), NULL);
  ELSIF proof = 'marker' AND told ->> 'status' = 'unknown' AND (outcome ->> 'gone')::boolean THEN
    -- Its transaction is over and left no marker: it is certain that nothing was committed.
    proven := runbook.verdict('failed', concat(told ->> 'reason', ': nothing was committed'), NULL);
  END IF;
  SELECT coalesce(jsonb_agg(CASE
           WHEN proof = 'trace' THEN runbook.judge_trace(j, told, outcome)
           WHEN j ->> 'result' = 'done' THEN runbook.verdict('succeeded', j ->> 'reason', NULL)
           WHEN j ->> 'result' = 'skipped' THEN runbook.verdict('skipped', j ->> 'reason', j ->> 'sqlstate')
           WHEN j ->> 'result' = 'unknown' THEN runbook.verdict('unknown', j ->> 'reason', NULL)
           ELSE proven END ORDER BY i), '[]')
    INTO targets FROM jsonb_array_elements(judgements) WITH ORDINALITY x(j, i);
  IF proof NOT IN ('catalog', 'trace') AND NOT judgements @> '[{"result": "skipped"}]' THEN
    RETURN jsonb_build_object('attempt', proven, 'targets', targets);
  END IF;
  combined := runbook.combine_statuses(ARRAY(SELECT t ->> 'status' FROM jsonb_array_elements(targets) t));
  SELECT t INTO telling FROM jsonb_array_elements(targets) WITH ORDINALITY x(t, i)
   WHERE t ->> 'status' = combined ORDER BY i LIMIT 1;
  -- What the server said stays with the attempt also where the catalogs decide the status.
  RETURN jsonb_build_object('targets', targets, 'attempt', runbook.verdict(combined,
    CASE WHEN told ->> 'sqlstate' IS NULL THEN telling ->> 'reason' ELSE told ->> 'reason' END,
    coalesce(told ->> 'sqlstate', telling ->> 'sqlstate')));
END $$;
COMMENT ON FUNCTION runbook.judge_attempt IS
  'What became of an attempt and of each target. Success needs proof: the marker, the catalogs, or for commands that leave neither, their command tag.';

CREATE FUNCTION runbook.told_statements(p_total integer, p_proof text, p_outcome jsonb, p_attempt text) RETURNS jsonb
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT coalesce(jsonb_agg(jsonb_build_object(
           'tag', coalesce(r.tag, substring(t.tag FROM '^[A-Z ]*[A-Z]')),
           'rows', coalesce(r.rows, substring(t.tag FROM '[0-9]+$')::bigint)) ORDER BY n), '[]')
    FROM generate_series(1, p_total) n
    LEFT JOIN runbook.statement_rows r ON r.attempt_id = p_attempt AND r.statement = n,
         LATERAL (SELECT CASE
           WHEN p_proof IN ('tag', 'trace') THEN p_outcome ->> 'command_tag'
           -- Each is followed by a command of ours. Any other number of tags would be those of other statements.
           WHEN jsonb_array_length(p_outcome -> 'tags') BETWEEN 2 * p_total AND 2 * p_total + 1
           THEN p_outcome -> 'tags' ->> (2 * (n - 1)) END AS tag) t
$$;
COMMENT ON FUNCTION runbook.told_statements IS
  'What each statement of a sql step did: as its worker counted it before the commit, else by the tag that the server itself sent, which no code of the user''s can write. What was not heard is null.';

CREATE FUNCTION runbook.window_cause(p_run text, p_outcome jsonb) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT 'window' FROM runbook.run r
   WHERE r.run_id = p_run AND r.window_at_end = 'cancel' AND p_outcome ->> 'sqlstate' = '57014'
     AND r.window_ends_at <= coalesce((p_outcome ->> 'finished_at')::timestamptz, clock_timestamp())
$$;
COMMENT ON FUNCTION runbook.window_cause IS
  'What stopped a worker that nobody asked to stop: its timeout was set so that it does not outlive the window.';
