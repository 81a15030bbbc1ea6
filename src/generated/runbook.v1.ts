// Generated from schemas/ by `npm run generate`. Do not edit.
/* eslint-disable */

export type Scalar = string | number | boolean;
/**
 * A length of time, like 500ms, 90s, 20m, 1h30m, 2d or 1w; 24 days at most, as PostgreSQL's timeouts.
 */
export type Duration = string;
/**
 * How long ago something was, like 26h, 90d, 12w or 1y: weeks have 7 days and years 365; 1000 years at most.
 */
export type Age = string;
/**
 * After a failed task: stop launches nothing more in the run; continue goes on with all that does not need this step. Default stop.
 */
export type OnFailure = 'stop' | 'continue';
/**
 * wait: the run waits for the result. detach: the step runs on in the server and is looked at later. Default wait.
 */
export type Policy = 'wait' | 'detach';
/**
 * An amount of bytes in PostgreSQL's units (powers of 1024), like 512kB, 100MB or 2GB.
 */
export type Size = string;
/**
 * Rules of docs/rules.md that are broken on purpose, each with the reason.
 *
 * @minItems 1
 */
export type Allow = [
  {
    /**
     * The rule's id.
     */
    rule: string;
    /**
     * Why it is right here.
     */
    because?: string;
  },
  ...{
    /**
     * The rule's id.
     */
    rule: string;
    /**
     * Why it is right here.
     */
    because?: string;
  }[],
];
/**
 * Patterns of the form schema.name, where * stands for any characters and ? for one. Put a part in double quotes to take it literally.
 *
 * @minItems 1
 */
export type Globs = [string, ...string[]];
/**
 * Patterns of the form schema.name; what matches one is left out.
 */
export type OptionalGlobs = string[];
/**
 * One table, as schema.name; quote a part with double quotes to take it literally.
 */
export type TableName = string;
/**
 * The column or columns of a unique btree index; batches walk along it.
 */
export type Key = string | [string, ...string[]];

/**
 * A maintenance runbook for PostgreSQL, format pg-runbook/v1.
 */
export interface RunbookV1 {
  /**
   * The version of this file format. Always pg-runbook/v1.
   */
  api_version: 'pg-runbook/v1';
  /**
   * The runbook's name: lower case, digits and dashes. With the version it names one content for ever.
   */
  name: string;
  /**
   * The version of this runbook. Raise it with every change: the same name and version with other content is refused.
   */
  version: number;
  /**
   * What this runbook is for, in a sentence or two.
   */
  description?: string;
  /**
   * Values given when the runbook starts (-p name=value). ${name} takes one in a YAML value; SQL takes :'name' (literal) and :"name" (identifier).
   */
  parameters?: {
    [k: string]: Parameter;
  };
  budget?: Budget;
  bystanders?: Bystanders;
  drift?: Drift;
  ledger?: Ledger;
  window?: Window;
  /**
   * What to do when another run of this runbook is live on the same database: skip (exit 75), wait for it, or fail (exit 3). Default skip.
   */
  on_overlap?: 'skip' | 'wait' | 'fail';
  expect_every?: Age;
  defaults?: Defaults;
  /**
   * Conditions checked before each launch.
   */
  guards?: Guard[];
  allow?: Allow;
  /**
   * The units of maintenance. Steps that do not need one another may run side by side within the budget.
   *
   * @minItems 1
   * @maxItems 500
   */
  steps: [Step, ...Step[]];
}
/**
 * One parameter: its type, and its default if it may be left out.
 */
export interface Parameter {
  /**
   * The type of the value.
   */
  type: 'string' | 'integer' | 'number' | 'boolean';
  default?: Scalar;
  /**
   * What the parameter is for.
   */
  description?: string;
  /**
   * The smallest number allowed.
   */
  minimum?: number;
  /**
   * The largest number allowed.
   */
  maximum?: number;
  /**
   * The only values allowed.
   *
   * @minItems 1
   */
  enum?: [Scalar, ...Scalar[]];
}
/**
 * How many workers may live at once.
 */
export interface Budget {
  /**
   * Live workers of this run at most. Default 2.
   */
  workers?: number;
  /**
   * Live pg-runbook workers on this server at most, those of other runs included.
   */
  server_workers?: number;
  max_wait?: Duration;
  /**
   * Slots of max_worker_processes that a launch must leave free. Default 1.
   */
  keep_free?: number;
}
/**
 * Sessions of others that queue behind a worker of ours: when there are too many for too long, the worker is cancelled, backs off and tries again.
 */
export interface Bystanders {
  /**
   * So many may wait. Default 5.
   */
  max_blocked?: number;
  for?: Duration;
}
/**
 * How far the database may have moved on since a saved plan was made (run --plan); beyond it the plan is refused.
 */
export interface Drift {
  max_age?: Age;
  /**
   * By how much a relation may have grown, as a share of its size: 0.5 is 50 %. Less than 16MB of growth is none. Default 0.5.
   */
  growth?: number;
  /**
   * How many relations of the plan may be gone or renamed; those are skipped. Default 0.
   */
  gone?: number;
}
/**
 * How long the ledger remembers runs of this runbook.
 */
export interface Ledger {
  /**
   * Days, weeks or years, like 90d, 12w or 1y. A run forgets older ones of the same runbook when it starts. Default 90d.
   */
  keep?: string;
}
/**
 * When the run may work, and what happens when that time is over.
 */
export interface Window {
  max_duration?: Duration;
  /**
   * The time of day before which nothing starts, like "22:00".
   */
  not_before?: string;
  /**
   * The time of day at which the window closes, like "05:30".
   */
  finish_by?: string;
  /**
   * The days of the week on which the window opens.
   *
   * @minItems 1
   */
  days?: [
    'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun',
    ...('mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun')[],
  ];
  /**
   * The IANA time zone of finish_by and not_before, like Europe/Berlin. Default UTC.
   */
  time_zone?: string;
  /**
   * Whether what the window left undone comes first in the next run. Default true.
   */
  carry_over?: boolean;
  /**
   * When the window closes: drain launches nothing more, cancel also stops what runs. Default drain.
   */
  at_end?: 'drain' | 'cancel';
}
/**
 * What a step takes where it says nothing itself.
 */
export interface Defaults {
  timeout?: Duration;
  lock_timeout?: Duration;
  old_transactions_timeout?: Duration;
  on_failure?: OnFailure;
  policy?: Policy;
  retry?: Retry;
  settings?: Settings;
}
/**
 * How often a task is tried when it fails with one of the named errors.
 */
export interface Retry {
  /**
   * Tries in all, the first one included.
   */
  attempts: number;
  delay?: Duration;
  max_delay?: Duration;
  /**
   * PostgreSQL's condition names (lock_not_available) or SQLSTATEs (55P03). Default: lock_not_available, deadlock_detected, serialization_failure.
   *
   * @minItems 1
   */
  on?: [string, ...string[]];
}
/**
 * PostgreSQL settings for the step's workers, like maintenance_work_mem: 256MB.
 */
export interface Settings {
  [k: string]: Scalar;
}
/**
 * A condition that must hold before each launch, and between the batches of a walk.
 */
export interface Guard {
  /**
   * What the guard protects, in a few words.
   */
  name: string;
  /**
   * Holds while every replica is at most this far behind.
   */
  replica_lag?: {
    max: Duration;
  };
  /**
   * A query that returns one boolean: true means go.
   */
  sql?: string;
  wal_rate?: Size;
  /**
   * Holds while at most so many client sessions of the server are active.
   */
  active_sessions?: {
    /**
     * How many.
     */
    max: number;
  };
  /**
   * pause until it holds again, skip the task, or stop the run after a second look. What is not done is deferred. Default pause.
   */
  on_breach?: 'pause' | 'skip' | 'stop';
  max_pause?: Duration;
}
/**
 * One unit of maintenance: an id, exactly one kind (vacuum, analyze, reindex, refresh, backfill, purge or sql) and how to run it.
 */
export interface Step {
  /**
   * The step's name within the runbook: lower case, digits and dashes.
   */
  id: string;
  /**
   * Why this step is here.
   */
  description?: string;
  /**
   * Steps that must have succeeded before this one starts.
   */
  needs?: string[];
  /**
   * `ended`: the steps in `needs` must have succeeded. `started`: of detached steps among them it is enough that they were started. Default ended.
   */
  after?: 'ended' | 'started';
  /**
   * Names of scarce things that its workers use, and how many pg-runbook workers of that name may live on the server at once, of all runs and detached steps together.
   */
  budgets?: {
    [k: string]: number;
  };
  /**
   * Live workers of this step at most. Default 1.
   */
  concurrency?: number;
  timeout?: Duration;
  lock_timeout?: Duration;
  old_transactions_timeout?: Duration;
  policy?: Policy;
  on_failure?: OnFailure;
  retry?: Retry;
  settings?: Settings;
  allow?: Allow;
  vacuum?: Vacuum;
  analyze?: Analyze;
  reindex?: Reindex;
  refresh?: Refresh;
  backfill?: Backfill;
  purge?: Purge;
  /**
   * SQL for one worker: one transaction, unless transaction is false. Parameters are :'name' (literal) and :"name" (identifier).
   */
  sql?: string;
  /**
   * True: running this SQL twice does no harm, so it may be retried and re-run. Default false.
   */
  idempotent?: boolean;
  expect?: Expect;
  /**
   * False: the SQL is one top-level statement that runs its own transactions (CALL, VACUUM, CREATE INDEX CONCURRENTLY). Default true.
   */
  transaction?: boolean;
}
/**
 * VACUUM of the tables selected.
 */
export interface Vacuum {
  tables: VacuumTables;
  options?: VacuumOptions;
}
/**
 * Which tables and materialized views. Partitions count one by one; foreign and temporary ones never; system catalogs only where include names their schema literally.
 */
export interface VacuumTables {
  include: Globs;
  exclude?: OptionalGlobs;
  /**
   * Only tables with at least this many dead rows.
   */
  min_dead_rows?: number;
  /**
   * Only tables in which at least this share of the rows is dead (0.2 = 20 %).
   */
  min_dead_ratio?: number;
  min_size?: Size;
  max_size?: Size;
  /**
   * Only tables whose relfrozenxid, or that of their TOAST table, is at least this many transactions old.
   */
  min_xid_age?: number;
  /**
   * Only tables whose relminmxid, or that of their TOAST table, is at least this many multixacts old.
   */
  min_mxid_age?: number;
  not_vacuumed_for?: Age;
  /**
   * What comes first: most dead rows, largest, oldest xid, oldest multixact, or by name. Default size.
   */
  order_by?: 'dead_rows' | 'size' | 'xid_age' | 'mxid_age' | 'name';
  /**
   * At most this many tables.
   */
  limit?: number;
}
/**
 * Options of VACUUM. One that the server's version lacks is refused when the plan is made.
 */
export interface VacuumOptions {
  /**
   * Also gather statistics.
   */
  analyze?: boolean;
  /**
   * Rewrite the table. Blocks all reads and writes of it.
   */
  full?: boolean;
  /**
   * Freeze rows aggressively.
   */
  freeze?: boolean;
  /**
   * Record the server's INFO lines with the attempt.
   */
  verbose?: boolean;
  /**
   * Read every page, whatever the visibility map says.
   */
  disable_page_skipping?: boolean;
  /**
   * Skip a table whose lock is not free at once; it is reported as skipped.
   */
  skip_locked?: boolean;
  /**
   * Whether dead index entries are removed. Default auto.
   */
  index_cleanup?: 'auto' | 'on' | 'off';
  /**
   * Whether empty pages at the table's end are given back. Needs a short exclusive lock.
   */
  truncate?: boolean;
  /**
   * Whether the table itself is processed (PostgreSQL 16 or newer).
   */
  process_main?: boolean;
  /**
   * Whether the TOAST table is processed (PostgreSQL 14 or newer).
   */
  process_toast?: boolean;
  /**
   * Parallel workers for the indexes, 0 for none. They draw on the same worker slots.
   */
  parallel?: number;
  /**
   * Do not advance the database's datfrozenxid (PostgreSQL 16 or newer).
   */
  skip_database_stats?: boolean;
  /**
   * Size of the buffer ring (PostgreSQL 16 or newer); 0 lifts the limit.
   */
  buffer_usage_limit?: string;
}
/**
 * ANALYZE of the tables selected.
 */
export interface Analyze {
  tables: AnalyzeTables;
  options?: AnalyzeOptions;
}
/**
 * Which tables, materialized views and partitioned tables. System catalogs only where include names their schema literally.
 */
export interface AnalyzeTables {
  include: Globs;
  exclude?: OptionalGlobs;
  /**
   * Only tables with at least this many rows changed since the last ANALYZE. Partitioned tables have no such count and are taken without it.
   */
  min_modified_rows?: number;
  min_size?: Size;
  max_size?: Size;
  not_analyzed_for?: Age;
  /**
   * Also foreign tables. Default false.
   */
  foreign?: boolean;
  /**
   * What comes first: most modified rows, largest, or by name. Default size.
   */
  order_by?: 'modified_rows' | 'size' | 'name';
  /**
   * At most this many tables.
   */
  limit?: number;
}
/**
 * Options of ANALYZE. One that the server's version lacks is refused when the plan is made.
 */
export interface AnalyzeOptions {
  /**
   * Record the server's INFO lines with the attempt.
   */
  verbose?: boolean;
  /**
   * Skip a table whose lock is not free at once; it is reported as skipped.
   */
  skip_locked?: boolean;
  /**
   * Size of the buffer ring (PostgreSQL 16 or newer); 0 lifts the limit.
   */
  buffer_usage_limit?: string;
}
/**
 * REINDEX of indexes, of all indexes of tables, or of all tables of schemas.
 */
export interface Reindex {
  indexes?: ReindexIndexes;
  tables?: ReindexTables;
  /**
   * All tables of these schemas, by name; * and ? are wildcards.
   *
   * @minItems 1
   */
  schemas?: [string, ...string[]];
  /**
   * Rebuild beside the old index, without blocking writes; false blocks writes, and reads that would use the index. Default true.
   */
  concurrently?: boolean;
}
/**
 * Which indexes.
 */
export interface ReindexIndexes {
  include: Globs;
  exclude?: OptionalGlobs;
  min_size?: Size;
  max_size?: Size;
  /**
   * Only btree indexes in which at least this share of the pages is estimated to be waste (0.4 = 40 %).
   */
  min_bloat?: number;
  /**
   * Only indexes that are marked invalid.
   */
  invalid_only?: boolean;
  /**
   * What comes first: largest, most bloated, or by name. Default size.
   */
  order_by?: 'size' | 'bloat' | 'name';
  /**
   * At most this many indexes.
   */
  limit?: number;
}
/**
 * Which tables; all indexes of each are rebuilt.
 */
export interface ReindexTables {
  include: Globs;
  exclude?: OptionalGlobs;
  min_size?: Size;
  max_size?: Size;
  /**
   * What comes first: largest, or by name. Default size.
   */
  order_by?: 'size' | 'name';
  /**
   * At most this many tables.
   */
  limit?: number;
}
/**
 * REFRESH MATERIALIZED VIEW of the views selected, those that others read first.
 */
export interface Refresh {
  views: RefreshViews;
  /**
   * Refresh without blocking readers. The view needs a unique index on plain columns without a WHERE. Default false.
   */
  concurrently?: boolean;
}
/**
 * Which materialized views.
 */
export interface RefreshViews {
  include: Globs;
  exclude?: OptionalGlobs;
}
/**
 * UPDATE of a large table in batches along a unique key.
 */
export interface Backfill {
  table: TableName;
  key: Key;
  /**
   * Columns and the SQL expressions that they get.
   */
  set: {
    [k: string]: string | number | boolean | null;
  };
  /**
   * The rows to change, as an SQL condition. At the end none may be left that matches. now() and its like stand still at the moment when the step began.
   */
  where?: string;
  /**
   * Rows that may still match where at the end. Default 0.
   */
  remaining?: number;
  /**
   * Rows may stay as they are that a rule or a trigger keeps from being updated; else the step fails. Default false.
   */
  allow_unchanged?: boolean;
  batch?: Batch;
  throttle?: Throttle;
}
/**
 * How large a batch is: one transaction, which holds its rows' locks to its end.
 */
export interface Batch {
  /**
   * Rows of the first batch, at most. Default 1000.
   */
  rows?: number;
  /**
   * The smallest batch, however long it takes. Default 1.
   */
  min_rows?: number;
  /**
   * The largest batch. Default 100000.
   */
  max_rows?: number;
  target_duration?: Duration;
  pause?: Duration;
}
/**
 * What holds the batches back, looked at in the server between two of them, so that it works without a client too.
 */
export interface Throttle {
  /**
   * No batch begins while a streaming replica is further behind.
   */
  replica_lag?: {
    max: Duration;
  };
  /**
   * A query that returns one boolean: a batch begins only while it is true.
   */
  sql?: string;
  wal_rate?: Size;
}
/**
 * DELETE from a large table in batches along a unique key.
 */
export interface Purge {
  table: TableName;
  key: Key;
  /**
   * The rows to delete, as an SQL condition. At the end none may be left that matches. now() and its like stand still at the moment when the step began.
   */
  where: string;
  archive_to?: TableName;
  /**
   * Rows that may still match where at the end. Default 0.
   */
  remaining?: number;
  /**
   * Rows may stay as they are that a rule or a trigger keeps from being deleted; else the step fails. Default false.
   */
  allow_unchanged?: boolean;
  batch?: Batch;
  throttle?: Throttle;
}
/**
 * How many rows the statement of a sql step must change or return. It is looked at before the commit: any other number rolls everything back, and the step has failed with SQLSTATE RB001. A text with several statements that have rows takes `statements`.
 */
export interface Expect {
  /**
   * Exactly so many.
   */
  rows?: number;
  /**
   * So many at least.
   */
  min_rows?: number;
  /**
   * So many at most.
   */
  max_rows?: number;
  /**
   * An entry for each statement of the text, in its order; null where any number will do.
   *
   * @minItems 1
   */
  statements?: [
    {
      /**
       * Exactly so many.
       */
      rows?: number;
      /**
       * So many at least.
       */
      min_rows?: number;
      /**
       * So many at most.
       */
      max_rows?: number;
    } | null,
    ...({
      /**
       * Exactly so many.
       */
      rows?: number;
      /**
       * So many at least.
       */
      min_rows?: number;
      /**
       * So many at most.
       */
      max_rows?: number;
    } | null)[],
  ];
}
