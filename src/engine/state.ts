import type { Step as PlanStep, Task as PlanTask } from '../generated/plan.v1.js';
import type { Attempt, Step as StepRecord, Task as TaskRecord } from '../generated/report.v1.js';
import type { TaskChange, TaskKey } from '../ledger/records.js';
import type { Execution } from '../model/execution.js';
import type { Handle, WorkerIdentity } from '../model/identity.js';
import type { NamedBudgets } from '../model/places.js';
import { isFinal, type TaskStatus } from '../model/status.js';
import type { StopCause } from '../model/stop-cause.js';
import type { Outcome } from '../postgres/background/worker.js';
import type { StepKind } from '../steps/contract.js';
import { stepKind } from '../steps/registry.js';
import type { Rung } from './cancel-ladder.js';
import {
  cancelledBefore,
  type SchedulableStep,
  type SchedulableTask,
  type Stop,
} from './schedule.js';

/** An attempt from its record in the ledger to its recorded outcome. */
export interface LiveAttempt {
  readonly id: string;
  readonly sql: string;
  /** Its record in the report. */
  readonly attempt: Attempt;
  /** Undefined until launched, and again once the extension tracks it no more. */
  handle: Handle | undefined;
  identity: WorkerIdentity | undefined;
  /** True: an engine or a supervisor that is gone has launched it. */
  readonly adopted: boolean;
  /** When its launch was sent, in ms; 0 as long as it was not. */
  launchedAt: number;
  cause: StopCause | undefined;
  rung: Rung;
  rungAt: number;
  /** True when something was learnt of it that the ledger does not have yet. */
  unnoted: boolean;
  /** True when its queue was full at the last poll too. */
  queueFull: boolean;
  /** How its worker ended; set once, and then nobody watches it any more. */
  outcome: Outcome | undefined;
  /** When its end was noticed, in ms. */
  endedAt: number;
}

/** Runs in a row that left a relation over, after which its task's duration does not count. */
const AGED = 2;

/** A task's way through the run. The record beside it is the report's, and changes as it goes. */
export class TaskState implements SchedulableTask {
  #live: LiveAttempt | undefined;
  notBefore = 0;
  /** Pieces of work that wait for their launch. */
  items = 1;
  /** Never launched, since the run could not come to it. */
  blocked = false;
  /** The run whose work on one of its relations it waits for. */
  awaits: string | undefined;
  /** Indexes that workers of this task were seen building: what is left of them is ours. */
  readonly builtIndexes = new Set<number>();
  /** Looked at for every task of the run, again and again. */
  readonly expectedMs: number | undefined;

  constructor(
    readonly step: StepState,
    readonly plan: PlanTask,
    readonly record: TaskRecord,
  ) {
    this.expectedMs = expectedMs(plan);
  }

  /** Its attempt that is recorded and not settled. */
  get live(): LiveAttempt | undefined {
    return this.#live;
  }

  set live(live: LiveAttempt | undefined) {
    this.#live = live;
    if (live === undefined) this.step.inHand.delete(this);
    else this.step.inHand.add(this);
  }

  /** An attempt that is prepared and not launched yet leaves its task waiting. */
  get phase(): SchedulableTask['phase'] {
    if (this.step.policy === 'detach') {
      if (isFinal(this.status)) return 'ended';
      return this.step.handedOver ? 'handed_over' : 'waiting';
    }
    if (this.live !== undefined && this.live.launchedAt > 0) return 'running';
    return this.live === undefined && this.items === 0 ? 'ended' : 'waiting';
  }

  /** The attempt whose worker lives, as far as is known. */
  get working(): LiveAttempt | undefined {
    return this.phase === 'running' && this.live?.outcome === undefined ? this.live : undefined;
  }

  get status(): TaskStatus {
    return this.record.status;
  }

  get deferred(): boolean {
    return this.record.deferred;
  }

  get conflicts(): readonly string[] {
    return this.plan.conflicts;
  }

  get sharesTargets(): boolean {
    return this.plan.shares_targets;
  }

  get after(): readonly number[] {
    return this.plan.after;
  }

  /** By its keys in the ledger. */
  get key(): TaskKey {
    return { stepId: this.step.id, number: this.plan.number };
  }

  /** Takes over what the ledger says of it. */
  apply(change: TaskChange, now: number): void {
    const { status, reason, targets, deferred } = change;
    Object.assign(this.record, { status, reason, targets, deferred });
    this.items = change.items;
    this.blocked = change.blocked;
    this.notBefore = change.delay_ms === null ? 0 : now + change.delay_ms;
  }

  /** Takes over an attempt as the ledger has it. */
  applyAttempt(attempt: Attempt): Attempt {
    const known = this.record.attempts.find(({ number }) => number === attempt.number);
    if (known !== undefined) return Object.assign(known, attempt);
    this.record.attempts.push(attempt);
    return attempt;
  }
}

/** What was left over twice is begun whatever it takes, or it would be left for ever. */
function expectedMs({ duration, targets }: PlanTask): number | undefined {
  const aged = targets.some(({ facts }) => Number(facts['carried_over'] ?? 0) >= AGED);
  return aged || duration === null || duration.basis === 'guess' ? undefined : duration.p50_ms;
}

/** A step's way through the run. */
export class StepState implements SchedulableStep<TaskState> {
  readonly tasks: readonly TaskState[];
  /** Those with an attempt that is recorded and not settled: a few of many thousands. */
  readonly inHand = new Set<TaskState>();
  readonly kind: StepKind<unknown>;
  /** How its work is looked at and judged. */
  readonly execution: Execution;
  /** True once a supervisor looks after its tasks. */
  handedOver = false;
  /** How often it was handed over. */
  handOvers = 0;
  /** When its state was last read from the ledger, in ms. */
  refreshedAt = 0;
  /** Set once its end is being recorded, so that it is told once. */
  ended = false;
  /** Who asked for it to be cancelled, and how. */
  cancelledBy: string | undefined;
  /** True once the ledger knows that it runs. */
  recordedRunning = false;

  constructor(
    readonly plan: PlanStep,
    readonly record: StepRecord,
    serverVersion: number,
  ) {
    this.kind = stepKind(plan.kind);
    this.execution = this.kind.execution(plan.spec, serverVersion);
    this.tasks = plan.tasks.map((task, index) => {
      const taskRecord = record.tasks[index];
      if (taskRecord === undefined) throw new Error(`no record of task ${String(index + 1)}`);
      return new TaskState(this, task, taskRecord);
    });
  }

  get id(): string {
    return this.plan.id;
  }

  /** How many of its tasks were never launched, since the run could not come to them. */
  get blockedTasks(): number {
    return this.tasks.filter((task) => task.blocked).length;
  }

  get blocked(): boolean {
    return this.blockedTasks > 0;
  }

  get needs(): readonly string[] {
    return this.plan.needs;
  }

  get after(): 'ended' | 'started' {
    return this.plan.after;
  }

  get policy(): 'wait' | 'detach' {
    return this.plan.policy;
  }

  /** Worker slots that its supervisor and those whom that looks after may take. */
  get slotsHandedOver(): number {
    if (!this.handedOver) return 0;
    const left = this.tasks.filter((task) => task.phase === 'handed_over').length;
    return left === 0 ? 0 : 1 + Math.min(left, this.concurrency);
  }

  /** Takes over what the ledger says of the step and all its tasks. */
  applyRecord({ tasks, ...step }: StepRecord): void {
    Object.assign(this.record, step);
    for (const [index, task] of this.tasks.entries()) {
      Object.assign(task.record, tasks[index]);
    }
    this.ended ||= isFinal(step.status);
  }

  get stop(): Stop | undefined {
    const by = this.cancelledBy;
    return by === undefined ? undefined : { reason: cancelledBefore(by), deferred: false };
  }

  get concurrency(): number {
    return this.plan.concurrency;
  }

  get budgets(): NamedBudgets {
    return this.plan.budgets;
  }

  get onFailure(): 'stop' | 'continue' {
    return this.plan.on_failure;
  }
}
