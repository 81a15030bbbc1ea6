import type { Capacity, Forecast, PlanV1, Step } from '../generated/plan.v1.js';
import { describeDuration } from '../model/duration.js';
import { listSome } from '../model/phrases.js';
import type { Obstacles } from '../postgres/obstacles.js';
import type { LintProblem } from '../runbook/lint/input.js';
import type { RuleId } from '../runbook/lint/rules.js';
import { ofStep } from './findings.js';

const MOST_NAMED = 3;

function tablesOf(step: Step): Set<number> {
  return new Set(step.tasks.flatMap((task) => task.targets.map((target) => target.table_oid)));
}

/** VACUUM removes nothing that an old snapshot sees, and concurrent rebuilds wait for it. */
function dependsOnHorizon({ kind, spec, tasks }: Step): boolean {
  if (tasks.length === 0) return false;
  return kind === 'vacuum' || (kind === 'reindex' && spec['concurrently'] === true);
}

/** What is in the way of a plan right now. Pure. */
export function preflightProblems(steps: readonly Step[], obstacles: Obstacles): LintProblem[] {
  const { horizon, invalidIndexes, autovacuum } = obstacles;
  return steps.flatMap((step, index): LintProblem[] => {
    const about = (code: RuleId, message: string, hint: string): LintProblem =>
      ofStep(index, step, code, message, hint);
    const tables = tablesOf(step);
    const invalid = invalidIndexes.filter(({ table_oid: oid }) => tables.has(oid));
    const names = invalid.map((one) => one.index);
    const busy = autovacuum.filter(({ table_oid: oid }) => tables.has(oid));
    const pids = busy.map(({ pid }) => String(pid));
    return [
      ...(horizon.length > 0 && dependsOnHorizon(step)
        ? [
            about(
              'horizon-held',
              step.kind === 'vacuum'
                ? `rows that were deleted since cannot be removed: ${listSome(horizon, MOST_NAMED)}`
                : `a concurrent rebuild would wait for ${listSome(horizon, MOST_NAMED)}`,
              'Let them end first; `pg-runbook why` names them during the run, too.',
            ),
          ]
        : []),
      ...(invalid.length > 0 && step.kind === 'reindex'
        ? [
            about(
              'invalid-index',
              `invalid indexes are there already: ${listSome(names, MOST_NAMED)}`,
              'Leftovers of a broken rebuild are dropped by hand; others are rebuilt by this step.',
            ),
          ]
        : []),
      ...(busy.length > 0
        ? [
            about(
              'autovacuum-at-work',
              `autovacuum is at work on ${String(busy.length)} of its tables (pid ${listSome(pids, MOST_NAMED)})`,
              'Wait for it, or let lock_timeout and retry give way to it.',
            ),
          ]
        : []),
    ];
  });
}

/** Slots that are short right now. Pure. */
export function capacityProblems(
  { slots, used, peak }: Capacity,
  { keep_free: keepFree }: PlanV1['budget'],
): LintProblem[] {
  const taken = used.reduce((sum, one) => sum + one.slots, 0);
  if (taken + peak + keepFree <= slots) return [];
  const message =
    `${String(taken)} of ${String(slots)} worker slots are in use, the plan may need ${String(peak)} and keeps ` +
    `${String(keepFree)} free: tasks will wait for slots, or run without parallel workers`;
  const hint = 'Lower the budget, or run it when fewer slots are in use.';
  return [{ code: 'capacity-short', path: ['budget'], at: 'key', message, hint }];
}

/** Work that its window leaves no time for. Pure. */
export function windowProblems({ window, p50_ms: p50 }: Forecast): LintProblem[] {
  if (window?.fits !== 'no') return [];
  const left = window.left.map(({ step, tasks }) => `${String(tasks)} of ${step}`);
  const message =
    `it takes about ${describeDuration(p50)}, and must end at ${window.ends_at}: ` +
    `left undone would be tasks: ${listSome(left, MOST_NAMED)}`;
  const hint = 'Give it a longer window, more workers, or less to do: min_size, limit.';
  return [{ code: 'window-too-short', path: ['window'], at: 'key', message, hint }];
}
