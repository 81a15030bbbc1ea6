import type { Step } from '../generated/plan.v1.js';
import type { LintProblem } from '../runbook/lint/input.js';

/** All steps that a step comes after, directly or not. */
function ancestorsOf(steps: readonly Step[]): Map<string, ReadonlySet<string>> {
  const byId = new Map(steps.map((step) => [step.id, step]));
  const found = new Map<string, ReadonlySet<string>>();
  const visit = (id: string): ReadonlySet<string> => {
    const known = found.get(id);
    if (known !== undefined) return known;
    const needs = byId.get(id)?.needs ?? [];
    const all = new Set([...needs, ...needs.flatMap((need) => [...visit(need)])]);
    found.set(id, all);
    return all;
  };
  for (const { id } of steps) visit(id);
  return found;
}

/** The tables that each step works on, by OID. */
function tablesOf(step: Step): Map<number, string> {
  return new Map(
    step.tasks.flatMap((task) =>
      task.targets.map((target) => [
        target.table_oid,
        typeof target.facts['table'] === 'string' ? target.facts['table'] : target.name,
      ]),
    ),
  );
}

/**
 * Steps that work on the same table, and neither after the other: conflict keys keep them apart, but
 * which one is first is chance. Pure.
 */
export function overlapProblems(steps: readonly Step[]): LintProblem[] {
  const before = ancestorsOf(steps);
  const tables = steps.map(tablesOf);
  return steps.flatMap((step, index) =>
    steps.slice(0, index).flatMap((other, at): LintProblem[] => {
      const first = [
        ...(before.get(step.id)?.has(other.id) === true ? [other] : []),
        ...(before.get(other.id)?.has(step.id) === true ? [step] : []),
      ];
      // What comes after a waited step finds the table free; a detached one is only known to have begun.
      const detached = (first.length > 0 ? first : [step, other]).some(
        (s) => s.policy === 'detach',
      );
      if (first.length > 0 && !detached) return [];
      const shared = [...(tables[index] ?? [])].find(([oid]) => tables[at]?.has(oid));
      if (shared === undefined) return [];
      const path = ['steps', index, step.kind];
      return [
        detached
          ? {
              code: 'detach-beside',
              path,
              at: 'key',
              message: `it works on ${shared[1]} as step ${other.id} does, and one of the two is detached: it waits until the other has ended, however long that takes`,
              hint: 'Let both be waited for, or leave the table out of one of them.',
            }
          : {
              code: 'unordered-steps',
              path,
              at: 'key',
              message: `it works on ${shared[1]} as step ${other.id} does, and nothing says which comes first`,
              hint: `Add \`needs: [${other.id}]\`, or the other way round.`,
            },
      ];
    }),
  );
}
