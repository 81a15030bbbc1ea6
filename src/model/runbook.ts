/**
 * The canonical runbook: what the loader makes of a YAML file, and all that the rest of the engine
 * sees of it. Durations are milliseconds, sizes are bytes, defaults are filled in.
 *
 * - runbook: one file; a step: one declared unit of maintenance of one kind; a task: one SQL command
 *   for one worker, over one or more targets; an attempt: one try at a task.
 * - policy: `wait` blocks for the result, `detach` lets the step run on and looks later.
 * - budget: how many workers may live at once.
 */
import type { LockingStatement } from './locking.js';
import type { Trace } from './trace.js';
import type { NamedBudgets } from './places.js';
import type { RelationGlob } from './relation-glob.js';
import type { Window } from './window.js';

export type ParameterValue = string | number | boolean;
export type Parameters = Readonly<Record<string, ParameterValue>>;
export type Settings = Readonly<Record<string, string>>;

export interface Runbook {
  readonly name: string;
  readonly version: number;
  readonly description: string | undefined;
  /** The file, as the user named it. */
  readonly path: string;
  /** `sha256:…` of the canonical content, whatever the file's layout and comments. */
  readonly digest: string;
  readonly parameters: Parameters;
  readonly budget: Budget;
  /** When it may work; undefined: at any time. */
  readonly window: Window | undefined;
  /** What a run does when another one of the runbook is live. */
  readonly onOverlap: 'skip' | 'wait' | 'fail';
  readonly guards: readonly Guard[];
  readonly bystanders: Bystanders;
  readonly drift: Drift;
  /** The ledger forgets runs of this runbook that began longer ago. */
  readonly keepDays: number;
  /** How often a run should succeed; undefined: nobody says. */
  readonly expectEveryMs: number | undefined;
  readonly steps: readonly Step[];
}

/** A condition that must hold before each launch, and between batches. */
export interface Guard {
  readonly name: string;
  /** replica_lag_ms, sql, wal_bytes_per_second or active_sessions. */
  readonly condition: Readonly<Record<string, string | number>>;
  readonly onBreach: 'pause' | 'skip' | 'stop';
  readonly maxPauseMs: number;
}

/** When a worker is cancelled for the sake of those that queue behind it. */
export interface Bystanders {
  readonly maxBlocked: number;
  /** Only those that have waited for so long count. */
  readonly forMs: number;
}

/** How far the database may have moved on since a saved plan was made. */
export interface Drift {
  readonly maxAgeMs: number;
  /** A relation's growth, as a share of its size. */
  readonly growth: number;
  /** Relations that may be gone or renamed. */
  readonly gone: number;
}

export interface Budget {
  /** Live workers of this run at most. */
  readonly workers: number;
  /** Live pg-runbook workers on the server at most. */
  readonly serverWorkers: number | undefined;
  /** Slots of max_worker_processes that a launch must leave free. */
  readonly keepFree: number;
  /** The longest wait for a slot, a relation or another run; undefined: by default. */
  readonly maxWaitMs: number | undefined;
}

export interface Retry {
  /** Tries in all. */
  readonly attempts: number;
  readonly delayMs: number;
  readonly maxDelayMs: number;
  /** SQLSTATEs, five characters each. */
  readonly on: readonly string[];
}

export interface StepCommon {
  readonly id: string;
  readonly description: string | undefined;
  readonly needs: readonly string[];
  /** `started`: detached steps that it needs must only have been started. */
  readonly after: 'ended' | 'started';
  readonly concurrency: number;
  readonly budgets: NamedBudgets;
  readonly timeoutMs: number;
  readonly lockTimeoutMs: number | undefined;
  /** Of a concurrent build; undefined: its timeout. */
  readonly oldTransactionsTimeoutMs: number | undefined;
  readonly policy: 'wait' | 'detach';
  readonly onFailure: 'stop' | 'continue';
  readonly retry: Retry | undefined;
  readonly settings: Settings;
}

export type Step = StepCommon & StepBody;
export type StepKindName = StepBody['kind'];

/** The kinds, told apart by `kind`; `spec` is what the step's kind key holds. */
export type StepBody =
  | { readonly kind: 'vacuum'; readonly spec: VacuumSpec }
  | { readonly kind: 'analyze'; readonly spec: AnalyzeSpec }
  | { readonly kind: 'reindex'; readonly spec: ReindexSpec }
  | { readonly kind: 'refresh'; readonly spec: RefreshSpec }
  | { readonly kind: 'sql'; readonly spec: SqlSpec }
  | { readonly kind: 'backfill'; readonly spec: BackfillSpec }
  | { readonly kind: 'purge'; readonly spec: PurgeSpec };

export interface Selector {
  readonly include: readonly RelationGlob[];
  readonly exclude: readonly RelationGlob[];
  readonly min_size: number | undefined;
  readonly max_size: number | undefined;
  readonly limit: number | undefined;
}

export interface VacuumSpec {
  readonly tables: Selector & {
    readonly min_dead_rows: number | undefined;
    readonly min_dead_ratio: number | undefined;
    /** In transactions; of the older of a table and its TOAST table, as the next one. */
    readonly min_xid_age: number | undefined;
    /** In multixacts. */
    readonly min_mxid_age: number | undefined;
    readonly not_vacuumed_for_ms: number | undefined;
    readonly order_by: 'dead_rows' | 'size' | 'xid_age' | 'mxid_age' | 'name';
  };
  readonly options: VacuumOptions;
}

/** VACUUM's options by PostgreSQL's own names; one that is absent is left to the server. */
export type VacuumOptions = Readonly<{
  analyze?: boolean;
  full?: boolean;
  freeze?: boolean;
  verbose?: boolean;
  disable_page_skipping?: boolean;
  skip_locked?: boolean;
  index_cleanup?: 'auto' | 'on' | 'off';
  truncate?: boolean;
  process_main?: boolean;
  process_toast?: boolean;
  parallel?: number;
  skip_database_stats?: boolean;
  buffer_usage_limit?: string;
}>;

export interface AnalyzeSpec {
  readonly tables: Selector & {
    readonly min_modified_rows: number | undefined;
    readonly not_analyzed_for_ms: number | undefined;
    readonly foreign: boolean;
    readonly order_by: 'modified_rows' | 'size' | 'name';
  };
  readonly options: AnalyzeOptions;
}

export type AnalyzeOptions = Readonly<{
  verbose?: boolean;
  skip_locked?: boolean;
  buffer_usage_limit?: string;
}>;

export interface ReindexSpec {
  readonly concurrently: boolean;
  readonly scope: ReindexIndexes | ReindexTables;
}

export interface ReindexIndexes extends Selector {
  readonly type: 'indexes';
  readonly min_bloat: number | undefined;
  readonly invalid_only: boolean;
  readonly order_by: 'size' | 'bloat' | 'name';
}

/** `schemas: [a]` arrives here as the tables `a.*`. */
export interface ReindexTables extends Selector {
  readonly type: 'tables';
  readonly order_by: 'size' | 'name';
}

export interface RefreshSpec {
  readonly views: Pick<Selector, 'include' | 'exclude'>;
  readonly concurrently: boolean;
}

/** One statement of a sql step. */
export interface SqlPiece {
  readonly sql: string;
  /** Its command tag, its name for people, and whether it sends rows; null when rows cannot be expected of it. */
  readonly countable: {
    readonly tag: string;
    readonly name: string;
    readonly returns_rows: boolean;
  } | null;
  /** How many rows it must change or return, or all is rolled back. */
  readonly expected: { readonly min_rows?: number; readonly max_rows?: number } | null;
}

export interface SqlSpec {
  /** The text with its parameters put in, quoted. */
  readonly sql: string;
  /** The text cut into its statements. */
  readonly statements: readonly SqlPiece[];
  /** What it leaves in the catalogs, where it runs without a transaction. */
  readonly trace: Trace | undefined;
  /** What the text locks relations for, and which. */
  readonly locking: readonly LockingStatement[];
  readonly idempotent: boolean;
  /** False: one top-level statement that runs its own transactions. */
  readonly transaction: boolean;
}

/** One relation by its parts, as they are. */
export interface RelationName {
  readonly schema: string;
  readonly name: string;
}

/** What kinds have in common that walk a table in batches along a unique key. */
export interface BatchSpec {
  readonly table: RelationName;
  /** Columns of a unique btree index, in its order. */
  readonly key: readonly string[];
  /** An SQL condition, its parameters put in and its clock stopped; undefined: all rows. */
  readonly where: string | undefined;
  /** Rows that may still match `where` at the end. */
  readonly remaining: number;
  /** Whether rows may stay as they are that a rule or a trigger keeps from being changed. */
  readonly allow_unchanged: boolean;
  readonly batch: {
    /** Of the first batch. */
    readonly rows: number;
    readonly min_rows: number;
    readonly max_rows: number;
    readonly target_ms: number;
    readonly pause_ms: number;
  };
  readonly throttle: {
    readonly replica_lag_ms: number | undefined;
    /** A query that gives one boolean. */
    readonly sql: string | undefined;
    readonly wal_bytes_per_second: number | undefined;
  };
}

export interface BackfillSpec extends BatchSpec {
  /** Columns and the SQL expressions that they get. */
  readonly set: Readonly<Record<string, string>>;
}

export interface PurgeSpec extends BatchSpec {
  /** The table that takes the deleted rows. */
  readonly archive_to: RelationName | undefined;
}
