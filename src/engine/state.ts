import type { PlanV1, Step as PlanStep, Target, Task as PlanTask } from '../generated/plan.v1.js';
import type {
  Attempt,
  ReportV1,
  Step as StepRecord,
  Target as TargetRecord,
  Task as TaskRecord,
} from '../generated/report.v1.js';
import type { AttemptRecord } from '../ledger/store.js';
import type { Handle, WorkerIdentity } from '../model/identity.js';
import type { TaskStatus } from '../model/status.js';
import type { Outcome } from '../postgres/background/worker.js';
import type { Captures, StepKind } from '../steps/contract.js';
import { stepKind } from '../steps/registry.js';
import type { Rung, StopCause } from './cancel-ladder.js';
import type { SchedulableStep, SchedulableTask } from './schedule.js';

/** Targets that one attempt works on, and how often that was tried. */
export interface WorkItem {
  readonly targets: readonly Target[];
  readonly tries: number;
}

/** An attempt from its record in the ledger to its recorded outcome. */
export interface LiveAttempt {
  readonly record: AttemptRecord;
  readonly item: WorkItem;
  /** The evidence from right before the launch. */
  before: Captures;
  /** True once the ledger has it. */
  recorded: boolean;
  /** Undefined until launched, and again once the extension tracks it no more. */
  handle: Handle | undefined;
  identity: WorkerIdentity | undefined;
  /** When its launch was sent, in ms; 0 as long as it was not. */
  launchedAt: number;
  cause: StopCause | undefined;
  rung: Rung;
  rungAt: number;
  /** True when its queue was full at the last poll too. */
  queueFull: boolean;
  /** How its worker ended; set once, and then nobody watches it any more. */
  outcome: Outcome | undefined;
  /** When its end was noticed, in ms. */
  endedAt: number;
}

/** A task's way through the run. The records beside it are the report's, and change as it goes. */
export class TaskState implements SchedulableTask {
  readonly items: WorkItem[];
  live: LiveAttempt | undefined;
  notBefore = 0;
  /** Indexes that workers of this task were seen building: what is left of them is ours. */
  readonly builtIndexes = new Set<number>();
  readonly #targetRecords: ReadonlyMap<number, TargetRecord>;

  constructor(
    readonly step: StepState,
    readonly plan: PlanTask,
    readonly record: TaskRecord,
  ) {
    this.items = [{ targets: plan.targets, tries: 0 }];
    this.#targetRecords = new Map(record.targets.map((target) => [target.oid, target]));
  }

  /** An attempt that is prepared and not launched yet leaves its task waiting. */
  get phase(): SchedulableTask['phase'] {
    if (this.live !== undefined && this.live.launchedAt > 0) return 'running';
    return this.live === undefined && this.items.length === 0 ? 'ended' : 'waiting';
  }

  /** The attempt whose worker lives, as far as is known. */
  get working(): LiveAttempt | undefined {
    return this.phase === 'running' && this.live?.outcome === undefined ? this.live : undefined;
  }

  get status(): TaskStatus {
    return this.record.status;
  }

  get conflicts(): readonly string[] {
    return this.plan.conflicts;
  }

  get after(): readonly number[] {
    return this.plan.after;
  }

  /** The record of one of the task's own targets. */
  targetRecord(oid: number): TargetRecord {
    const record = this.#targetRecords.get(oid);
    if (record === undefined) throw new Error(`no record of target ${String(oid)}`);
    return record;
  }
}

/** A step's way through the run. */
export class StepState implements SchedulableStep<TaskState> {
  readonly tasks: readonly TaskState[];
  readonly kind: StepKind<unknown>;
  /** How many of its tasks were never launched, since the run could not come to them. */
  blockedTasks = 0;
  /** Set once its end is being recorded, so that it is told once. */
  ended = false;

  constructor(
    readonly plan: PlanStep,
    readonly record: StepRecord,
  ) {
    this.kind = stepKind(plan.kind);
    this.tasks = plan.tasks.map((task, index) => {
      const taskRecord = record.tasks[index];
      if (taskRecord === undefined) throw new Error(`no record of task ${String(index + 1)}`);
      return new TaskState(this, task, taskRecord);
    });
  }

  get id(): string {
    return this.plan.id;
  }

  get blocked(): boolean {
    return this.blockedTasks > 0;
  }

  get needs(): readonly string[] {
    return this.plan.needs;
  }

  get concurrency(): number {
    return this.plan.concurrency;
  }

  get onFailure(): 'stop' | 'continue' {
    return this.plan.on_failure;
  }
}

/** A report in which nothing has happened yet. */
export function newRecord(plan: PlanV1, runId: string, startedAt: string): ReportV1 {
  return {
    report_version: 1,
    run: {
      id: runId,
      status: 'running',
      reason: null,
      plan_digest: plan.digest,
      started_at: startedAt,
      finished_at: null,
      exit_code: null,
    },
    runbook: plan.runbook,
    server: plan.server,
    budget: plan.budget,
    steps: plan.steps.map(newStep),
    summary: { steps: {}, tasks: {}, targets: {} },
  };
}

function newStep(step: PlanStep): StepRecord {
  return {
    id: step.id,
    kind: step.kind,
    policy: step.policy,
    status: 'pending',
    reason: null,
    started_at: null,
    finished_at: null,
    tasks: step.tasks.map((task) => ({
      id: `${step.id}/${String(task.number)}`,
      sql: task.sql,
      settings: step.settings,
      status: 'pending',
      reason: null,
      targets: task.targets.map(newTarget),
      attempts: [],
    })),
  };
}

function newTarget(target: Target): TargetRecord {
  return {
    name: target.name,
    oid: target.oid,
    status: 'pending',
    reason: null,
    sqlstate: null,
    evidence: { before: null, after: null },
  };
}

/** An attempt that was not launched yet. */
export function newAttempt(number: number, applicationName: string, sql: string | null): Attempt {
  return {
    number,
    pid: null,
    cookie: null,
    backend_start: null,
    application_name: applicationName,
    launched_at: null,
    finished_at: null,
    status: 'pending',
    sqlstate: null,
    message: null,
    command_tag: null,
    row_count: null,
    sql,
    messages: [],
  };
}
