import { isDeepStrictEqual } from 'node:util';
import { RunbookError } from '../errors.js';
import type { PlanV1, Step } from '../generated/plan.v1.js';
import { isLive, type LivePlan } from '../model/live-plan.js';
import type { Runbook } from '../model/runbook.js';
import { stepKind } from '../steps/registry.js';
import { documentProblem } from './check-document.js';
import { declare, declareStep } from './declare.js';
import { planDigest } from './digest.js';

/**
 * Reads a plan that `plan --out` has written.
 * @param path for messages.
 * @throws RunbookError `plan_invalid` for what is no plan, `plan_altered` when it is not as it was made.
 */
export async function openSavedPlan(text: string, path: string): Promise<LivePlan> {
  const plan = await parse(text, path);
  if (planDigest(plan) !== plan.digest) {
    throw new RunbookError('plan_altered', `${path} was altered after it was made`, {
      hint: 'Its digest does not fit its content. Plan anew: pg-runbook plan FILE --out PATH',
    });
  }
  if (isLive(plan)) return plan;
  throw new RunbookError('plan_invalid', `${path} is an outline: it was made without a server`, {
    hint: 'Plan against the server: pg-runbook plan FILE --out PATH, without --offline.',
  });
}

async function parse(text: string, path: string): Promise<PlanV1> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw invalid(path, 'it is no JSON');
  }
  const problem = await documentProblem('plan', value);
  if (problem !== undefined) throw invalid(path, problem);
  const plan = value as PlanV1;
  // Of a plan without an age, no runbook's `drift` could say that it is too old.
  if (Number.isNaN(Date.parse(plan.created_at))) throw invalid(path, '/created_at is no time');
  return plan;
}

function invalid(path: string, what: string): RunbookError {
  return new RunbookError('plan_invalid', `${path} is no plan: ${what}`, {
    hint: 'Make one: pg-runbook plan FILE --out PATH',
  });
}

/**
 * Refuses a saved plan that is not one of this runbook: its content, its parameters, what it declares,
 * or SQL that its targets do not give.
 * @throws RunbookError `plan_stale`, or `plan_altered`.
 */
export function requirePlanOf(plan: LivePlan, runbook: Runbook): void {
  if (plan.runbook.digest !== runbook.digest) {
    throw new RunbookError('plan_stale', `${runbook.path} has changed since the plan was made`, {
      hint: 'Plan anew, and have it reviewed: pg-runbook plan FILE --out PATH',
    });
  }
  const { budget, window, on_overlap, guards, bystanders, ledger } = declare(runbook);
  const wanted = { budget, window, on_overlap, guards, bystanders, ledger };
  const steps = runbook.steps.map(declareStep);
  const same =
    Object.entries(wanted).every(([key, value]) =>
      isDeepStrictEqual(plan[key as keyof LivePlan], value),
    ) &&
    steps.length === plan.steps.length &&
    steps.every((step, index) => isAsDeclared(plan.steps[index], step));
  if (same) return;
  throw new RunbookError('plan_altered', 'the plan has steps that its runbook does not declare', {
    hint: 'It may be of another version of pg-runbook. Plan anew: pg-runbook plan FILE --out PATH',
  });
}

function isAsDeclared(planned: Step | undefined, declared: object): boolean {
  if (planned === undefined) return false;
  // What JSON leaves out is not there in a saved plan.
  const wanted = JSON.parse(JSON.stringify(declared)) as Record<string, unknown>;
  const kind = stepKind(planned.kind);
  return (
    Object.entries(wanted).every(([key, value]) =>
      isDeepStrictEqual(planned[key as keyof Step], value),
    ) && planned.tasks.every(({ sql, targets }) => kind.render(planned.spec, targets).sql === sql)
  );
}
