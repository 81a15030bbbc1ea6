import type { Step as PlannedStep, Task as PlannedTask } from '../generated/plan.v1.js';
import type { ReportV1 } from '../generated/report.v1.js';
import { workerApplicationName } from '../model/identity.js';
import type { RunnablePlan } from '../model/live-plan.js';

/** Runs in a row that left a relation over, after which its task's duration does not count. */
const AGED = 2;

/** Names what a worker of a task may be sent, with a key that is not in the ledger. */
export type Seal = (step: string, task: PlannedTask) => string;

/** Of a run $1, by the rows in $2. */
export const INSERT_TASKS = `
INSERT INTO runbook.task (run_id, step_id, task_no, status, targets, plan, application_name, items,
                          conflicts, shares_targets, after, expected_ms, seal)
SELECT $1, t.step, t.number, 'pending', t.targets, t.plan, t.application_name,
       jsonb_build_array(jsonb_build_object('tries', 0, 'oids', jsonb_path_query_array(t.plan, '$.targets[*].oid'))),
       t.conflicts, t.shares_targets, t.after, t.expected_ms, t.seal
  FROM jsonb_to_recordset($2) t(step text, number int, targets jsonb, plan jsonb, application_name text, conflicts text[],
                                shares_targets boolean, after int[], expected_ms float8, seal text)`;

/** The rows of a new run's tasks. */
export function* newTaskRows(
  record: Pick<ReportV1, 'run' | 'steps'>,
  plan: RunnablePlan,
  seal: Seal,
): Generator<object> {
  for (const [index, step] of plan.steps.entries()) {
    const budgets = Object.keys(step.budgets);
    for (const [place, task] of step.tasks.entries()) {
      const { number, conflicts, shares_targets, after } = task;
      yield {
        ...{ step: step.id, number, conflicts, shares_targets, after, plan: task },
        targets: record.steps[index]?.tasks[place]?.targets ?? [],
        application_name: workerApplicationName(record.run.id, step.id, number, budgets),
        expected_ms: expectedMs(task),
        seal: seal(step.id, task),
      };
    }
  }
}

/** Items, so many at a time. */
export function* batchesOf<T>(items: Iterable<T>, size: number): Generator<T[], undefined> {
  let batch: T[] = [];
  for (const item of items) {
    batch.push(item);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
  return undefined;
}

/** What was left over twice is begun whatever it takes, or it would be left for ever. */
function expectedMs({ duration, targets }: PlannedTask): number | null {
  const aged = targets.some(({ facts }) => Number(facts['carried_over'] ?? 0) >= AGED);
  return aged || duration === null || duration.basis === 'guess' ? null : duration.p50_ms;
}

/** The row of a step of a new run. */
export function newStepRow(step: PlannedStep, index: number): object {
  const { id, kind, policy, concurrency, needs } = step;
  return {
    ...{ id, kind, policy, concurrency, needs },
    ordinal: index + 1,
    budgets: Object.keys(step.budgets),
    needs_end: step.after === 'ended',
    failure_stops: step.on_failure === 'stop',
    plan: { ...step, tasks: [], unselected: [] },
  };
}
