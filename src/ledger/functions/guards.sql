-- Conditions that must hold before launches and between batches.

CREATE FUNCTION runbook.breach(p_throttle jsonb, p_wal_from pg_lsn, p_since timestamptz,
                              OUT kind text, OUT reason text)
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  unknown_bytes constant numeric := 16777216;
  replica record;
  asked refcursor;
  holds boolean;
  rate double precision;
  sessions integer;
  hidden boolean;
BEGIN
  IF kind IS NULL AND p_throttle ? 'replica_lag_ms' THEN
    SELECT s.application_name, s.state, coalesce(s.replay_lag, '0') AS lag,
           -- Of one that stood still before it connected, no lag in time is known.
           s.replay_lag IS NULL AND s.replay_lsn < pg_catalog.pg_current_wal_lsn() - unknown_bytes AS stands_still INTO replica
      FROM pg_catalog.pg_stat_replication s
     ORDER BY s.state IS NULL DESC, 4 DESC NULLS LAST, 3 DESC LIMIT 1;
    IF FOUND AND replica.state IS NULL THEN
      RAISE EXCEPTION 'the lag of replicas is hidden from role %', current_user
        USING ERRCODE = 'insufficient_privilege', HINT = 'GRANT pg_read_all_stats to it.';
    ELSIF FOUND AND replica.lag > pg_catalog.make_interval(secs => (p_throttle ->> 'replica_lag_ms')::double precision / 1000::double precision) THEN
      kind := 'replica_lag';
      reason := pg_catalog.format('replica %s is %s s behind, more than %s s', replica.application_name,
        pg_catalog.round(extract(epoch FROM replica.lag), 1), (p_throttle ->> 'replica_lag_ms')::double precision / 1000::double precision);
    ELSIF FOUND AND replica.stands_still THEN
      kind := 'replica_lag';
      reason := pg_catalog.format('replica %s is more than %s of WAL behind, and does not say for how long',
        replica.application_name, pg_catalog.pg_size_pretty(unknown_bytes::bigint));
    END IF;
  END IF;
  IF kind IS NULL AND p_throttle ? 'sql' THEN
    -- By a cursor, which is refused for a text of several statements: EXECUTE would carry them all out.
    OPEN asked NO SCROLL FOR EXECUTE pg_catalog.format('SELECT (%s
)', p_throttle ->> 'sql');
    FETCH asked INTO holds;
    CLOSE asked;
    IF holds IS NOT TRUE THEN
      kind := 'sql';
      reason := pg_catalog.format('not true: %s', pg_catalog.left(p_throttle ->> 'sql', 200));
    END IF;
  END IF;
  IF kind IS NULL AND p_throttle ? 'wal_bytes_per_second' AND p_wal_from IS NOT NULL THEN
    rate := (pg_catalog.pg_current_wal_insert_lsn() - p_wal_from)
            / greatest(extract(epoch FROM pg_catalog.clock_timestamp() - p_since), 0.001);
    IF rate > (p_throttle ->> 'wal_bytes_per_second')::double precision THEN
      kind := 'wal_rate';
      reason := pg_catalog.format('the server writes %s/s of WAL, more than %s/s', pg_catalog.pg_size_pretty(rate::bigint),
        pg_catalog.pg_size_pretty((p_throttle ->> 'wal_bytes_per_second')::bigint));
    END IF;
  END IF;
  IF kind IS NULL AND p_throttle ? 'active_sessions' THEN
    SELECT count(*) FILTER (WHERE a.state = 'active' AND a.backend_type = 'client backend'
                              AND a.pid <> pg_catalog.pg_backend_pid()),
           coalesce(bool_or(a.backend_type IS NULL), false)
      INTO sessions, hidden FROM pg_catalog.pg_stat_activity a;
    IF hidden THEN
      RAISE EXCEPTION 'the sessions of others are hidden from role %', current_user
        USING ERRCODE = 'insufficient_privilege', HINT = 'GRANT pg_read_all_stats to it.';
    ELSIF sessions > (p_throttle ->> 'active_sessions')::integer THEN
      kind := 'active_sessions';
      reason := pg_catalog.format('%s sessions are active, more than %s', sessions, p_throttle ->> 'active_sessions');
    END IF;
  END IF;
END $$;
COMMENT ON FUNCTION runbook.breach IS
  'What of a condition does not hold now; null: nothing. Without a place in the WAL from before, its rate is not judged.';

CREATE FUNCTION runbook.guards_digest(p_guards jsonb) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT runbook.sha256_text(coalesce(string_agg(runbook.sha256_text(coalesce(g -> 'condition' ->> 'sql', '')), ',' ORDER BY i), ''))
    FROM jsonb_array_elements(p_guards) WITH ORDINALITY y(g, i)
$$;
COMMENT ON FUNCTION runbook.guards_digest IS
  'Names the SQL of a run''s guards, which is executed with the rights of the run.';

CREATE FUNCTION runbook.guard_breach(p_run text, p_digest text, p_wal_from pg_lsn, p_since timestamptz) RETURNS jsonb
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  guards jsonb;
  guard jsonb;
  found record;
BEGIN
  SELECT coalesce(r.plan -> 'guards', '[]') INTO guards FROM runbook.run r WHERE r.run_id = p_run;
  IF runbook.guards_digest(guards) IS DISTINCT FROM p_digest THEN
    RETURN pg_catalog.jsonb_build_object('name', 'of the ledger', 'on_breach', 'stop', 'max_pause_ms', 0, 'altered', true,
      'reason', 'the guards of this run in the ledger are not those of the plan: somebody has changed the ledger');
  END IF;
  FOR guard IN SELECT g FROM pg_catalog.jsonb_array_elements(guards) g LOOP
    SELECT * INTO found FROM runbook.breach(guard -> 'condition', p_wal_from, p_since);
    IF found.kind IS NOT NULL THEN
      RETURN (guard - 'condition') || pg_catalog.jsonb_build_object('reason', found.reason);
    END IF;
  END LOOP;
  RETURN NULL;
END $$;
COMMENT ON FUNCTION runbook.guard_breach IS
  'The first guard of a run that does not hold now, what it protects and why; NULL: all hold. It runs SQL of the runbook, with the caller''s search_path.';

CREATE FUNCTION runbook.brake(p_run text, p_throttle jsonb, p_wal_from pg_lsn, p_since timestamptz,
                              OUT kind text, OUT reason text)
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  guard jsonb;
BEGIN
  SELECT 'run_paused', pg_catalog.format('the run was paused by %s', p.by) INTO kind, reason
    FROM (SELECT runbook.paused_by(p_run) AS by) p WHERE p.by IS NOT NULL;
  IF kind IS NULL THEN
    SELECT b.kind, b.reason INTO kind, reason FROM runbook.breach(p_throttle, p_wal_from, p_since) b;
  END IF;
  IF kind IS NULL THEN
    guard := runbook.guard_breach(p_run, pg_catalog.current_setting('pg_runbook.guards', true), p_wal_from, p_since);
    IF guard ? 'altered' THEN
      RAISE EXCEPTION '%', guard ->> 'reason' USING ERRCODE = 'object_not_in_prerequisite_state';
    ELSIF guard IS NOT NULL THEN
      kind := 'guard';
      reason := pg_catalog.format('guard %s: %s', guard ->> 'name', guard ->> 'reason');
    END IF;
  END IF;
END $$;
COMMENT ON FUNCTION runbook.brake IS
  'What holds back the next batch now; null: nothing.';

CREATE FUNCTION runbook.judge_guards(p_run text, p_driver jsonb, p_before jsonb) RETURNS jsonb
LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  -- For this transaction only: guards find and read what the role does, and change nothing.
  PERFORM pg_catalog.set_config(key, value, true) FROM pg_catalog.jsonb_each_text(p_driver -> 'guard_settings');
  RETURN runbook.weigh_breach(runbook.guard_breach(p_run, p_driver ->> 'guards', (p_before ->> 'wal')::pg_catalog.pg_lsn,
                                                   (p_before ->> 'looked_at')::timestamptz), p_before);
END $$;
COMMENT ON FUNCTION runbook.judge_guards IS
  'Looks at the guards of a run. The caller ends the transaction next, and with it the settings.';

CREATE FUNCTION runbook.weigh_breach(p_breach jsonb, p_before jsonb) RETURNS jsonb
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  SELECT jsonb_build_object('looked_at', n.now, 'wal', pg_current_wal_insert_lsn(),
           'looks', CASE WHEN p_breach IS NULL THEN 0 ELSE n.looks + 1 END,
           'since', CASE WHEN p_breach IS NOT NULL THEN n.since END,
           'why', format('guard %s: %s', p_breach ->> 'name', p_breach ->> 'reason'),
           'skips', p_breach ->> 'on_breach' = 'skip',
           -- One look may have met a moment: the run is stopped for what lasts.
           'lasts', CASE p_breach ->> 'on_breach'
             WHEN 'stop' THEN n.looks > 0
             WHEN 'pause' THEN n.now >= n.since + (p_breach ->> 'max_pause_ms')::float8 * interval '1 millisecond' END)
    FROM (SELECT m.now, CASE WHEN b.goes_on THEN (p_before ->> 'looks')::integer ELSE 0 END AS looks,
                 CASE WHEN b.goes_on THEN (p_before ->> 'since')::timestamptz ELSE m.now END AS since
            FROM (SELECT clock_timestamp() AS now OFFSET 0) m,
                 (SELECT coalesce((p_before ->> 'looks')::integer > 0 AND NOT (p_before ->> 'skips')::boolean, false) AS goes_on) b) n
$$;
COMMENT ON FUNCTION runbook.weigh_breach IS
  'What a guard that does not hold means by now, given the look before: since when, and whether it lasts. NULL holds.';

CREATE FUNCTION runbook.obey_guard(p_run text, p_guard jsonb, p_wanted jsonb) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF (p_guard ->> 'skips')::boolean THEN
    RETURN runbook.end_wanted(p_run, p_wanted, runbook.verdict('skipped', p_guard ->> 'why', NULL) || '{"deferred": true}');
  ELSIF (p_guard ->> 'lasts')::boolean THEN
    UPDATE runbook.run r SET stopped_for = p_guard ->> 'why' WHERE r.run_id = p_run;
  END IF;
  RETURN CASE WHEN (p_guard ->> 'looks')::integer = 1
              THEN jsonb_build_array(jsonb_build_object('type', 'guard_breached', 'why', p_guard ->> 'why')) ELSE '[]' END;
END $$;
COMMENT ON FUNCTION runbook.obey_guard IS
  'Does what a guard that does not hold asks for: what would be launched waits, is left to the next run, or with all else.';
