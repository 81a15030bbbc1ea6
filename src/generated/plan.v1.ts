// Generated from schemas/ by `npm run generate`. Do not edit.
/* eslint-disable */

/**
 * One step.
 */
export type Step = {
  /**
   * Its id.
   */
  id: string;
  /**
   * Its kind.
   */
  kind: string;
  /**
   * Steps that must have succeeded before.
   */
  needs: string[];
  /**
   * Whether the detached steps that it needs must have ended, or only started.
   */
  after: 'ended' | 'started';
  /**
   * Whether the run waits for it.
   */
  policy: 'wait' | 'detach';
  /**
   * What follows a failed task.
   */
  on_failure: 'stop' | 'continue';
  /**
   * Live workers of the step at most.
   */
  concurrency: number;
  /**
   * How many pg-runbook workers of each named budget may live on the server at once.
   */
  budgets: {
    [k: string]: number;
  };
  /**
   * statement_timeout of each task.
   */
  timeout_ms: number;
  /**
   * The longest wait of each task for a lock on a relation; null: its timeout.
   */
  lock_timeout_ms: number | null;
  /**
   * The longest wait of a concurrent build for an older transaction; null where the command is none.
   */
  old_transactions_timeout_ms: number | null;
  /**
   * How failures are tried again.
   */
  retry: null | Retry;
  settings: Settings;
  /**
   * The locks on relations that its commands take; of each relation the strongest.
   */
  locks: Lock[];
  /**
   * What the kind was asked to do: by the definition of its kind, as vacuum_spec.
   */
  spec: {
    [k: string]: unknown;
  };
  /**
   * How a table is walked in batches; null for kinds that walk none.
   */
  batches: null | Batches;
  /**
   * How many rows statements of a sql step must have, a line each; any other number rolls the step back.
   */
  expects: string[];
  /**
   * What the planner expects of the statements of a sql step that change rows; none was executed.
   */
  estimates: Estimate[];
  /**
   * In launch order.
   */
  tasks: Task[];
  /**
   * Relations that the patterns match and that cannot be worked on.
   */
  left_out: LeftOut[];
  /**
   * Relations that the patterns match and that a filter or the limit keeps out, by the first filter that does.
   */
  unselected: Unselected[];
  /**
   * Patterns that no relation matches.
   */
  missing: string[];
  /**
   * The SQL as far as it is known without a server, for an outline; null where tasks have it.
   */
  template: string | null;
};

/**
 * The resolved steps and tasks of a runbook against a live catalog: what a run sends to the server, byte for byte.
 */
export interface PlanV1 {
  /**
   * The version of this document's format.
   */
  plan_version: 1;
  /**
   * When the catalogs were read, RFC 3339 UTC.
   */
  created_at: string;
  /**
   * sha256 of the plan without this field, capacity, forecast and refused_now.
   */
  digest: string;
  runbook: Runbook;
  /**
   * The server that the catalogs were read from; null for an outline, which is made without one.
   */
  server: null | Server;
  budget: Budget;
  /**
   * Worker slots; null for an outline.
   */
  capacity: null | Capacity;
  /**
   * How long it takes; null for an outline.
   */
  forecast: null | Forecast;
  /**
   * Why a run that began when the plan was made would be refused, apart from findings. No part of the digest.
   */
  refused_now: RefusedNow[];
  /**
   * When it may run; null: at any time.
   */
  window: null | Window;
  /**
   * What a run does when another one of the runbook is live.
   */
  on_overlap: 'skip' | 'wait' | 'fail';
  /**
   * Conditions that must hold before each launch and between batches.
   */
  guards: Guard[];
  bystanders: Bystanders;
  ledger: Ledger;
  /**
   * In the order of the runbook.
   */
  steps: Step[];
  /**
   * What a reviewer should know.
   */
  findings: Finding[];
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
   * The extension; null where the role cannot use it, and `refused_now` says why.
   */
  pg_background: null | PgBackground;
  /**
   * Of the server, for ever: pg_control_system().
   */
  system_identifier: string;
  /**
   * The database's OID.
   */
  database_oid: number;
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
 * Worker slots of the server when the plan was made, and those that the plan needs. No part of the digest.
 */
export interface Capacity {
  /**
   * max_worker_processes.
   */
  slots: number;
  /**
   * Those in use, by the kind of process.
   */
  used: {
    /**
     * pg_stat_activity.backend_type.
     */
    by: string;
    /**
     * How many.
     */
    slots: number;
  }[];
  /**
   * The most that the plan may use at once, supervisors and parallel workers of maintenance commands counted.
   */
  peak: number;
  /**
   * Steps that may run side by side, in the order of their needs, with the slots of each.
   */
  timeline: {
    /**
     * Its id.
     */
    step: string;
    /**
     * Its workers, their parallel workers, and its supervisor.
     */
    slots: number;
  }[][];
}
/**
 * How long the plan takes, by its tasks' durations, its workers and its order. No part of the digest.
 */
export interface Forecast {
  /**
   * Whether the ledger has earlier runs, and the role may read them.
   */
  history: 'used' | 'none' | 'hidden';
  /**
   * The whole run, were every task to take its p50, in ms.
   */
  p50_ms: number;
  /**
   * The whole run, were every task to take its p95, in ms; null where a step has none.
   */
  p95_ms: number | null;
  /**
   * Each step that has tasks.
   */
  steps: StepForecast[];
  /**
   * How that fits the window; null where nothing ends the run.
   */
  window: null | WindowForecast;
}
/**
 * When a step begins and ends.
 */
export interface StepForecast {
  /**
   * Its id.
   */
  step: string;
  /**
   * Of its tasks' durations, the weakest; none: of some task nothing is known, and it counts as nothing.
   */
  basis: 'same' | 'similar' | 'guess' | 'none';
  /**
   * After the start of the run, at p50, in ms.
   */
  begins_ms: number;
  /**
   * From its begin to its end, in ms.
   */
  p50_ms: number;
  /**
   * The same, were every task to take its p95, in ms; null where a task has none.
   */
  p95_ms: number | null;
}
/**
 * Whether the plan fits its window.
 */
export interface WindowForecast {
  /**
   * When the run could start, RFC 3339 UTC: now, or when the window opens.
   */
  starts_at: string;
  /**
   * When it must end, RFC 3339 UTC.
   */
  ends_at: string;
  /**
   * yes: even at p95, or at three times what is guessed. maybe: at p50, or as far as is known. no: not even at p50.
   */
  fits: 'yes' | 'maybe' | 'no';
  /**
   * What would be left undone at p50.
   *
   * Items: Tasks of one step.
   */
  left: {
    /**
     * Its id.
     */
    step: string;
    /**
     * How many.
     */
    tasks: number;
  }[];
}
/**
 * One reason.
 */
export interface RefusedNow {
  /**
   * The error of the run: docs/errors.md has what it means.
   */
  code: string;
  /**
   * What it would say.
   */
  message: string;
  /**
   * What to do about it.
   */
  hint: string | null;
}
/**
 * When a run may work.
 */
export interface Window {
  /**
   * From its start, in ms.
   */
  max_duration_ms: number | null;
  /**
   * The minute of the day at which it opens.
   */
  not_before: number | null;
  /**
   * The minute of the day at which it closes.
   */
  finish_by: number | null;
  /**
   * Days of the week on which it opens, 0 is Sunday.
   */
  days: null | number[];
  /**
   * Of its times, by its IANA name.
   */
  time_zone: string;
  /**
   * drain: launch nothing more; cancel: stop what runs, too.
   */
  at_end: 'drain' | 'cancel';
  /**
   * Whether what was left undone comes first in the next run.
   */
  carry_over: boolean;
}
/**
 * One condition.
 */
export interface Guard {
  /**
   * What it protects.
   */
  name: string;
  /**
   * replica_lag_ms, sql, wal_bytes_per_second or active_sessions.
   */
  condition: {
    [k: string]: string | number;
  };
  /**
   * What becomes of what would be launched.
   */
  on_breach: 'pause' | 'skip' | 'stop';
  /**
   * The longest pause, in ms.
   */
  max_pause_ms: number;
}
/**
 * When a worker is cancelled for the sake of those that queue behind it.
 */
export interface Bystanders {
  /**
   * So many may wait.
   */
  max_blocked: number;
  /**
   * Only those that have waited for so long count, in ms.
   */
  for_ms: number;
}
/**
 * What the ledger remembers.
 */
export interface Ledger {
  /**
   * How often a run should succeed; null: nobody says.
   */
  expect_every_ms: number | null;
  /**
   * Runs of this runbook that began longer ago are forgotten when it starts.
   */
  keep_days: number;
}
/**
 * Retries.
 */
export interface Retry {
  /**
   * Tries in all.
   */
  attempts: number;
  /**
   * Before the second try.
   */
  delay_ms: number;
  /**
   * At most.
   */
  max_delay_ms: number;
  /**
   * SQLSTATEs.
   */
  on: string[];
}
/**
 * PostgreSQL settings that the worker gets, statement_timeout and lock_timeout included.
 */
export interface Settings {
  [k: string]: string;
}
/**
 * A lock on a relation, or on several of a sort.
 */
export interface Lock {
  /**
   * What is locked. Where `mode` is null, the code or command that does not tell.
   */
  on: string;
  /**
   * PostgreSQL's name of the mode.
   */
  mode:
    | 'ACCESS SHARE'
    | 'ROW SHARE'
    | 'ROW EXCLUSIVE'
    | 'SHARE UPDATE EXCLUSIVE'
    | 'SHARE'
    | 'SHARE ROW EXCLUSIVE'
    | 'EXCLUSIVE'
    | 'ACCESS EXCLUSIVE'
    | null;
  /**
   * To the end of the command or of its transaction, or for moments only.
   */
  held: 'throughout' | 'briefly';
  /**
   * What that keeps others from: reads, SELECT FOR UPDATE and the checks of foreign keys (row_locks), writes, VACUUM and its kin and CONCURRENTLY (maintenance), ALTER, DROP and TRUNCATE (ddl). Null: nobody can tell.
   */
  blocks: null | ('reads' | 'row_locks' | 'writes' | 'maintenance' | 'ddl')[];
  /**
   * When it is taken, or what the command waits for.
   */
  note: string | null;
}
/**
 * How a table is walked in batches.
 */
export interface Batches {
  /**
   * The unique index that serves the key.
   */
  index: string;
  /**
   * The columns along which the table is walked.
   */
  key: string[];
  /**
   * All rows, as the planner estimates them.
   */
  rows_estimated: number;
  /**
   * Rows that match where, as the planner estimates them; null without where.
   */
  matching_estimated: number | null;
  /**
   * The size of batches and what holds them back, for people.
   */
  limits: string[];
  /**
   * Triggers and foreign keys that go off with it.
   */
  fires: string[];
  /**
   * Null when it was not tried; a finding says why.
   */
  first: null | Batch;
  typical: null | Batch;
}
/**
 * One batch, as it would be were the plan run now; a batch sends this in several smaller pieces until its time is over.
 */
export interface Batch {
  /**
   * The key after which it begins, a JSON array; null at the first row.
   */
  above: string | null;
  /**
   * The key of its last row, a JSON array; null when there is none.
   */
  upto: string | null;
  /**
   * Its rows.
   */
  rows: number;
  /**
   * The statement that changes them.
   */
  sql: string;
}
/**
 * What the planner expects of one statement.
 */
export interface Estimate {
  /**
   * INSERT, UPDATE, DELETE or MERGE.
   */
  command: string;
  /**
   * What it changes; null when it could not be planned.
   */
  table: string | null;
  /**
   * The size of that table, without indexes.
   */
  table_bytes: number | null;
  /**
   * Rows that it would touch, as the planner estimates them.
   */
  rows: number | null;
  /**
   * Why it could not be planned now: it may need what an earlier statement makes.
   */
  why_not: string | null;
}
/**
 * One SQL command for one worker.
 */
export interface Task {
  /**
   * Within the step, from 1.
   */
  number: number;
  /**
   * What the worker gets, byte for byte.
   */
  sql: string;
  /**
   * What makes success certain: the catalogs, a marker committed with the work, the same at the end of batches with checkpoints, the command tag together with its trace in the catalogs, or the command tag alone.
   */
  proof: 'catalog' | 'marker' | 'checkpoint' | 'trace' | 'tag';
  /**
   * Bytes of the worker's output queue.
   */
  queue_size: number;
  /**
   * Whether the engine reads the worker's messages after its end.
   */
  reads_output: boolean;
  /**
   * Tasks that share one of these never run at the same time.
   */
  conflicts: string[];
  /**
   * Whether tasks of the same step may work on the same relations at once.
   */
  shares_targets: boolean;
  /**
   * The relations that it works on.
   */
  targets: Target[];
  /**
   * Tasks of this step, by number, that must have ended before.
   */
  after: number[];
  /**
   * How long it takes; null where nothing is known.
   */
  duration: null | Duration;
}
/**
 * One relation.
 */
export interface Target {
  /**
   * Its OID when the plan was made.
   */
  oid: number;
  /**
   * schema.name, quoted where SQL needs it.
   */
  name: string;
  /**
   * The schema, as it is.
   */
  schema: string;
  /**
   * The relation, as it is.
   */
  relation: string;
  /**
   * The table: of an index, the one that it belongs to.
   */
  table_oid: number;
  /**
   * Its size without indexes; an index's own.
   */
  size_bytes: number;
  facts: Facts;
}
/**
 * Facts from the catalogs, by name.
 */
export interface Facts {
  [k: string]: string | number | boolean | null;
}
/**
 * How long a task takes, by what is known.
 */
export interface Duration {
  /**
   * same: this very work in earlier runs, scaled by size. similar: the same command on other relations. guess: a rough rate.
   */
  basis: 'same' | 'similar' | 'guess';
  /**
   * Half of such tasks take no longer, in ms.
   */
  p50_ms: number;
  /**
   * Nineteen of twenty take no longer, in ms; its timeout at most. Null for a guess, and where one run is all that is known.
   */
  p95_ms: number | null;
}
/**
 * One relation that was left out.
 */
export interface LeftOut {
  /**
   * schema.name.
   */
  name: string;
  /**
   * Why.
   */
  reason: string;
}
/**
 * What one filter keeps out.
 */
export interface Unselected {
  /**
   * The filter as the runbook writes it, or limit.
   */
  filter: string;
  /**
   * schema.name of each.
   */
  names: string[];
}
/**
 * Something worth knowing before the run.
 */
export interface Finding {
  /**
   * How much it matters.
   */
  severity: 'info' | 'warning' | 'error';
  /**
   * The rule: docs/rules.md has its reason and its fix.
   */
  code: string;
  /**
   * The step that it is about.
   */
  step: string | null;
  /**
   * The runbook's file, as it was named; null when its text was not at hand.
   */
  file: string | null;
  /**
   * Where in that file, from 1; null when its text was not at hand.
   */
  line: number | null;
  /**
   * The column there, from 1.
   */
  column: number | null;
  /**
   * What was found, and what it means.
   */
  message: string;
  /**
   * What to do about it.
   */
  hint: string;
  /**
   * Why it is so on purpose, as the runbook says; null when it does not.
   */
  waived: string | null;
}
