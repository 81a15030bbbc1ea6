-- One way of preparing, judging and settling attempts, for whoever does it: the engine beside its
-- workers, a supervisor when no client is there, and those who look afterwards.

ALTER TABLE runbook.run
  ADD COLUMN window_ends_at timestamptz,
  ADD COLUMN window_at_end text CHECK (window_at_end IN ('drain', 'cancel')),
  ADD COLUMN stopped_for text,
  ADD COLUMN cancel_requested_by text;
COMMENT ON COLUMN runbook.run.cancel_requested_by IS
  'Who asked for the whole run to stop, and how; of a step alone, that stands with the step.';
COMMENT ON COLUMN runbook.run.stopped_for IS
  'The guard that did not hold: nothing more is launched.';
COMMENT ON COLUMN runbook.run.window_ends_at IS
  'From then on nothing more is launched; with cancel, what runs is stopped, too.';

ALTER TABLE runbook.step
  ADD COLUMN plan jsonb NOT NULL DEFAULT '{}',
  ADD COLUMN cancel_requested_at timestamptz,
  ADD COLUMN cancel_requested_by text;

ALTER TABLE runbook.task
  ADD COLUMN plan jsonb NOT NULL DEFAULT '{}',
  ADD COLUMN application_name text NOT NULL DEFAULT '',
  ADD COLUMN items jsonb NOT NULL DEFAULT '[]',
  ADD COLUMN not_before timestamptz,
  ADD COLUMN blocked boolean NOT NULL DEFAULT false,
  ADD COLUMN deferred boolean NOT NULL DEFAULT false,
  ADD COLUMN awaited_since timestamptz;
COMMENT ON COLUMN runbook.task.items IS
  'What is left to be launched: OIDs of targets, and how often they were tried. Empty with no attempt running: the task has ended.';
COMMENT ON COLUMN runbook.task.blocked IS
  'Never launched, since the run could not come to it.';
COMMENT ON COLUMN runbook.task.awaited_since IS
  'Since when it waits for a relation that another run works on.';
COMMENT ON COLUMN runbook.task.deferred IS
  'Left undone, in part or in whole, by a window that closed: it comes first in the next run.';

ALTER TABLE runbook.attempt
  ADD COLUMN target_oids bigint[] NOT NULL DEFAULT '{}',
  ADD COLUMN tries integer NOT NULL DEFAULT 1,
  ADD COLUMN before jsonb NOT NULL DEFAULT '{}',
  ADD COLUMN cause text CHECK (cause IN ('timeout', 'interrupt', 'handle_lost', 'window', 'brake', 'bystanders',
                                            'lock_timeout', 'old_transactions_timeout')),
  ADD COLUMN waited_for text,
  ADD COLUMN built_indexes bigint[] NOT NULL DEFAULT '{}',
  ADD COLUMN statements jsonb NOT NULL DEFAULT '[]',
  ADD COLUMN outcome jsonb;
COMMENT ON COLUMN runbook.attempt.statements IS
  'Of each statement of a sql step that succeeded: its command tag and the rows that this counts; null where nothing tells.';
COMMENT ON COLUMN runbook.attempt.outcome IS
  'How its worker ended, as it was heard; from then on only the evidence is missing.';
COMMENT ON COLUMN runbook.attempt.before IS
  'The evidence from right before the launch, by OID.';
COMMENT ON COLUMN runbook.attempt.cause IS
  'Why we asked the worker to stop; the first cause is kept.';
COMMENT ON COLUMN runbook.attempt.waited_for IS
  'Which wait for a lock was ended since it lasted too long, and who was in its way.';
COMMENT ON COLUMN runbook.attempt.built_indexes IS
  'Invalid indexes that the worker was seen to build or to replace: what is left of them is ours.';

CREATE TABLE runbook.statement_rows (
  attempt_id text NOT NULL,
  statement integer NOT NULL,
  tag text NOT NULL,
  rows bigint NOT NULL,
  PRIMARY KEY (attempt_id, statement)
);
COMMENT ON TABLE runbook.statement_rows IS
  'Rows of statements that are expected to have some, counted by workers in the transaction of their work and committed with it.';

CREATE TABLE runbook.claim (
  name text PRIMARY KEY,
  pid integer NOT NULL,
  backend_start timestamptz NOT NULL
);
COMMENT ON TABLE runbook.claim IS
  'Sessions and what each of them works on: a run, a step, a task, a runbook. A claim ends with its session. Any role could hold an advisory lock.';

CREATE TABLE runbook.gate (
  number integer PRIMARY KEY
);
INSERT INTO runbook.gate SELECT generate_series(0, 63);
COMMENT ON TABLE runbook.gate IS
  'Rows to lock for the time of a transaction, which no other role can.';

CREATE FUNCTION runbook.session_alive(p_pid integer, p_backend_start timestamptz) RETURNS boolean
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  -- pg_stat_activity is read once a transaction: a session that came later would be taken for dead.
  PERFORM pg_stat_clear_snapshot();
  RETURN EXISTS (SELECT FROM pg_stat_activity a WHERE a.pid = p_pid AND a.backend_start = p_backend_start);
END $$;

CREATE FUNCTION runbook.try_claim(p_name text) RETURNS boolean
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  INSERT INTO runbook.claim AS c (name, pid, backend_start)
  SELECT p_name, a.pid, a.backend_start FROM pg_stat_activity a WHERE a.pid = pg_backend_pid()
  ON CONFLICT (name) DO UPDATE SET pid = EXCLUDED.pid, backend_start = EXCLUDED.backend_start
   WHERE (c.pid, c.backend_start) = (EXCLUDED.pid, EXCLUDED.backend_start)
      OR NOT runbook.session_alive(c.pid, c.backend_start);
  RETURN FOUND;
END $$;
COMMENT ON FUNCTION runbook.try_claim IS
  'Takes a claim for as long as this session lives; false when another live session has it.';

CREATE FUNCTION runbook.release_claim(p_name text) RETURNS void
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  DELETE FROM runbook.claim c USING pg_stat_activity a
   WHERE c.name = p_name AND a.pid = pg_backend_pid() AND (c.pid, c.backend_start) = (a.pid, a.backend_start)
$$;

CREATE FUNCTION runbook.is_claimed(p_name text) RETURNS boolean
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  SELECT EXISTS (SELECT FROM runbook.claim c WHERE c.name = p_name AND runbook.session_alive(c.pid, c.backend_start))
$$;

CREATE FUNCTION runbook.enter_gate(p_name text) RETURNS void
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  SELECT FROM runbook.gate g WHERE g.number = hashtext(p_name) & 63 FOR UPDATE
$$;
COMMENT ON FUNCTION runbook.enter_gate IS
  'One transaction at a time goes on with what the name stands for. Two names may share a gate, so a transaction enters one only.';

CREATE FUNCTION runbook.is_ours(p_role oid) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT EXISTS (SELECT FROM pg_roles me JOIN pg_roles r ON r.oid = me.oid OR (r.rolsuper AND me.rolsuper)
                  WHERE me.rolname = session_user AND r.oid = p_role)
$$;
COMMENT ON FUNCTION runbook.is_ours IS
  'Whether sessions of a role may be ours: a ledger belongs to one role, or to superusers. A name proves nothing: everybody may give himself one.';

CREATE FUNCTION runbook.may_launch(p_role oid) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT EXISTS (SELECT FROM pg_roles r LEFT JOIN pg_roles l ON l.rolname = 'pgbackground_role'
                  WHERE r.oid = p_role AND (r.rolsuper OR r.rolname = session_user OR pg_has_role(r.oid, l.oid, 'MEMBER')))
$$;
COMMENT ON FUNCTION runbook.may_launch IS
  'Whether a role may use pg_background: only such a role can be another pg-runbook''s, in any database.';

CREATE FUNCTION runbook.to_timestamp_text(at timestamptz) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
$$;

CREATE FUNCTION runbook.combine_statuses(statuses text[]) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT coalesce((
    SELECT w.status
      FROM unnest(ARRAY['unknown', 'failed', 'timed_out', 'cancelled', 'running', 'pending', 'detached',
                        'succeeded', 'skipped']) WITH ORDINALITY w(status, weight)
     WHERE w.status = ANY (statuses) ORDER BY w.weight LIMIT 1), 'succeeded')
$$;
COMMENT ON FUNCTION runbook.combine_statuses IS
  'The status of a whole: of its parts'' the one that must not be hidden.';

CREATE FUNCTION runbook.is_failure(status text) RETURNS boolean
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT status IN ('failed', 'timed_out', 'cancelled')
$$;

CREATE FUNCTION runbook.is_final(status text) RETURNS boolean
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT status NOT IN ('pending', 'running', 'detached')
$$;

CREATE FUNCTION runbook.verdict(status text, reason text, sqlstate text) RETURNS jsonb
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT jsonb_build_object('status', status, 'reason', reason, 'sqlstate', sqlstate)
$$;

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

CREATE FUNCTION runbook.run_in_the_way(p_run text, p_conflicts jsonb) RETURNS text
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  a runbook.attempt;
BEGIN
  IF p_conflicts IS NULL OR p_conflicts = '[]' THEN
    RETURN NULL;
  END IF;
  -- Whoever comes second sees the record of whoever came first.
  PERFORM runbook.enter_gate('relations');
  -- OFFSET keeps the order: from the few live attempts to their tasks, whose plans are large, and not from
  -- all tasks of the ledger's history.
  FOR a IN SELECT u.* FROM runbook.attempt u
            CROSS JOIN LATERAL (SELECT o.plan -> 'conflicts' AS conflicts FROM runbook.task o
                                 WHERE (o.run_id, o.step_id, o.task_no) = (u.run_id, u.step_id, u.task_no) OFFSET 0) o
            WHERE u.status IN ('pending', 'running') AND u.run_id <> p_run
              AND o.conflicts ?| ARRAY(SELECT jsonb_array_elements_text(p_conflicts)) LOOP
    -- A record that nobody looks after holds nothing up, unless its worker lives.
    IF runbook.engine_alive(a.run_id) OR runbook.is_supervised(a.run_id, a.step_id)
       OR (SELECT w.pid FROM runbook.find_worker(a) w) IS NOT NULL THEN
      RETURN a.run_id;
    END IF;
  END LOOP;
  RETURN NULL;
END $$;
COMMENT ON FUNCTION runbook.run_in_the_way IS
  'Another run that works on one of the relations, or is about to.';

CREATE FUNCTION runbook.await_relation(t runbook.task, p_busy text) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  waits_ms double precision;
BEGIN
  SELECT coalesce((r.plan -> 'budget' ->> 'max_wait_ms')::double precision, (s.plan ->> 'timeout_ms')::double precision)
    INTO waits_ms FROM runbook.run r JOIN runbook.step s USING (run_id)
   WHERE (s.run_id, s.step_id) = (t.run_id, t.step_id);
  IF clock_timestamp() > t.awaited_since + waits_ms * interval '1 millisecond' THEN
    RETURN runbook.end_unlaunched(t.run_id, t.step_id, t.task_no, runbook.verdict('failed',
      format('run %s has worked on the same relation for longer than this task may wait', p_busy), '55006')) - 'attempt';
  END IF;
  UPDATE runbook.task u
     SET awaited_since = coalesce(u.awaited_since, clock_timestamp()),
         not_before = clock_timestamp() + interval '500 milliseconds'
   WHERE (u.run_id, u.step_id, u.task_no) = (t.run_id, t.step_id, t.task_no) RETURNING * INTO t;
  RETURN jsonb_build_object('task', runbook.task_state(t), 'busy', p_busy);
END $$;
COMMENT ON FUNCTION runbook.await_relation IS
  'Lets a task wait for another run to be done with its relation, for so long as the budget or its timeout says.';

CREATE FUNCTION runbook.sha256_text(p_text text) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT encode(sha256(convert_to(p_text, 'UTF8')), 'hex')
$$;

CREATE FUNCTION runbook.task_digest(p_plan jsonb) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT encode(sha256(convert_to(concat_ws(',', runbook.sha256_text(p_plan ->> 'sql'), (
           SELECT string_agg(concat_ws(',', x ->> 'oid', runbook.sha256_text(x ->> 'schema'),
                    runbook.sha256_text(x ->> 'relation'), coalesce(x -> 'facts' ->> 'only', 'false')), ',' ORDER BY i)
             FROM jsonb_array_elements(p_plan -> 'targets') WITH ORDINALITY y(x, i))), 'UTF8')), 'hex')
$$;
COMMENT ON FUNCTION runbook.task_digest IS
  'Names what a worker of a task may be sent. Engine and supervisor bring the digest of the plan that they were given: a record that somebody has changed is not executed.';

CREATE FUNCTION runbook.altered() RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT 'the SQL of this task in the ledger is not that of the plan: somebody has changed the ledger'::text
$$;

CREATE FUNCTION runbook.unwritable() RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  -- U+FFFD, as its bytes: in a database without an encoding it cannot be written as an escape.
  SELECT CASE WHEN getdatabaseencoding() = 'SQL_ASCII' THEN convert_from('\xefbfbd'::bytea, 'SQL_ASCII') END
$$;
COMMENT ON FUNCTION runbook.unwritable IS
  'The character that stands for bytes that were not UTF-8; null where there are none.';

CREATE FUNCTION runbook.is_walked(p_run text, p_step text) RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN EXISTS (SELECT FROM runbook.batch_part b WHERE (b.run_id, b.step_id) = (p_run, p_step) AND b.batches > 0);
END $$;
COMMENT ON FUNCTION runbook.is_walked IS
  'Whether batches of a step are committed: what has begun and is not done is failed, and never skipped.';

CREATE FUNCTION runbook.prepare_attempt(p_run text, p_step text, p_task integer, p_execution jsonb, p_digest text)
RETURNS jsonb
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  t runbook.task;
  a runbook.attempt;
  item jsonb;
  wanted jsonb;
  seen jsonb;
  kept jsonb;
  number integer;
  canceller text;
  busy text;
  oids bigint[];
  begun boolean;
BEGIN
  SELECT s.cancel_requested_by INTO canceller FROM runbook.step s
   WHERE (s.run_id, s.step_id) = (p_run, p_step) AND s.cancel_requested_at IS NOT NULL;
  IF FOUND THEN
    RETURN (SELECT jsonb_build_object('task', runbook.task_state(u), 'cancelled_by', canceller) FROM runbook.task u
             WHERE (u.run_id, u.step_id, u.task_no) = (p_run, p_step, p_task));
  END IF;
  SELECT * INTO STRICT t FROM runbook.task
   WHERE (run_id, step_id, task_no) = (p_run, p_step, p_task) FOR UPDATE;
  IF runbook.task_digest(t.plan) IS DISTINCT FROM p_digest THEN
    RETURN runbook.end_unlaunched(p_run, p_step, p_task,
      runbook.verdict('failed', runbook.altered(), '55000')) - 'attempt';
  END IF;
  busy := runbook.run_in_the_way(p_run, t.plan -> 'conflicts');
  IF busy IS NOT NULL THEN
    RETURN runbook.await_relation(t, busy);
  END IF;
  SELECT coalesce(max(attempt_no), 0) + 1 INTO number FROM runbook.attempt
   WHERE (run_id, step_id, task_no) = (p_run, p_step, p_task);
  begun := runbook.is_walked(p_run, p_step);
  LOOP
    item := t.items -> 0;
    IF item IS NULL THEN
      RETURN jsonb_build_object('task', runbook.end_task(p_run, p_step, p_task, NULL));
    END IF;
    SELECT coalesce(jsonb_agg(x ORDER BY i), '[]') INTO wanted
      FROM jsonb_array_elements(t.plan -> 'targets') WITH ORDINALITY y(x, i)
     WHERE x ->> 'oid' IN (SELECT jsonb_array_elements_text(item -> 'oids'));
    seen := runbook.look(p_execution ->> 'evidence', wanted);
    SELECT coalesce(jsonb_agg(x ORDER BY i), '[]') INTO kept
      FROM jsonb_array_elements(wanted) WITH ORDINALITY y(x, i)
     WHERE (seen -> (x ->> 'oid') ->> 'same')::boolean;
    SELECT runbook.write_targets(t.targets, coalesce(jsonb_object_agg(x ->> 'oid', CASE
             WHEN (seen -> (x ->> 'oid') ->> 'same')::boolean
             THEN jsonb_build_object('evidence', jsonb_build_object('before', seen -> (x ->> 'oid') -> 'facts', 'after', NULL))
             WHEN strpos(x ->> 'name', runbook.unwritable()) > 0 THEN jsonb_build_object('status', 'failed', 'sqlstate', '22021',
                    'reason', 'its name has bytes that are not UTF-8, which cannot be written into a statement: rename it')
             WHEN begun THEN jsonb_build_object('status', 'failed', 'sqlstate', '42P01',
                    'reason', 'dropped, renamed or replaced since its rows began to be walked: the rest is not done')
             ELSE jsonb_build_object('status', 'skipped', 'sqlstate', '42P01',
                    'reason', 'dropped, renamed or replaced since the plan was made') END), '{}'))
      INTO t.targets FROM jsonb_array_elements(wanted) x;
    t.items := t.items - 0;
    UPDATE runbook.task u SET targets = t.targets, items = t.items, awaited_since = NULL
     WHERE (u.run_id, u.step_id, u.task_no) = (p_run, p_step, p_task);
    EXIT WHEN kept <> '[]' OR wanted = '[]';
  END LOOP;
  oids := ARRAY(SELECT (x ->> 'oid')::bigint FROM jsonb_array_elements(kept) x);
  INSERT INTO runbook.attempt (attempt_id, run_id, step_id, task_no, attempt_no, sql, application_name,
                               status, target_oids, tries, before)
  VALUES (concat_ws('/', p_run, p_step, p_task, number), p_run, p_step, p_task, number,
          runbook.attempt_sql(t.plan, oids, p_execution ->> 'command', p_digest), t.application_name, 'pending', oids,
          (item ->> 'tries')::integer + 1,
          (SELECT coalesce(jsonb_object_agg(x ->> 'oid', seen -> (x ->> 'oid') -> 'facts'), '{}')
             FROM jsonb_array_elements(kept) x))
  RETURNING * INTO a;
  RETURN jsonb_build_object('task', runbook.task_state(t), 'attempt_id', a.attempt_id, 'sql', a.sql,
                            'target_oids', a.target_oids,
                            'attempt', runbook.attempt_state(a, t.plan ->> 'sql'));
END $$;
COMMENT ON FUNCTION runbook.prepare_attempt IS
  'Looks at the targets of a task''s next piece of work and records the attempt, before its launch. Without an attempt in the answer no target was left, and the task has ended; or it waits for another run, or its step is to be cancelled.';

CREATE FUNCTION runbook.part_sql(command text, targets jsonb) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT command || ' ' || string_agg(
           CASE WHEN (x -> 'facts' ->> 'only')::boolean THEN 'ONLY ' ELSE '' END
           || format('%I.%I', x ->> 'schema', x ->> 'relation'), ', ' ORDER BY i)
    FROM jsonb_array_elements(targets) WITH ORDINALITY y(x, i)
$$;
COMMENT ON FUNCTION runbook.part_sql IS 'The command for some of a pack''s relations.';

CREATE FUNCTION runbook.attempt_sql(p_plan jsonb, p_oids bigint[], p_command text, p_digest text) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT CASE WHEN runbook.task_digest(p_plan) IS DISTINCT FROM p_digest THEN NULL
              WHEN cardinality(p_oids) = jsonb_array_length(p_plan -> 'targets') THEN p_plan ->> 'sql'
              ELSE (SELECT runbook.part_sql(p_command, jsonb_agg(x ORDER BY i))
                      FROM jsonb_array_elements(p_plan -> 'targets') WITH ORDINALITY y(x, i)
                     WHERE (x ->> 'oid')::bigint = ANY (p_oids)) END
$$;
COMMENT ON FUNCTION runbook.attempt_sql IS
  'The SQL for all or some of a task''s targets; NULL when the record of the task is not what the digest names.';

CREATE FUNCTION runbook.look_again(p_attempt text, p_execution jsonb) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  a runbook.attempt;
  t runbook.task;
  seen jsonb;
  canceller text;
BEGIN
  SELECT * INTO STRICT a FROM runbook.attempt WHERE attempt_id = p_attempt FOR UPDATE;
  SELECT * INTO STRICT t FROM runbook.task
   WHERE (run_id, step_id, task_no) = (a.run_id, a.step_id, a.task_no) FOR UPDATE;
  SELECT s.cancel_requested_by INTO canceller FROM runbook.step s
   WHERE (s.run_id, s.step_id) = (a.run_id, a.step_id) AND s.cancel_requested_at IS NOT NULL;
  IF FOUND THEN
    RETURN runbook.end_unlaunched(a.run_id, a.step_id, a.task_no, runbook.verdict('skipped',
      concat('cancelled before it was launched, by ', canceller), NULL)) -> 'task';
  END IF;
  seen := runbook.look(p_execution ->> 'evidence', runbook.targets_of(a, t));
  UPDATE runbook.attempt u
     SET before = (SELECT coalesce(jsonb_object_agg(key, value -> 'facts'), '{}') FROM jsonb_each(seen))
   WHERE u.attempt_id = p_attempt;
  UPDATE runbook.task u
     SET targets = runbook.write_targets(u.targets, (
           SELECT coalesce(jsonb_object_agg(key, jsonb_build_object('evidence',
                    jsonb_build_object('before', value -> 'facts', 'after', NULL))), '{}')
             FROM jsonb_each(seen)))
   WHERE (u.run_id, u.step_id, u.task_no) = (a.run_id, a.step_id, a.task_no) RETURNING * INTO t;
  RETURN runbook.task_state(t);
END $$;
COMMENT ON FUNCTION runbook.look_again IS
  'Takes the evidence from before once more for an attempt that had to wait for a slot: what others did meanwhile must not count as its own.';

CREATE FUNCTION runbook.targets_of(a runbook.attempt, t runbook.task) RETURNS jsonb
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT coalesce(jsonb_agg(x || jsonb_build_object('before', a.before -> (x ->> 'oid')) ORDER BY i), '[]')
    FROM jsonb_array_elements(t.plan -> 'targets') WITH ORDINALITY y(x, i)
   WHERE (x ->> 'oid')::bigint IN (SELECT unnest(a.target_oids))
$$;
COMMENT ON FUNCTION runbook.targets_of IS
  'The targets of an attempt, each with its evidence from before.';

CREATE FUNCTION runbook.retry_delay_ms(retry jsonb, tries integer, sqlstate text) RETURNS double precision
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  SELECT CASE WHEN tries < (retry ->> 'attempts')::integer AND retry -> 'on' ? sqlstate
    THEN least((retry ->> 'delay_ms')::float8 * 2 ^ (tries - 1), (retry ->> 'max_delay_ms')::float8)
         * (1 + random()) / 2 END
$$;
COMMENT ON FUNCTION runbook.retry_delay_ms IS
  'Milliseconds before the next try, doubled with each up to a bound, half of it drawn so that tasks that failed together do not meet again; NULL when there is none.';

CREATE FUNCTION runbook.window_cause(p_run text, p_outcome jsonb) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT 'window' FROM runbook.run r
   WHERE r.run_id = p_run AND r.window_at_end = 'cancel' AND p_outcome ->> 'sqlstate' = '57014'
     AND r.window_ends_at <= coalesce((p_outcome ->> 'finished_at')::timestamptz, clock_timestamp())
$$;
COMMENT ON FUNCTION runbook.window_cause IS
  'What stopped a worker that nobody asked to stop: its timeout was set so that it does not outlive the window.';

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

CREATE FUNCTION runbook.settle_attempt(p_attempt text, p_outcome jsonb, p_execution jsonb,
                                       p_final boolean, p_stopping boolean) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  a runbook.attempt;
  t runbook.task;
  s runbook.step;
  among jsonb;
  seen jsonb;
  heard jsonb;
  judgements jsonb;
  verdict jsonb;
  failed bigint[];
  delay_ms double precision;
  parts integer := 0;
  gave_way integer;
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
  among := runbook.targets_of(a, t);
  seen := runbook.look(p_execution ->> 'evidence', among);
  heard := runbook.with_relations(p_outcome, among, p_execution -> 'skip_warnings')
    || jsonb_build_object('over_by', extract(epoch FROM coalesce(a.launched_at, a.recorded_at))
                                     + (s.plan ->> 'timeout_ms')::float8 / 1000 + 5);
  SELECT coalesce(jsonb_agg(runbook.judge_target(
           x || jsonb_build_object('alone', jsonb_array_length(among) = 1, 'begun', runbook.is_walked(a.run_id, a.step_id)),
           seen -> (x ->> 'oid'), namesakes,
           heard, p_execution) ORDER BY i), '[]')
    INTO judgements
    FROM (SELECT x, i, (count(*) OVER (PARTITION BY x ->> 'relation'))::integer AS namesakes
            FROM jsonb_array_elements(among) WITH ORDINALITY y(x, i)) z;
  IF t.plan ->> 'proof' = 'catalog' AND p_outcome ->> 'type' <> 'completed' AND jsonb_array_length(judgements) > 1 THEN
    judgements := runbook.only_prefix(judgements);
  END IF;
  verdict := runbook.judge_attempt(t.plan ->> 'proof',
    p_outcome || jsonb_build_object('stopped_by', s.cancel_requested_by, 'waited_for', a.waited_for),
    (SELECT c FROM runbook.completion c WHERE c.attempt_id = p_attempt), judgements,
    a.cause, (p_outcome ->> 'elapsed_ms')::float8,
    (s.plan ->> 'timeout_ms')::float8);
  IF NOT p_final AND t.plan ->> 'proof' IN ('catalog', 'trace') AND (judgements @> '[{"provisional": true}]'
     OR p_outcome ->> 'type' = 'completed' AND verdict -> 'attempt' ->> 'status' = 'unknown') THEN
    RETURN NULL;
  END IF;
  IF verdict -> 'attempt' ->> 'status' = 'succeeded' THEN
    told := runbook.told_statements(total, t.plan ->> 'proof', p_outcome, p_attempt);
  END IF;
  UPDATE runbook.attempt u
     SET status = verdict -> 'attempt' ->> 'status', message = verdict -> 'attempt' ->> 'reason',
         sqlstate = verdict -> 'attempt' ->> 'sqlstate',
         finished_at = coalesce((p_outcome ->> 'finished_at')::timestamptz, clock_timestamp()),
         -- Of what was heard last of a sql step, the statement is ours.
         command_tag = CASE WHEN total IS NULL THEN p_outcome ->> 'command_tag' ELSE told -> -1 ->> 'tag' END,
         row_count = CASE WHEN total IS NULL THEN (p_outcome ->> 'row_count')::bigint
                          ELSE (told -> -1 ->> 'rows')::bigint END,
         statements = told,
         cause = a.cause,
         built_indexes = ARRAY(SELECT unnest(a.built_indexes) UNION
                               SELECT unnest(runbook.new_leftovers(among, seen, p_outcome))),
         backend_start = coalesce(a.backend_start, (p_outcome ->> 'backend_start')::timestamptz),
         launched_at = coalesce(a.launched_at, (p_outcome ->> 'launched_at')::timestamptz),
         outcome = p_outcome - ARRAY['notices', 'tags'],
         messages = (SELECT coalesce(jsonb_agg(concat(n ->> 'severity', ': ', n ->> 'message') ORDER BY i), '[]')
                       FROM jsonb_array_elements(p_outcome -> 'notices') WITH ORDINALITY y(n, i))
   WHERE u.attempt_id = p_attempt RETURNING * INTO a;
  SELECT runbook.write_targets(t.targets, coalesce(jsonb_object_agg(x ->> 'oid',
           v || jsonb_build_object('evidence', jsonb_build_object(
             'before', x -> 'before', 'after', seen -> (x ->> 'oid') -> 'facts'))), '{}')),
         coalesce(array_agg((x ->> 'oid')::bigint ORDER BY i)
           FILTER (WHERE runbook.is_failure(v ->> 'status')), '{}')
    INTO t.targets, failed
    FROM ROWS FROM (jsonb_array_elements(among), jsonb_array_elements(verdict -> 'targets')) WITH ORDINALITY y(x, v, i);
  IF NOT p_stopping AND a.status = 'failed' AND cardinality(a.target_oids) > 1 THEN
    -- One bad relation must not decide for the others: each that was not done gets its own attempt.
    parts := cardinality(failed);
    SELECT t.items || coalesce(jsonb_agg(jsonb_build_object('oids', jsonb_build_array(o), 'tries', 0) ORDER BY i), '[]')
      INTO t.items FROM unnest(failed) WITH ORDINALITY y(o, i);
  ELSIF NOT p_stopping AND runbook.is_failure(a.status)
        AND (a.cause IS NULL OR a.cause IN ('lock_timeout', 'old_transactions_timeout')) THEN
    delay_ms := runbook.retry_delay_ms(s.plan -> 'retry', a.tries, a.sqlstate);
    IF delay_ms IS NOT NULL THEN
      t.items := t.items || jsonb_build_object('oids', to_jsonb(failed), 'tries', a.tries);
      t.not_before := clock_timestamp() + delay_ms * interval '1 millisecond';
    END IF;
  ELSIF NOT p_stopping AND a.cause IN ('brake', 'bystanders') AND a.status = 'cancelled'
        AND (t.plan ->> 'proof' NOT IN ('tag', 'trace') OR (s.plan -> 'spec' ->> 'idempotent')::boolean) THEN
    SELECT count(*) INTO gave_way FROM runbook.attempt u
     WHERE (u.run_id, u.step_id, u.task_no, u.cause) = (a.run_id, a.step_id, a.task_no, 'bystanders');
    -- It goes on where it was, and that counts as no try; who gives way again and again has a bound.
    IF gave_way <= 6 THEN
      t.items := t.items || jsonb_build_object('oids', to_jsonb(failed), 'tries', a.tries - 1);
    END IF;
    IF a.cause = 'bystanders' AND gave_way <= 6 THEN
      delay_ms := least(5000 * 2 ^ (gave_way - 1), 300000) * (1 + random()) / 2;
      t.not_before := clock_timestamp() + delay_ms * interval '1 millisecond';
    END IF;
  END IF;
  UPDATE runbook.task u
     SET targets = t.targets, items = t.items, not_before = t.not_before,
         deferred = a.cause IS NOT DISTINCT FROM 'window' AND a.status = 'cancelled'
   WHERE (u.run_id, u.step_id, u.task_no) = (a.run_id, a.step_id, a.task_no);
  RETURN jsonb_build_object('attempt', runbook.attempt_state(a, t.plan ->> 'sql'), 'parts', parts,
    'built_indexes', a.built_indexes, 'retry_in_ms', delay_ms, 'task', CASE WHEN t.items = '[]'
      THEN runbook.end_task(a.run_id, a.step_id, a.task_no, verdict -> 'attempt')
      ELSE runbook.task_state(t) END);
END $$;
COMMENT ON FUNCTION runbook.settle_attempt IS
  'Judges an attempt whose worker ended by what is known and proven, records it, and says what comes next of its task. NULL, with nothing recorded, when success is not proven yet and this is not the final look: counters may show a little later.';

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
         sqlstate = p_verdict ->> 'sqlstate', finished_at = clock_timestamp()
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
