import type {
  Batches,
  Estimate,
  LeftOut,
  Lock,
  Settings,
  Target,
  Task,
  Unselected,
} from '../generated/plan.v1.js';
import type { Execution } from '../model/execution.js';
import type { Needs } from '../model/privilege.js';
import type { StepKindName } from '../model/runbook.js';
import type { ServerInfo } from '../postgres/server.js';
import type { Queryable } from '../postgres/session.js';
import type { Told, Untried } from '../postgres/trial-refusal.js';

/** What a step works on, found in the catalogs. */
export interface Discovery {
  /** In the order in which they are worked on. */
  readonly targets: readonly Target[];
  /** Relations that the patterns match and that this kind cannot work on. */
  readonly leftOut?: readonly LeftOut[];
  /** Those that a declared filter, or the limit, keeps out. */
  readonly unselected?: readonly Unselected[];
  /** Patterns that no relation matches: most often a misspelt name. */
  readonly missing?: readonly string[];
  /** How the table is walked, where it is. */
  readonly batches?: Batches;
  /** What the planner expects of statements that change rows. */
  readonly estimates?: readonly Estimate[];
  /** Why the server was not asked to plan some or all of its statements. */
  readonly notTried?: readonly Untried[];
  /** What of its SQL the server refuses to plan. */
  readonly refusals?: readonly Refusal[];
}

/** SQL of the runbook that the server refuses to plan. */
export interface Refusal extends Told {
  /** Where it stands, from the key of the step's kind. */
  readonly path: readonly string[];
  /** The index in the text there, parameters put in; undefined: all of it. */
  readonly offset: number | undefined;
  /** The statement that was to be planned. */
  readonly sent: string;
  /** What the step does before, in the same transaction; empty: nothing. */
  readonly before: string;
}

/** What of a step, besides its spec, decides how its targets are found. */
export interface StepOrder {
  readonly id: string;
  readonly concurrency: number;
  /** Those that its workers get. */
  readonly settings: Settings;
  /** Relations that windows left over, by OID: in how many runs in a row. They come first. */
  readonly carriedOver: ReadonlyMap<number, number>;
  /** Whether texts of the server may be shown that can hold data. */
  readonly showServerErrors: boolean;
}

/**
 * The targets of one task, what keeps other tasks away meanwhile, whether those of the same step may
 * come near all the same, and which tasks it has to wait for.
 */
export type TaskDraft = Pick<Task, 'targets' | 'conflicts' | 'after'> &
  Partial<Pick<Task, 'shares_targets'>>;

/** What one worker is given. */
export type Command = Pick<Task, 'sql' | 'proof' | 'queue_size' | 'reads_output'>;

/** What a kind of step means. Everything else in the engine is the same for all kinds. */
export interface StepKind<Spec> {
  readonly kind: StepKindName;
  /**
   * Finds the targets by one catalog query. Takes no lock stronger than ACCESS SHARE, or ROW EXCLUSIVE
   * for the moment in which the planner is asked about a statement that changes rows.
   * @throws RunbookError `option_not_supported` for an option that this server lacks, `step_refused`
   *   for a step that cannot work on what is there.
   */
  discover(db: Queryable, spec: Spec, server: ServerInfo, order: StepOrder): Promise<Discovery>;
  /** Distributes the targets over tasks. Pure. */
  tasks(spec: Spec, targets: readonly Target[], concurrency: number): TaskDraft[];
  /** Writes the SQL of a task; the plan and the run both call this. Pure. */
  render(spec: Spec, targets: readonly Target[]): Command;
  /** The SQL as far as it is known without a server: for people. Pure. */
  template(spec: Spec): string;
  /** The locks that its commands take. Pure. */
  locks(spec: Spec, serverVersion: number): Lock[];
  /** What its statements must come to before the commit, for people: else all is rolled back. Pure. */
  expects?(spec: Spec): readonly string[];
  /** The spec without those filters by which other relations are chosen another day. Pure. */
  unfiltered(spec: Spec): Spec;
  /**
   * What a role needs for its commands. Pure, with PostgreSQL's parser.
   * @param found nothing, where the role could not look.
   */
  needs(spec: Spec, found: Pick<Discovery, 'targets' | 'leftOut'>): Promise<Needs>;
  /** Whether work that may have been done, in part or in whole, may be done again. Pure. */
  rerunnable(spec: Spec): boolean;
  /** True when it keeps checkpoints: `resume` goes on after them, whatever ended the last attempt. */
  readonly resumable?: boolean;
  /** Whether its command waits for older transactions, as concurrent builds of indexes do. Pure. */
  waitsForOldTransactions?(spec: Spec): boolean;
  /** Settings that its workers get unless the step says otherwise. */
  readonly settings?: Settings;
  /**
   * Bytes of relations that one worker gets through in a second, roughly: for plans of work that never
   * ran. Undefined for work that no size tells anything of.
   */
  readonly roughBytesPerSecond?: number;
  /** How its work is looked at and judged. Pure. */
  execution(spec: Spec, serverVersion: number): Execution;
  /**
   * For so long after a launch our own sessions ask the server nothing: see decision 19.
   */
  readonly quietStartMs?: number;
}

/** The conflict key of a relation: tasks that work on the same table never run at the same time. */
export function relationConflict(tableOid: number): string {
  return `relation:${String(tableOid)}`;
}

/** A queue for a command that prints next to nothing: PostgreSQL's default of the extension. */
export const QUEUE_SIZE = 65_536;

/** Stands for each relation that a step will find. */
export function placeholder(relation: string): Target {
  return {
    oid: 0,
    name: `schema.${relation}`,
    schema: 'schema',
    relation,
    table_oid: 0,
    size_bytes: 0,
    facts: {},
  };
}
