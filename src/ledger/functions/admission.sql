-- One caller at a time looks for slots, in the order of arrival.

CREATE FUNCTION runbook.lock_class(p_what text) RETURNS oid
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT (hashtext(p_what)::bigint & 4294967295)::oid
$$;
COMMENT ON FUNCTION runbook.lock_class IS 'How pg_locks shows the first key of an advisory lock of ours.';

CREATE FUNCTION runbook.ticket(p_per_second integer) RETURNS integer
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  SELECT ((extract(epoch FROM clock_timestamp()) * p_per_second)::bigint & 2147483647)::integer
$$;
COMMENT ON FUNCTION runbook.ticket IS
  'The time as 31 bits of a lock''s key, so that the lock tells since when it is held.';

CREATE FUNCTION runbook.ticket_age(p_now integer, p_ticket bigint) RETURNS integer
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT ((p_now - p_ticket) & 2147483647)::integer
$$;
COMMENT ON FUNCTION runbook.ticket_age IS
  'How long before now a ticket was taken, in its own units. Of a clock that was put back it is very large.';

CREATE FUNCTION runbook.describe_session(p_pid integer, p_seconds double precision) RETURNS text
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  SELECT format('pid %s (role %s, database %s, since %s)', a.pid, a.usename, a.datname,
                runbook.to_timestamp_text(clock_timestamp() - p_seconds * interval '1 second'))
    FROM pg_stat_activity a WHERE a.pid = p_pid
$$;

CREATE FUNCTION runbook.admission_holder(OUT ticket integer, OUT holder text)
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  SELECT l.objid::bigint::integer,
         runbook.describe_session(l.pid, runbook.ticket_age(runbook.ticket(1000), l.objid::bigint) / 1000.0)
    FROM pg_locks l JOIN pg_stat_activity a USING (pid)
   WHERE l.locktype = 'advisory' AND l.objsubid = 2 AND l.granted AND l.pid <> pg_backend_pid()
     AND l.classid = runbook.lock_class('pg-runbook/admission') AND runbook.may_launch(a.usesysid)
   ORDER BY l.objid LIMIT 1
$$;
COMMENT ON FUNCTION runbook.admission_holder IS
  'Another session on the server that counts and launches at the moment. Every role can take an advisory lock: those that may not launch workers do not count.';

CREATE FUNCTION runbook.try_admission() RETURNS jsonb
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  class constant integer := hashtext('pg-runbook/admission');
  mine integer := runbook.ticket(1000);
  other record;
BEGIN
  SELECT * INTO other FROM runbook.admission_holder();
  IF other.holder IS NOT NULL THEN
    RETURN jsonb_build_object('holder', other.holder);
  END IF;
  -- Each session shows a lock of its own before it looks for others'. So of two at once at least one sees the other,
  -- and no lock can keep a session from showing its own. An advisory lock is of one database, slots are of the server.
  WHILE NOT pg_try_advisory_lock(class, mine) LOOP
    mine := ((mine::bigint + 1) & 2147483647)::integer;
  END LOOP;
  FOR i IN 1..5 LOOP
    PERFORM pg_stat_clear_snapshot();
    SELECT * INTO other FROM runbook.admission_holder();
    IF other.holder IS NULL THEN
      RETURN jsonb_build_object('ticket', mine);
    END IF;
    -- Of several that show a lock at the same moment the first one stays, or they would meet again and again.
    EXIT WHEN other.ticket <= mine;
    PERFORM pg_sleep(0.001);
  END LOOP;
  PERFORM pg_advisory_unlock(class, mine);
  RETURN jsonb_build_object('holder', other.holder);
END $$;
COMMENT ON FUNCTION runbook.try_admission IS
  'A ticket when this session alone, on the whole server, may count workers and launch more, until leave_admission or its end. Else the session that does so.';

CREATE FUNCTION runbook.leave_admission(p_ticket integer) RETURNS void
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  SELECT pg_advisory_unlock(hashtext('pg-runbook/admission'), p_ticket)
$$;
COMMENT ON FUNCTION runbook.leave_admission IS 'Lets others count and launch: what was launched shows.';
