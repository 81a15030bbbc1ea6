// Generated from schemas/ by `npm run generate`. Do not edit.
/* eslint-disable */

/**
 * What a run did: the truth about every step, task, target and attempt.
 */
export interface ReportV1 {
  /**
   * The version of this document's format.
   */
  report_version: 1;
  run: Run;
  runbook: Runbook;
  server: Server;
  budget: Budget;
  /**
   * In the order of the runbook.
   */
  steps: Step[];
  residue: ResidueOfRun;
  summary: Summary;
}
/**
 * The run.
 */
export interface Run {
  /**
   * Its id.
   */
  id: string;
  /**
   * What became of it.
   */
  status: 'running' | 'succeeded' | 'failed' | 'cancelled' | 'detached' | 'deferred' | 'unknown';
  /**
   * Why, where the status alone does not say it.
   */
  reason: string | null;
  /**
   * The plan that was run.
   */
  plan_digest: string;
  /**
   * When it started. RFC 3339 UTC.
   */
  started_at: string | null;
  /**
   * When it ended; null while it runs. RFC 3339 UTC.
   */
  finished_at: string | null;
  /**
   * The exit code of the command; null while it runs.
   */
  exit_code: number | null;
  /**
   * When its window closes; null without one. RFC 3339 UTC.
   */
  window_ends_at: string | null;
  /**
   * Who has paused it, on which host; null when nobody has.
   */
  paused_by: string | null;
  /**
   * The trace that whoever started it belongs to, by W3C Trace Context; null when there is none.
   */
  traceparent: string | null;
  /**
   * The pass over an inventory that it belongs to; null when it belongs to none.
   */
  pass: string | null;
  /**
   * What may be done about the run from here, where something goes on or is left undone.
   */
  next_commands: string[];
}
/**
 * The runbook.
 */
export interface Runbook {
  /**
   * Its name.
   */
  name: string;
  /**
   * Its version.
   */
  version: number;
  /**
   * The file, as it was named.
   */
  path: string;
  /**
   * sha256 of its content.
   */
  digest: string;
  /**
   * The values in force.
   */
  parameters: {
    [k: string]: string | number | boolean;
  };
}
/**
 * The server that the catalogs were read from.
 */
export interface Server {
  /**
   * server_version.
   */
  version: string;
  /**
   * server_version_num.
   */
  version_number: number;
  /**
   * The database.
   */
  database: string;
  /**
   * The role that asked.
   */
  role: string;
  /**
   * All worker slots of the server.
   */
  max_worker_processes: number;
  /**
   * Of the server, for ever: pg_control_system().
   */
  system_identifier: string;
  /**
   * The database's OID.
   */
  database_oid: number;
  pg_background: PgBackground;
}
/**
 * The extension.
 */
export interface PgBackground {
  /**
   * The installed SQL version.
   */
  version: string;
  /**
   * The API that is used.
   */
  dialect: '2.x' | '1.x';
  /**
   * The schema it lives in.
   */
  schema: string;
}
/**
 * Worker slots.
 */
export interface Budget {
  /**
   * Live workers of the run at most.
   */
  workers: number;
  /**
   * Live pg-runbook workers on the server at most.
   */
  server_workers: number | null;
  /**
   * The longest wait for a slot, a relation or another run, in ms; null: by default.
   */
  max_wait_ms: number | null;
  /**
   * Slots that a launch leaves free.
   */
  keep_free: number;
}
/**
 * One step.
 */
export interface Step {
  /**
   * Its id.
   */
  id: string;
  /**
   * Its kind.
   */
  kind: string;
  /**
   * Whether the run waits for it.
   */
  policy: 'wait' | 'detach';
  /**
   * What became of it.
   */
  status:
    | 'pending'
    | 'running'
    | 'succeeded'
    | 'failed'
    | 'timed_out'
    | 'cancelled'
    | 'skipped'
    | 'detached'
    | 'unknown';
  /**
   * Why.
   */
  reason: string | null;
  /**
   * When its first task was launched. RFC 3339 UTC.
   */
  started_at: string | null;
  /**
   * When its last task ended. RFC 3339 UTC.
   */
  finished_at: string | null;
  /**
   * How far the walk over its table has come; null for kinds that walk none.
   */
  progress: null | Progress;
  /**
   * How long the plan said that it takes; null where nothing was known.
   */
  expected: null | Expected;
  /**
   * In launch order.
   */
  tasks: Task[];
}
/**
 * How far the walk over a table has come.
 */
export interface Progress {
  /**
   * All rows of the table, as the planner estimated them when the plan was made.
   */
  rows_estimated: number;
  /**
   * Rows that were walked over.
   */
  rows_seen: number;
  /**
   * Rows that were updated or deleted; each leaves a dead one behind.
   */
  rows_changed: number;
  /**
   * Rows that a rule or a trigger left as they were, which the step allowed.
   */
  rows_unchanged: number;
  /**
   * Rows that still matched where at the end; null when they were not counted.
   */
  rows_left: number | null;
  /**
   * The pace of the parts that are not done, pauses included; null when all are.
   */
  rows_per_second: number | null;
  /**
   * Until the estimated rows are walked over at this pace; null when there is none.
   */
  eta_ms: number | null;
  /**
   * Batches that were committed.
   */
  batches: number;
  /**
   * Those that ended because their time was over.
   */
  timed_batches: number;
  /**
   * Those of them whose time was within 20 % of the target.
   */
  timed_well: number;
  /**
   * How often rows were rolled back and tried again, fewer at once.
   */
  halvings: number;
  /**
   * WAL that the server wrote during the batches: an upper bound of their own.
   */
  wal_bytes: number;
  /**
   * What holds the batches back right now.
   */
  paused_for: string | null;
  /**
   * How often and how long something held them back, by what: run_paused, replica_lag, sql or wal_rate.
   */
  pauses: {
    [k: string]: Pause;
  };
  /**
   * The parts of the key, each with its checkpoint.
   */
  parts: Part[];
}
/**
 * How often and how long.
 */
export interface Pause {
  /**
   * How often.
   */
  count: number;
  /**
   * How long in all.
   */
  ms: number;
}
/**
 * One part of the key.
 */
export interface Part {
  /**
   * From 1; parts that were split off or added come after those of the plan.
   */
  number: number;
  /**
   * The task, by number, that walks it.
   */
  task: number;
  /**
   * The key after which it begins, a JSON array; null at the first row.
   */
  above: string | null;
  /**
   * The key at which it ends; null when there was no row.
   */
  upto: string | null;
  /**
   * Its checkpoint: rows up to this key are done.
   */
  reached: string | null;
  /**
   * Rows that were walked over.
   */
  rows_seen: number;
  /**
   * Rows that were updated or deleted.
   */
  rows_changed: number;
  /**
   * Batches that were committed.
   */
  batches: number;
  /**
   * Rows of the last batch.
   */
  batch_rows: number | null;
  /**
   * What the last batch took, its commit included.
   */
  batch_ms: number | null;
  /**
   * What holds it back right now.
   */
  paused_for: string | null;
  /**
   * When its last row was done. RFC 3339 UTC.
   */
  finished_at: string | null;
}
/**
 * A duration as the plan foresaw it.
 */
export interface Expected {
  /**
   * same: the same work in earlier runs. similar: the same command on other relations. guess: a rough rate.
   */
  basis: 'same' | 'similar' | 'guess';
  /**
   * Half of such work takes no longer.
   */
  p50_ms: number;
  /**
   * Nineteen of twenty take no longer; null for a guess, and where one run is all that is known.
   */
  p95_ms: number | null;
}
/**
 * One task.
 */
export interface Task {
  /**
   * step/number.
   */
  id: string;
  /**
   * The command as planned.
   */
  sql: string;
  settings: Settings;
  /**
   * What became of it.
   */
  status:
    | 'pending'
    | 'running'
    | 'succeeded'
    | 'failed'
    | 'timed_out'
    | 'cancelled'
    | 'skipped'
    | 'detached'
    | 'unknown';
  /**
   * Why.
   */
  reason: string | null;
  /**
   * Its relations.
   */
  targets: Target[];
  /**
   * How long the plan said that it takes; null where nothing was known.
   */
  expected: null | Expected;
  /**
   * True: a window left it undone, and nothing is wrong with it.
   */
  deferred: boolean;
  /**
   * In order.
   */
  attempts: Attempt[];
}
/**
 * PostgreSQL settings that the worker gets, statement_timeout and lock_timeout included.
 */
export interface Settings {
  [k: string]: string;
}
/**
 * One relation and what happened to it.
 */
export interface Target {
  /**
   * schema.name.
   */
  name: string;
  /**
   * Its OID when the plan was made.
   */
  oid: number;
  /**
   * What became of it.
   */
  status:
    | 'pending'
    | 'running'
    | 'succeeded'
    | 'failed'
    | 'timed_out'
    | 'cancelled'
    | 'skipped'
    | 'detached'
    | 'unknown';
  /**
   * Why.
   */
  reason: string | null;
  /**
   * PostgreSQL's error code behind the status.
   */
  sqlstate: string | null;
  /**
   * What the catalogs showed.
   */
  evidence: {
    /**
     * Right before the launch; null when it was never launched.
     */
    before: null | Facts;
    /**
     * After the worker's end; null when the relation was gone.
     */
    after: null | Facts;
  };
}
/**
 * Facts from the catalogs, by name.
 */
export interface Facts {
  [k: string]: string | number | boolean | null;
}
/**
 * One try.
 */
export interface Attempt {
  /**
   * From 1.
   */
  number: number;
  /**
   * The worker's process id; null when none was launched.
   */
  pid: number | null;
  /**
   * With the pid, the worker's handle.
   */
  cookie: string | null;
  /**
   * With pid and application_name, the worker's identity in every session.
   */
  backend_start: string | null;
  /**
   * The worker's application_name.
   */
  application_name: string;
  /**
   * When it was launched. RFC 3339 UTC.
   */
  launched_at: string | null;
  /**
   * When its end was seen. RFC 3339 UTC.
   */
  finished_at: string | null;
  /**
   * What became of it.
   */
  status:
    | 'pending'
    | 'running'
    | 'succeeded'
    | 'failed'
    | 'timed_out'
    | 'cancelled'
    | 'skipped'
    | 'detached'
    | 'unknown';
  /**
   * PostgreSQL's error code.
   */
  sqlstate: string | null;
  /**
   * The server's message, or what is known.
   */
  message: string | null;
  /**
   * PostgreSQL's command tag.
   */
  command_tag: string | null;
  /**
   * Rows that the last statement touched.
   */
  row_count: number | null;
  /**
   * What each statement of a sql step did, or its REFRESH, once it has succeeded; empty for kinds that are proven by the catalogs or by checkpoints.
   */
  statements: Statement[];
  /**
   * What this attempt sent, when it was not the task's whole command.
   */
  sql: string | null;
  /**
   * Warnings and INFO lines of the server.
   */
  messages: string[];
}
/**
 * What one statement of a sql step did.
 */
export interface Statement {
  /**
   * PostgreSQL's command tag, without its number; null where the worker's end was not heard.
   */
  tag: string | null;
  /**
   * The number in its tag: rows that it changed or returned. Null where the tag has none, or was not heard.
   */
  rows: number | null;
}
/**
 * What was lying about in the database before the run and after it: of earlier runs, and of others.
 */
export interface ResidueOfRun {
  /**
   * Found before the first launch; null: nobody has looked.
   */
  before: Residue[] | null;
  /**
   * Found when the engine had done its part; null: nobody has looked.
   */
  after: Residue[] | null;
}
/**
 * An invalid index, a worker that nobody looks after, or a silent session of an engine that holds locks.
 */
export interface Residue {
  /**
   * What it is.
   */
  kind: 'invalid_index' | 'worker' | 'session';
  /**
   * Which one.
   */
  name: string;
  /**
   * Where it probably comes from.
   */
  origin: string;
  /**
   * How to get rid of it.
   */
  advice: string;
  /**
   * What became of it, where the ledger proves that it is ours; null where it was left alone.
   */
  done: string | null;
}
/**
 * Counts.
 */
export interface Summary {
  /**
   * How many are in each status.
   */
  steps: {
    [k: string]: number;
  };
  /**
   * How many are in each status.
   */
  tasks: {
    [k: string]: number;
  };
  /**
   * How many are in each status.
   */
  targets: {
    [k: string]: number;
  };
}
