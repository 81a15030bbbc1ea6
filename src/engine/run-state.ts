import type { Attempt, ReportV1, Step, Task } from '../generated/report.v1.js';
import type { CoreEvent, TaskChange } from '../ledger/core.js';
import { isFinal } from '../model/status.js';
import type { EngineEvent, EventListener } from './events.js';

type EventOf<T extends CoreEvent['type']> = Extract<CoreEvent, { type: T }>;

/** The report of a run, kept up to date with what the core does; those who watch are told. */
export class RunState {
  readonly #tasks: ReadonlyMap<string, Task>;
  readonly #steps: ReadonlyMap<string, Step>;
  /** The run that a task waits for, by the task's id. */
  readonly awaits = new Map<string, string>();
  /** When a task is tried again, in ms since the epoch, by its id. */
  readonly retries = new Map<string, number>();

  constructor(
    readonly record: ReportV1,
    private readonly emit: EventListener,
  ) {
    this.#steps = new Map(record.steps.map((step) => [step.id, step]));
    this.#tasks = new Map(
      record.steps.flatMap(({ tasks }) => tasks).map((task) => [task.id, task]),
    );
  }

  /** @returns true when a step has ended. */
  apply(events: readonly CoreEvent[], now: number): boolean {
    const ended = new Map<string, EventOf<'ended'>[]>();
    let stepEnded = false;
    for (const event of events) {
      if (event.type === 'ended' && event.busy === undefined) {
        this.#change(event.task, now);
        const group = groupOf(event);
        ended.set(group, [...(ended.get(group) ?? []), event]);
      } else {
        if (event.type === 'step' && isFinal(event.status)) {
          this.#tellEnds(ended);
          stepEnded = true;
        }
        this.#applyOne(event, now);
      }
    }
    this.#tellEnds(ended);
    return stepEnded;
  }

  /** Takes over a step that somebody else looks after, as the ledger has it. */
  applyStep({ tasks, ...step }: Step): void {
    Object.assign(this.step(step.id), step);
    for (const task of tasks) Object.assign(this.task(task.id), task);
  }

  step(id: string): Step {
    return known(this.#steps.get(id), `step ${id}`);
  }

  task(id: string): Task {
    return known(this.#tasks.get(id), `task ${id}`);
  }

  #applyOne(event: CoreEvent, now: number): void {
    switch (event.type) {
      case 'step':
        this.#changeStep(event);
        break;
      case 'launched': {
        const task = this.#change(event.task, now);
        this.emit({ type: 'task_launched', task, attempt: keepAttempt(task, event.attempt) });
        break;
      }
      case 'settled':
        this.#settle(event, now);
        break;
      case 'ended': {
        const task = this.#change(event.task, now);
        if (event.busy === undefined || this.awaits.get(task.id) === event.busy) break;
        this.awaits.set(task.id, event.busy);
        this.emit({ type: 'relation_awaited', task, run: event.busy });
        break;
      }
      case 'cleaned': {
        const task = this.#change(event.task, now);
        keepAttempt(task, event.attempt);
        this.emit({ type: 'cleaned_up', task, messages: event.messages });
        break;
      }
      case 'signalled': {
        const task = this.task(`${event.step}/${String(event.task)}`);
        this.emit({ type: 'worker_signalled', task, how: event.how });
        break;
      }
      case 'paused':
        this.record.run.paused_by = event.by;
        if (event.by !== null) this.emit({ type: 'run_paused', by: event.by });
        break;
      case 'slots_awaited':
      case 'guard_breached':
        this.emit(event);
        break;
    }
  }

  #changeStep({ step: id, status, reason, started_at, finished_at }: EventOf<'step'>): void {
    const step = this.step(id);
    Object.assign(step, { status, reason, started_at, finished_at });
    this.emit({ type: isFinal(status) ? 'step_ended' : 'step_started', step });
  }

  #settle(event: EventOf<'settled'>, now: number): void {
    const task = this.#change(event.task, now);
    const attempt = keepAttempt(task, event.attempt);
    if (event.parts > 0) {
      this.emit({ type: 'task_split', task, parts: event.parts });
    } else if (event.retry_in_ms !== null) {
      this.emit({ type: 'task_retried', task, attempt, delayMs: event.retry_in_ms });
    }
    if (isFinal(task.status)) this.emit({ type: 'task_ended', task, attempt });
  }

  #change({ step, number, delay_ms: delay, ...change }: TaskChange, now: number): Task {
    const task = this.task(`${step}/${String(number)}`);
    const { status, reason, targets, deferred } = change;
    this.awaits.delete(task.id);
    if (delay === null || delay <= 0) this.retries.delete(task.id);
    else this.retries.set(task.id, now + delay);
    return Object.assign(task, { status, reason, targets, deferred });
  }

  #tellEnds(groups: Map<string, readonly EventOf<'ended'>[]>): void {
    for (const group of groups.values()) {
      const event = this.#toldEnd(group);
      if (event !== undefined) this.emit(event);
    }
    groups.clear();
  }

  #toldEnd(group: readonly EventOf<'ended'>[]): EngineEvent | undefined {
    const tasks = group.map(({ task: { step, number }, attempt }) => {
      const task = this.task(`${step}/${String(number)}`);
      if (attempt !== undefined && attempt !== null) keepAttempt(task, attempt);
      return task;
    });
    const [first] = tasks;
    const step = group[0]?.task.step;
    if (first === undefined || step === undefined || !isFinal(first.status)) return undefined;
    if (tasks.length === 1) {
      return { type: 'task_ended', task: first, attempt: first.attempts.at(-1) };
    }
    const why = first.reason ?? '';
    return { type: 'tasks_skipped', step: this.step(step), tasks: tasks.length, why };
  }
}

/** Those of a step that were skipped for one reason are told of together: there may be thousands. All others alone. */
function groupOf({ task }: EventOf<'ended'>): string {
  const together = task.status === 'skipped' && task.blocked;
  return `${task.step}\n${together ? (task.reason ?? '') : String(task.number)}`;
}

function keepAttempt(task: Task, attempt: Attempt): Attempt {
  const kept = task.attempts.find(({ number }) => number === attempt.number);
  if (kept !== undefined) return Object.assign(kept, attempt);
  task.attempts.push(attempt);
  return attempt;
}

function known<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`the report has no ${what}`);
  return value;
}
