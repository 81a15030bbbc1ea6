import { RunbookError } from '../errors.js';
import type { PlanV1 } from '../generated/plan.v1.js';
import type { LintProblem } from '../runbook/lint/input.js';
import type { Lint } from '../runbook/lint/lint.js';
import { SQLSTATE } from '../postgres/errors.js';
import type { Queryable } from '../postgres/session.js';
import { estimateRows, inTrial } from '../postgres/trial.js';
import { asUntried, TrialRefusal, type Untried } from '../postgres/trial-refusal.js';
import { notTried } from './foreign-code-problems.js';
import { placeOf, refusedBy } from './refusals.js';

const BEFORE = 'SELECT (';

/**
 * Has the server plan the guards' queries, as the role that runs them: what is misspelt or forbidden
 * shows in the plan, and not at night.
 * @returns those that were refused, or not asked for.
 * @throws RunbookError `guard_refused` for want of a privilege.
 */
export async function checkGuards(
  db: Queryable,
  guards: PlanV1['guards'],
  lint: Lint | undefined,
  showServerErrors: boolean,
): Promise<LintProblem[]> {
  const problems: LintProblem[] = [];
  for (const [index, { name, condition }] of guards.entries()) {
    const { sql } = condition;
    if (typeof sql !== 'string') continue;
    const asked = `${BEFORE}${sql}\n)::pg_catalog.bool`;
    try {
      const trial = await inTrial(db, {}, [asked], () => estimateRows(db, asked));
      if (trial.tried) continue;
      problems.push(untried(index, name, trial));
    } catch (error) {
      if (!(error instanceof TrialRefusal)) throw error;
      problems.push(await refused(error, index, { name, sql }, lint, showServerErrors));
    }
  }
  return problems;
}

function untried(index: number, name: string, { why, hint }: Untried): LintProblem {
  return notTried(['guards', index], { why: `guard ${name}: ${why}`, hint });
}

async function refused(
  error: TrialRefusal,
  index: number,
  { name, sql }: { readonly name: string; readonly sql: string },
  lint: Lint | undefined,
  showServerErrors: boolean,
): Promise<LintProblem> {
  const told = error.tell(showServerErrors);
  const { message, sqlstate, hint } = told;
  if (sqlstate === SQLSTATE.insufficientPrivilege) {
    throw new RunbookError('guard_refused', `guard ${name}: ${message}`, {
      sqlstate,
      ...(hint === undefined ? {} : { hint }),
    });
  }
  if (!error.isOfSql) return untried(index, name, asUntried(told));
  const inSql = (error.place?.index ?? 0) - BEFORE.length;
  const offset = inSql >= 0 && inSql < sql.length ? inSql : undefined;
  const verdict = refusedBy({
    ...told,
    hint: hint ?? 'Its query must give one boolean: true means go.',
  });
  return {
    ...verdict,
    message: `guard ${name}: ${verdict.message}`,
    ...(await placeOf(['guards', index, 'sql'], { offset }, lint)),
  };
}
