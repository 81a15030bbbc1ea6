import type { Step } from '../generated/plan.v1.js';
import { listSome } from '../model/phrases.js';
import { readForeignCode, SMALLER_ROLE } from '../postgres/foreign-code.js';
import type { Queryable } from '../postgres/session.js';
import type { Untried } from '../postgres/trial-refusal.js';
import type { LintProblem } from '../runbook/lint/input.js';
import { ofStep } from './findings.js';

const MOST_NAMES = 8;

/** Something that the server was not asked to plan. */
export function notTried(path: LintProblem['path'], { why, hint }: Untried): LintProblem {
  return { code: 'not-tried', path, at: 'key', message: why, hint };
}

/** The statements by which a step comes to code of others; of maintenance commands none. */
function statementsOf({ kind, spec, tasks, batches }: Step): string[] {
  if (kind === 'sql') return [String(spec['sql'])];
  if (kind === 'refresh') return tasks.map(({ sql }) => sql);
  const target = tasks[0]?.targets[0];
  if (batches === null || target === undefined) return [];
  return [batches.first?.sql ?? `DELETE FROM ${target.name}`];
}

/** Code of roles with fewer rights that steps would run with all of ours. */
export async function foreignCodeProblems(
  db: Queryable,
  steps: readonly Step[],
  role: string,
): Promise<LintProblem[]> {
  const problems: LintProblem[] = [];
  for (const [index, step] of steps.entries()) {
    const code = (await readForeignCode(db, statementsOf(step), 'run')) ?? [];
    if (code.length === 0) continue;
    const owners = [...new Set(code.map(({ owner }) => owner))];
    const names = code.map(({ name }) => name);
    const message =
      `the step runs code that ${listSome(owners, MOST_NAMES)} can change, ` +
      `with all rights of ${role}: ${listSome(names, MOST_NAMES)}`;
    problems.push(ofStep(index, step, 'foreign-code', message, SMALLER_ROLE));
  }
  return problems;
}
