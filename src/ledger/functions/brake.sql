-- Runs that are paused: one of them, or all of the database.

CREATE FUNCTION runbook.braked_by() RETURNS text
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  SELECT concat(b.pulled_by, ' for the whole database', ', until ' || runbook.to_timestamp_text(b.until), ': ', b.reason)
    FROM runbook.emergency_brake b WHERE b.until IS NULL OR b.until > clock_timestamp()
$$;
COMMENT ON FUNCTION runbook.braked_by IS 'Who has paused all runs of the database, until when and why; NULL: nobody.';

CREATE FUNCTION runbook.paused_by(p_run text) RETURNS text
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  SELECT coalesce((SELECT r.paused_by FROM runbook.run r WHERE r.run_id = p_run), runbook.braked_by())
$$;
COMMENT ON FUNCTION runbook.paused_by IS 'Who has paused a run, alone or with all others; NULL: nobody.';

CREATE FUNCTION runbook.is_stopping() RETURNS boolean
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  SELECT EXISTS (SELECT FROM runbook.emergency_brake b
                  WHERE b.cancels AND (b.until IS NULL OR b.until > clock_timestamp()))
$$;
COMMENT ON FUNCTION runbook.is_stopping IS 'Whether the emergency brake stops what runs, too.';

CREATE FUNCTION runbook.pull_brake(p_by text, p_reason text, p_until timestamptz, p_cancels boolean) RETURNS void
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  INSERT INTO runbook.emergency_brake AS b (pulled_by, reason, until, cancels)
  VALUES (concat(session_user, '@', p_by), p_reason, p_until, p_cancels)
  ON CONFLICT (one) DO UPDATE
    SET pulled_by = EXCLUDED.pulled_by, reason = EXCLUDED.reason, until = EXCLUDED.until,
        cancels = EXCLUDED.cancels, pulled_at = EXCLUDED.pulled_at
$$;
COMMENT ON FUNCTION runbook.pull_brake IS 'Pauses all runs of the database, and with p_cancels stops what runs.';

CREATE FUNCTION runbook.release_brake() RETURNS boolean
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  WITH gone AS (DELETE FROM runbook.emergency_brake RETURNING until)
  SELECT coalesce((SELECT g.until IS NULL OR g.until > clock_timestamp() FROM gone g), false)
$$;
COMMENT ON FUNCTION runbook.release_brake IS 'Lets all runs go on; false when nothing kept them.';

CREATE FUNCTION runbook.set_paused(p_run text, p_by text) RETURNS boolean
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  UPDATE runbook.run r
     SET paused_at = CASE WHEN p_by IS NOT NULL THEN clock_timestamp() END, paused_by = p_by
   WHERE r.run_id = p_run AND r.finished_at IS NULL AND (r.paused_at IS NULL) = (p_by IS NOT NULL)
  RETURNING true
$$;
COMMENT ON FUNCTION runbook.set_paused IS
  'Pauses a run that has not ended, or with null lets it go on: nothing more is launched, and walks wait between two batches.';
