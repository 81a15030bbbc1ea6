import type { Facts, ReportV1, Step, Target } from '../generated/report.v1.js';

/** What a run came to in the relations that it worked on; negative where they grew. */
export interface Gains {
  readonly freedBytes: number;
  readonly deadRowsRemoved: number;
}

/** What all steps together came to. Others may have had a part in it. */
export function gainsOf({ steps }: Pick<ReportV1, 'steps'>): Gains {
  const sum = (fact: string): number =>
    steps.reduce((total, step) => total + (decreaseOf(step, fact) ?? 0), 0);
  return { freedBytes: sum('size_bytes'), deadRowsRemoved: sum('dead_rows') };
}

/**
 * By how much a fact of a step's relations went down, each taken from its first look to its last: several
 * tasks of a step may work on one relation, and each has looked at the whole of it. Undefined for a step
 * whose evidence has no such fact.
 */
export function decreaseOf(step: Pick<Step, 'tasks'>, fact: string): number | undefined {
  const changes = spansOf(step).flatMap((span) => differenceOf(span, fact) ?? []);
  return changes.length === 0 ? undefined : changes.reduce((sum, value) => sum - value, 0);
}

interface Span {
  readonly before: Facts;
  readonly after: Facts;
}

function spansOf({ tasks }: Pick<Step, 'tasks'>): Span[] {
  const byOid = new Map<number, Target[]>();
  for (const target of tasks.flatMap((task) => task.targets)) {
    const same = byOid.get(target.oid);
    if (same === undefined) byOid.set(target.oid, [target]);
    else same.push(target);
  }
  return [...byOid.values()].flatMap((targets) => {
    const before = targets.find(({ evidence }) => evidence.before !== null)?.evidence.before;
    const after = targets.findLast(({ evidence }) => evidence.after !== null)?.evidence.after;
    return before && after ? [{ before, after }] : [];
  });
}

/** By how much a fact went up; undefined where it is no number on both sides. */
export function differenceOf(
  { before, after }: { readonly before: Facts | null; readonly after: Facts | null },
  fact: string,
): number | undefined {
  const [from, to] = [before?.[fact], after?.[fact]];
  return typeof from === 'number' && typeof to === 'number' ? to - from : undefined;
}
