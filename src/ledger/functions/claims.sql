-- Who works on what, and which sessions are ours.

CREATE FUNCTION runbook.session_alive(p_pid integer, p_backend_start timestamptz) RETURNS boolean
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  -- pg_stat_activity is read once a transaction: a session that came later would be taken for dead.
  PERFORM pg_stat_clear_snapshot();
  RETURN EXISTS (SELECT FROM pg_stat_activity a WHERE a.pid = p_pid AND a.backend_start = p_backend_start);
END $$;

CREATE FUNCTION runbook.is_alive(p_pid integer, p_backend_start timestamptz) RETURNS boolean
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  SELECT EXISTS (SELECT FROM pg_stat_activity a
                  WHERE a.pid = p_pid AND a.backend_type = 'pg_background' AND runbook.is_ours(a.usesysid)
                    AND (p_backend_start IS NULL OR a.backend_start = p_backend_start))
$$;
COMMENT ON FUNCTION runbook.is_alive IS
  'Whether a worker runs, or may run: without its start any worker of ours with that PID may be the one.';

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
