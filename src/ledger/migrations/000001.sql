-- The ledger: what runs, steps, tasks and attempts did, and the markers that prove their commits.

CREATE TABLE runbook.runbook_version (
  name text NOT NULL,
  version integer NOT NULL,
  digest text NOT NULL,
  first_seen_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (name, version)
);
COMMENT ON TABLE runbook.runbook_version IS
  'The content that a runbook''s version stands for: the same version with other content is refused.';

CREATE FUNCTION runbook.this_database() RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT concat_ws('/', c.system_identifier, d.oid)
    FROM pg_control_system() c, pg_database d WHERE d.datname = current_database()
$$;
COMMENT ON FUNCTION runbook.this_database IS
  'Which database of which server this is. A dump that is restored, and a copy, bring the records of another one along.';

CREATE TABLE runbook.run (
  run_id text PRIMARY KEY,
  runbook_name text NOT NULL,
  runbook_version integer NOT NULL,
  runbook_digest text NOT NULL,
  parameters jsonb NOT NULL,
  plan jsonb NOT NULL,
  status text NOT NULL
    CHECK (status IN ('running', 'succeeded', 'failed', 'cancelled', 'detached', 'deferred', 'unknown')),
  reason text,
  exit_code integer,
  role_name text NOT NULL DEFAULT current_user,
  database_id text NOT NULL,
  engine_host text,
  engine_pid integer,
  started_at timestamptz NOT NULL,
  finished_at timestamptz,
  pass text
);
CREATE INDEX run_started_at_idx ON runbook.run (started_at DESC);
CREATE UNIQUE INDEX run_pass_key ON runbook.run (runbook_name, pass) WHERE pass IS NOT NULL;
COMMENT ON COLUMN runbook.run.pass IS
  'The pass over an inventory that it belongs to: a runbook has one run of each pass, whoever tries.';

CREATE TABLE runbook.step (
  run_id text NOT NULL REFERENCES runbook.run ON DELETE CASCADE,
  step_id text NOT NULL,
  ordinal integer NOT NULL,
  kind text NOT NULL,
  policy text NOT NULL CHECK (policy IN ('wait', 'detach')),
  status text NOT NULL CHECK (status IN ('pending', 'running', 'succeeded', 'failed', 'timed_out',
    'cancelled', 'skipped', 'detached', 'unknown')),
  reason text,
  started_at timestamptz,
  finished_at timestamptz,
  PRIMARY KEY (run_id, step_id)
);

CREATE TABLE runbook.task (
  run_id text NOT NULL,
  step_id text NOT NULL,
  task_no integer NOT NULL,
  status text NOT NULL CHECK (status IN ('pending', 'running', 'succeeded', 'failed', 'timed_out',
    'cancelled', 'skipped', 'detached', 'unknown')),
  reason text,
  targets jsonb NOT NULL,
  PRIMARY KEY (run_id, step_id, task_no),
  FOREIGN KEY (run_id, step_id) REFERENCES runbook.step ON DELETE CASCADE
);
COMMENT ON COLUMN runbook.task.targets IS
  'What became of each relation: name, oid, status, reason, sqlstate and the evidence before and after.';

CREATE TABLE runbook.attempt (
  attempt_id text PRIMARY KEY,
  run_id text NOT NULL,
  step_id text NOT NULL,
  task_no integer NOT NULL,
  attempt_no integer NOT NULL,
  sql text NOT NULL,
  application_name text NOT NULL,
  pid integer,
  cookie bigint,
  backend_start timestamptz,
  status text NOT NULL CHECK (status IN ('pending', 'running', 'succeeded', 'failed', 'timed_out',
    'cancelled', 'skipped', 'detached', 'unknown')),
  recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  launched_at timestamptz,
  finished_at timestamptz,
  sqlstate text,
  message text,
  command_tag text,
  row_count bigint,
  messages jsonb,
  UNIQUE (run_id, step_id, task_no, attempt_no),
  FOREIGN KEY (run_id, step_id, task_no) REFERENCES runbook.task ON DELETE CASCADE
);
CREATE INDEX attempt_live_idx ON runbook.attempt (run_id) WHERE status IN ('pending', 'running');
COMMENT ON COLUMN runbook.attempt.recorded_at IS
  'Always before the launch: a worker without a record of it cannot exist.';

CREATE TABLE runbook.completion (
  attempt_id text PRIMARY KEY,
  worker_pid integer NOT NULL DEFAULT pg_backend_pid(),
  completed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  note text
);
COMMENT ON COLUMN runbook.completion.note IS
  'What a reader of the success should know: rows that a walk was allowed to leave as they were.';
COMMENT ON TABLE runbook.completion IS
  'Written by workers in the transaction of their work: a row proves that the work is committed.';
