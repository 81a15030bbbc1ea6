import type { RawStep } from '../content.js';

/** A step's need of another one. */
export interface Need {
  readonly from: RawStep;
  readonly index: number;
  readonly id: string;
}

/**
 * Steps that wait for one another, as the needs that lead round; each begins with the step that stands
 * first in the file. Every need is looked at once. Cycles that share a step are one mistake.
 * @param needs of known steps only, none of a step of itself.
 * @param order the ids of the steps in the file.
 */
export function findCycles(needs: readonly Need[], order: readonly string[]): readonly Need[][] {
  const byStep = new Map<string, Need[]>(order.map((id) => [id, []]));
  for (const need of needs) byStep.get(need.from.id ?? '')?.push(need);
  const [state, told] = [new Map<string, 'open' | 'done'>(), new Set<string>()];
  const [path, cycles]: [Need[], Need[][]] = [[], []];
  const note = (last: Need): void => {
    const cycle = [...path.slice(path.findIndex(({ from }) => from.id === last.id)), last];
    const isTold = cycle.some(({ id }) => told.has(id));
    for (const { id } of isTold ? [last] : cycle) told.add(id);
    if (!isTold) cycles.push(cycle);
  };
  const visit = (id: string): void => {
    state.set(id, 'open');
    for (const need of byStep.get(id) ?? []) {
      if (state.get(need.id) === 'open' && !told.has(need.id)) note(need);
      if (state.has(need.id)) continue;
      path.push(need);
      visit(need.id);
      path.pop();
    }
    state.set(id, 'done');
  };
  for (const id of byStep.keys()) if (!state.has(id)) visit(id);
  const places = new Map(order.map((id, place) => [id, place]));
  return cycles.map((cycle) => beginWithFirst(cycle, places));
}

function beginWithFirst(cycle: readonly Need[], places: ReadonlyMap<string, number>): Need[] {
  const at = cycle.map(({ from }) => places.get(from.id ?? '') ?? Infinity);
  const first = at.indexOf(Math.min(...at));
  return [...cycle.slice(first), ...cycle.slice(0, first)];
}
