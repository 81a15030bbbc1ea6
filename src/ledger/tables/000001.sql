-- The ledger: what runs, steps, tasks and attempts did, and the markers that prove their commits.

CREATE TABLE runbook.function_set (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  contract integer NOT NULL,
  digest text NOT NULL,
  replaced_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE runbook.function_set IS
  'Which functions the schema has. An engine calls those of its own contract alone.';

CREATE TABLE runbook.runbook_version (
  name text NOT NULL,
  version integer NOT NULL,
  digest text NOT NULL,
  first_seen_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (name, version)
);
COMMENT ON TABLE runbook.runbook_version IS
  'The content that a runbook''s version stands for: the same version with other content is refused.';

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
  pass text,
  window_ends_at timestamptz,
  window_at_end text CHECK (window_at_end IN ('drain', 'cancel')),
  stopped_for text,
  cancel_requested_by text,
  paused_at timestamptz,
  paused_by text,
  traceparent text,
  residue jsonb NOT NULL DEFAULT '{"before": null, "after": null}'
);
CREATE INDEX run_started_at_idx ON runbook.run (started_at DESC);
CREATE UNIQUE INDEX run_pass_key ON runbook.run (runbook_name, pass) WHERE pass IS NOT NULL;
COMMENT ON COLUMN runbook.run.pass IS
  'The pass over an inventory that it belongs to: a runbook has one run of each pass, whoever tries.';
COMMENT ON COLUMN runbook.run.window_ends_at IS
  'From then on nothing more is launched; with cancel, what runs is stopped, too.';
COMMENT ON COLUMN runbook.run.stopped_for IS
  'The guard that did not hold: nothing more is launched.';
COMMENT ON COLUMN runbook.run.cancel_requested_by IS
  'Who asked for the whole run to stop, and how; of a step alone, that stands with the step.';
COMMENT ON COLUMN runbook.run.residue IS
  'Leftovers in the database before the run and after it, and what became of them.';

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
  plan jsonb NOT NULL DEFAULT '{}',
  cancel_requested_at timestamptz,
  cancel_requested_by text,
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
  plan jsonb NOT NULL DEFAULT '{}',
  application_name text NOT NULL DEFAULT '',
  items jsonb NOT NULL DEFAULT '[]',
  not_before timestamptz,
  blocked boolean NOT NULL DEFAULT false,
  deferred boolean NOT NULL DEFAULT false,
  awaited_since timestamptz,
  PRIMARY KEY (run_id, step_id, task_no),
  FOREIGN KEY (run_id, step_id) REFERENCES runbook.step ON DELETE CASCADE
);
COMMENT ON COLUMN runbook.task.targets IS
  'What became of each relation: name, oid, status, reason, sqlstate and the evidence before and after.';
COMMENT ON COLUMN runbook.task.items IS
  'What is left to be launched: OIDs of targets, and how often they were tried. Empty with no attempt running: the task has ended.';
COMMENT ON COLUMN runbook.task.blocked IS
  'Never launched, since the run could not come to it.';
COMMENT ON COLUMN runbook.task.deferred IS
  'Left undone, in part or in whole, by a window that closed: it comes first in the next run.';
COMMENT ON COLUMN runbook.task.awaited_since IS
  'Since when it waits for a relation that another run works on.';

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
  target_oids bigint[] NOT NULL DEFAULT '{}',
  tries integer NOT NULL DEFAULT 1,
  before jsonb NOT NULL DEFAULT '{}',
  cause text CHECK (cause IN ('timeout', 'interrupt', 'handle_lost', 'window', 'brake', 'bystanders',
                              'lock_timeout', 'old_transactions_timeout')),
  waited_for text,
  built_indexes bigint[] NOT NULL DEFAULT '{}',
  statements jsonb NOT NULL DEFAULT '[]',
  outcome jsonb,
  ended_at timestamptz,
  orphaned_at timestamptz,
  stop_rung integer NOT NULL DEFAULT 0,
  stop_rung_at timestamptz,
  clean_tries integer NOT NULL DEFAULT 0,
  UNIQUE (run_id, step_id, task_no, attempt_no),
  FOREIGN KEY (run_id, step_id, task_no) REFERENCES runbook.task ON DELETE CASCADE
);
CREATE INDEX attempt_live_idx ON runbook.attempt (run_id) WHERE status IN ('pending', 'running');
COMMENT ON COLUMN runbook.attempt.recorded_at IS
  'Always before the launch: a worker without a record of it cannot exist.';
COMMENT ON COLUMN runbook.attempt.before IS
  'The evidence from right before the launch, by OID.';
COMMENT ON COLUMN runbook.attempt.cause IS
  'Why we asked the worker to stop; the first cause is kept.';
COMMENT ON COLUMN runbook.attempt.waited_for IS
  'Which wait for a lock was ended since it lasted too long, and who was in its way.';
COMMENT ON COLUMN runbook.attempt.built_indexes IS
  'Invalid indexes that the worker was seen to build or to replace: what is left of them is ours.';
COMMENT ON COLUMN runbook.attempt.statements IS
  'Of each statement of a sql step that succeeded: its command tag and the rows that this counts; null where nothing tells.';
COMMENT ON COLUMN runbook.attempt.outcome IS
  'How its worker ended, as it was heard; from then on only the evidence is missing.';
COMMENT ON COLUMN runbook.attempt.orphaned_at IS
  'When it was first seen that nobody looks after it, and that no worker of it shows.';
COMMENT ON COLUMN runbook.attempt.stop_rung IS
  'How far stopping its worker has gone: 1 pg_cancel_backend, 2 SIGTERM through the handle, 3 given up.';

CREATE TABLE runbook.completion (
  attempt_id text PRIMARY KEY,
  worker_pid integer NOT NULL DEFAULT pg_backend_pid(),
  completed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  note text
);
COMMENT ON TABLE runbook.completion IS
  'Written by workers in the transaction of their work: a row proves that the work is committed.';
COMMENT ON COLUMN runbook.completion.note IS
  'What a reader of the success should know: rows that a walk was allowed to leave as they were.';

CREATE TABLE runbook.statement_rows (
  attempt_id text NOT NULL,
  statement integer NOT NULL,
  tag text NOT NULL,
  rows bigint NOT NULL,
  PRIMARY KEY (attempt_id, statement)
);
COMMENT ON TABLE runbook.statement_rows IS
  'Rows of statements that are expected to have some, counted by workers in the transaction of their work and committed with it.';

CREATE TABLE runbook.batch_part (
  run_id text NOT NULL,
  step_id text NOT NULL,
  part_no integer NOT NULL,
  task_no integer NOT NULL,
  above jsonb,
  upto jsonb,
  is_last boolean NOT NULL,
  added_behind boolean NOT NULL DEFAULT false,
  reached jsonb,
  batches bigint NOT NULL DEFAULT 0,
  rows_seen bigint NOT NULL DEFAULT 0,
  rows_changed bigint NOT NULL DEFAULT 0,
  rows_unchanged bigint NOT NULL DEFAULT 0,
  rows_left bigint,
  wal_bytes bigint NOT NULL DEFAULT 0,
  worked_ms double precision NOT NULL DEFAULT 0,
  batch_rows bigint,
  batch_ms double precision,
  timed_batches bigint NOT NULL DEFAULT 0,
  timed_well bigint NOT NULL DEFAULT 0,
  halvings bigint NOT NULL DEFAULT 0,
  paused_for text,
  paused_since timestamptz,
  pauses jsonb NOT NULL DEFAULT '{}',
  started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  finished_at timestamptz,
  PRIMARY KEY (run_id, step_id, part_no),
  FOREIGN KEY (run_id, step_id, task_no) REFERENCES runbook.task ON DELETE CASCADE
);
COMMENT ON TABLE runbook.batch_part IS
  'The parts of a table''s key that a step walks, each with its checkpoint: rows up to reached are done.';
COMMENT ON COLUMN runbook.batch_part.above IS
  'The key after which the part begins, its columns in a JSON array, which depends on no DateStyle; null: at the first row.';
COMMENT ON COLUMN runbook.batch_part.is_last IS
  'No part lies behind this one: rows that are added at the end while the step runs come after it.';
COMMENT ON COLUMN runbook.batch_part.rows_unchanged IS
  'Rows that all were to be changed and that a rule or a trigger left as they were, which the step allows.';
COMMENT ON COLUMN runbook.batch_part.wal_bytes IS
  'What the whole server wrote during the batches: an upper bound of their own WAL.';
COMMENT ON COLUMN runbook.batch_part.worked_ms IS
  'Wall-clock time of the workers at it, pauses included.';
COMMENT ON COLUMN runbook.batch_part.timed_batches IS
  'Batches that ended because their time was over; timed_well: those within 20 % of the target.';

CREATE TABLE runbook.supervisor (
  run_id text NOT NULL,
  step_id text NOT NULL,
  pid integer NOT NULL,
  backend_start timestamptz NOT NULL,
  application_name text NOT NULL,
  started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  heartbeat_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  ended_at timestamptz,
  PRIMARY KEY (run_id, step_id, pid, backend_start),
  FOREIGN KEY (run_id, step_id) REFERENCES runbook.step ON DELETE CASCADE
);
COMMENT ON TABLE runbook.supervisor IS
  'The workers that look after detached steps, by the identity that holds in every session.';

CREATE TABLE runbook.emergency_brake (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  pulled_by text NOT NULL,
  reason text NOT NULL,
  pulled_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  until timestamptz,
  cancels boolean NOT NULL
);
COMMENT ON TABLE runbook.emergency_brake IS
  'A row as long as all runs of the database are paused; past its end it stands for nothing.';

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

-- Owners and superusers pass. It is for members of pg_write_all_data, who may write to every other table.
DO $$
DECLARE
  name regclass;
BEGIN
  FOR name IN SELECT c.oid FROM pg_catalog.pg_class c
               WHERE c.relnamespace = 'runbook'::regnamespace AND c.relkind = 'r' LOOP
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY readable ON %s FOR SELECT USING (true)', name);
  END LOOP;
END $$;
