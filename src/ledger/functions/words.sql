-- How statuses, times and texts are written.

CREATE FUNCTION runbook.to_timestamp_text(at timestamptz) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
$$;

CREATE FUNCTION runbook.ms_since(p_from timestamptz) RETURNS double precision
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  SELECT extract(epoch FROM clock_timestamp() - p_from)::float8 * 1000
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

CREATE FUNCTION runbook.counted(n integer, noun text) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT concat(n, ' ', noun, CASE WHEN n <> 1 THEN 's' END)
$$;

CREATE FUNCTION runbook.cut_text(p_text text) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT CASE WHEN length(p_text) > 10000
              THEN left(p_text, 10000) || format('... (cut: %s bytes)', octet_length(p_text)) ELSE p_text END
$$;
COMMENT ON FUNCTION runbook.cut_text IS 'The beginning of an endless text of a worker, and how many bytes it had.';

CREATE FUNCTION runbook.sha256_text(p_text text) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT encode(sha256(convert_to(p_text, 'UTF8')), 'hex')
$$;

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

CREATE FUNCTION runbook.this_database() RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT concat_ws('/', c.system_identifier, d.oid)
    FROM pg_control_system() c, pg_database d WHERE d.datname = current_database()
$$;
COMMENT ON FUNCTION runbook.this_database IS
  'Which database of which server this is. A dump that is restored, and a copy, bring the records of another one along.';
