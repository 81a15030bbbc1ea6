import { contentAt, listAt, rawSteps, textAt, type RawStep } from '../content.js';
import type { Problem } from '../diagnostic.js';
import type { DiagnosticCode } from '../diagnostic-texts.js';
import { suggestion } from '../nearest.js';

interface Need {
  readonly from: RawStep;
  readonly index: number;
  readonly id: string;
}

function needsOf(step: RawStep): Need[] {
  return listAt(step.body, 'needs').flatMap((id, index) =>
    typeof id === 'string' ? [{ from: step, index, id }] : [],
  );
}

function problem(
  need: Need,
  code: DiagnosticCode,
  message: string,
  hint: { hint?: string },
): Problem {
  return { code, message, ...hint, path: [...need.from.path, 'needs', need.index] };
}

/** The chain of ids by which a step is reached from another one, both included. */
function findChain(
  from: string,
  to: string,
  needs: ReadonlyMap<string, readonly string[]>,
): readonly string[] | undefined {
  const cameFrom = new Map<string, string | undefined>([[from, undefined]]);
  for (const id of cameFrom.keys()) {
    if (id === to) break;
    for (const next of needs.get(id) ?? []) if (!cameFrom.has(next)) cameFrom.set(next, id);
  }
  if (!cameFrom.has(to)) return undefined;
  const chain: string[] = [];
  for (let id: string | undefined = to; id !== undefined; id = cameFrom.get(id)) chain.unshift(id);
  return chain;
}

/** Each cycle once, shown at the need of its step that stands first in the file. */
function findCycles(all: readonly Need[], order: readonly string[]): Problem[] {
  const graph = new Map<string, string[]>();
  for (const { from, id } of all)
    graph.set(from.id ?? '', [...(graph.get(from.id ?? '') ?? []), id]);
  const seen = new Set<string>();
  return all.flatMap((need): Problem[] => {
    const chain = findChain(need.id, need.from.id ?? '', graph);
    if (chain === undefined || chain.some((id) => seen.has(id))) return [];
    if (chain.some((id) => order.indexOf(id) < order.indexOf(need.from.id ?? ''))) return [];
    chain.forEach((id) => seen.add(id));
    const cycle = [need.from.id ?? '', ...chain].join(' → ');
    const hint = { hint: 'Remove one of these needs.' };
    return [problem(need, 'cyclic-needs', `these steps wait for one another: ${cycle}`, hint)];
  });
}

/** A detached step may end long after the run: what needs it must say that its start is enough. */
function checkDetached(content: unknown, needs: readonly Need[]): Problem[] {
  const byDefault = textAt(contentAt(content, 'defaults'), 'policy');
  const detached = rawSteps(content)
    .filter((step) => (textAt(step.body, 'policy') ?? byDefault) === 'detach')
    .map((step) => step.id);
  return needs
    .filter(({ from, id }) => detached.includes(id) && textAt(from.body, 'after') !== 'started')
    .map((need) =>
      problem(
        need,
        'needs-detached',
        `step \`${need.id}\` is detached: the run does not wait for its end`,
        {
          hint: 'Say `after: started` if its start is enough, or let the step be waited for.',
        },
      ),
    );
}

/** Finds needs that name no step, the step itself, detached steps, or steps that wait for one another. */
export function checkNeeds(content: unknown): readonly Problem[] {
  const steps = rawSteps(content);
  const ids = steps.flatMap((step) => step.id ?? []);
  const needs = steps.flatMap(needsOf);
  const self = needs.filter((need) => need.id === need.from.id);
  const unknown = needs.filter((need) => !ids.includes(need.id));
  const rest = needs.filter((need) => ids.includes(need.id) && need.id !== need.from.id);
  return [
    ...self.map((need) =>
      problem(need, 'self-need', `step ${need.id} needs itself`, { hint: 'Remove it.' }),
    ),
    ...unknown.map((need) => {
      const others = ids.filter((id) => id !== need.from.id);
      return problem(
        need,
        'unknown-step',
        `there is no step \`${need.id}\``,
        suggestion(need.id, others),
      );
    }),
    ...findCycles(rest, ids),
    ...checkDetached(content, rest),
  ];
}
