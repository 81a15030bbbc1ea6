import { RunbookError } from '../errors.js';
import type { PlanV1 } from '../generated/plan.v1.js';
import type { LintProblem } from '../runbook/lint/input.js';
import type { Queryable } from '../postgres/session.js';
import { estimateRows, inTrial } from '../postgres/trial.js';
import { TrialRefusal } from '../postgres/trial-refusal.js';
import { notTried } from './foreign-code-problems.js';

/**
 * Has the server plan the guards' queries, as the role that runs them: what is misspelt or forbidden
 * shows in the plan, and not at night.
 * @returns those that were not asked for.
 * @throws RunbookError `guard_refused`.
 */
export async function checkGuards(
  db: Queryable,
  guards: PlanV1['guards'],
  showServerErrors: boolean,
): Promise<LintProblem[]> {
  const problems: LintProblem[] = [];
  for (const [index, { name, condition }] of guards.entries()) {
    const { sql } = condition;
    if (typeof sql !== 'string') continue;
    const asked = `SELECT (${sql}\n)::pg_catalog.bool`;
    try {
      const trial = await inTrial(db, {}, [asked], () => estimateRows(db, asked));
      if (trial.tried) continue;
      const { why, hint } = trial;
      problems.push(notTried(['guards', index], { why: `guard ${name}: ${why}`, hint }));
    } catch (error) {
      if (!(error instanceof TrialRefusal)) throw error;
      const { message, hint } = error.tell(showServerErrors);
      throw new RunbookError('guard_refused', `guard ${name}: ${message}`, {
        sqlstate: error.sqlstate,
        hint: [
          'Its query must give one boolean: true means go.',
          ...(hint === undefined ? [] : [hint]),
        ].join(' '),
      });
    }
  }
  return problems;
}
