import type { Facts, ReportV1, Step, Target } from '../generated/report.v1.js';

/** What a run came to in the relations that it worked on; negative where they grew. */
export interface Gains {
  readonly freedBytes: number;
  readonly deadRowsRemoved: number;
}

/**
 * Sums what each step changed of each relation, from its first look to its last: several tasks of a step
 * may work on one relation, and each has looked at the whole of it. Others may have had a part in it.
 */
export function gainsOf({ steps }: Pick<ReportV1, 'steps'>): Gains {
  const spans = steps.flatMap(spansOf);
  const sum = (fact: string): number =>
    spans.reduce((total, span) => total + (differenceOf(span, fact) ?? 0), 0);
  return { freedBytes: 0 - sum('size_bytes'), deadRowsRemoved: 0 - sum('dead_rows') };
}

interface Span {
  readonly before: Facts;
  readonly after: Facts;
}

function spansOf({ tasks }: Step): Span[] {
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
