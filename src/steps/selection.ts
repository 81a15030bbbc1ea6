import type { LeftOut, Target, Unselected } from '../generated/plan.v1.js';
import type { Selector } from '../model/runbook.js';
import type { Discovery } from './contract.js';

/** A relation whose size is not known yet: to ask for it is the costly part, on each of ten thousand. */
export type Candidate = Omit<Target, 'size_bytes'>;

/** One declared condition on a candidate. */
export interface Filter<T extends Candidate = Candidate> {
  /** As the runbook writes it. */
  readonly name: string;
  readonly keep: (candidate: T) => boolean;
}

/** The patterns of a selector, without its filters. */
export function allMatching({ include, exclude }: Selector): Selector {
  return { include, exclude, min_size: undefined, max_size: undefined, limit: undefined };
}

/** A numeric fact; a fact that the catalogs do not have counts as 0. */
export function numberFact(candidate: Candidate, name: string): number {
  const value = candidate.facts[name];
  return typeof value === 'number' ? value : 0;
}

/** A filter by a lower bound on a fact; undefined when the runbook declares none. */
export function atLeast(name: string, fact: string, bound: number | undefined): Filter[] {
  return bound === undefined ? [] : [{ name, keep: (c) => numberFact(c, fact) >= bound }];
}

/** The filters min_size and max_size. */
export function sizeFilters(bounds: {
  min_size: number | undefined;
  max_size: number | undefined;
}): Filter<Target>[] {
  const { min_size: minSize, max_size: maxSize } = bounds;
  return [
    ...(minSize === undefined
      ? []
      : [{ name: 'min_size', keep: (c: Target) => c.size_bytes >= minSize }]),
    ...(maxSize === undefined
      ? []
      : [{ name: 'max_size', keep: (c: Target) => c.size_bytes <= maxSize }]),
  ];
}

/** A filter on the age of the last maintenance, in ms; a relation that never had any is old enough. */
export function notDoneFor(name: string, fact: string, ms: number | undefined): Filter[] {
  if (ms === undefined) return [];
  return [
    {
      name,
      keep: (c) => {
        const age = c.facts[fact];
        return typeof age !== 'number' || age * 1000 >= ms;
      },
    },
  ];
}

/** Largest first by a number, then by name, so that a plan of the same catalog is the same plan. */
export function descendingBy(
  value: (candidate: Target) => number,
): (a: Target, b: Target) => number {
  return (a, b) => value(b) - value(a) || byName(a, b);
}

export function byName(a: Candidate, b: Candidate): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}

/** What is worked on, and what is not by the runbook's own wish. */
export type Selection = Required<Pick<Discovery, 'targets' | 'unselected'>>;

/** Keeps the candidates that pass every filter, in order, at most `limit` of them. */
export function select(
  candidates: readonly Target[],
  filters: readonly Filter<Target>[],
  order: (a: Target, b: Target) => number,
  limit: number | undefined,
): Selection {
  const { kept, unselected } = applyFilters(candidates, filters);
  const sorted = kept.sort(leftOverFirst(order));
  return {
    targets: sorted.slice(0, limit),
    unselected: [...unselected, ...beyondLimit(limit === undefined ? [] : sorted.slice(limit))],
  };
}

/** Notes in how many runs in a row windows left a relation over. */
export function noteLeftOver(
  candidates: readonly Target[],
  carriedOver: ReadonlyMap<number, number>,
): Target[] {
  return candidates.map((target) => {
    const times = carriedOver.get(target.oid);
    if (times === undefined) return target;
    return { ...target, facts: { ...target.facts, carried_over: times } };
  });
}

/** What was left over most often comes first, whatever the order is. */
export function leftOverFirst(
  order: (a: Target, b: Target) => number,
): (a: Target, b: Target) => number {
  return (a, b) => numberFact(b, 'carried_over') - numberFact(a, 'carried_over') || order(a, b);
}

/** Splits candidates into those that pass every filter and the others, by the first that they fail, by name. */
export function applyFilters<T extends Candidate>(
  candidates: readonly T[],
  filters: readonly Filter<T>[],
): { kept: T[]; unselected: Unselected[] } {
  const out = new Map(filters.map((filter) => [filter, [] as string[]]));
  const kept = candidates.filter((candidate) => {
    const failed = filters.find((filter) => !filter.keep(candidate));
    if (failed !== undefined) out.get(failed)?.push(candidate.name);
    return failed === undefined;
  });
  const unselected = [...out].filter(([, names]) => names.length > 0);
  return {
    kept,
    unselected: unselected.map(([{ name }, names]) => ({ filter: name, names: names.sort() })),
  };
}

/** The account of relations that only the limit keeps out. */
export function beyondLimit(targets: readonly Target[]): Unselected[] {
  return targets.length === 0
    ? []
    : [{ filter: 'limit', names: targets.map((target) => target.name) }];
}

/** Splits candidates into targets and those that cannot be worked on, each with its reason. */
export function partition<T extends Candidate>(
  candidates: readonly T[],
  obstacle: (candidate: T) => string | undefined,
): { targets: T[]; leftOut: LeftOut[] } {
  const targets: T[] = [];
  const leftOut: LeftOut[] = [];
  for (const candidate of candidates) {
    const reason = obstacle(candidate);
    if (reason === undefined) targets.push(candidate);
    else leftOut.push({ name: candidate.name, reason });
  }
  // Catalogs have no order of their own, and whoever reads two plans side by side needs one.
  leftOut.sort((a, b) => (a.name < b.name ? -1 : 1));
  return { targets, leftOut };
}
