import { contentAt, listAt, rawSteps, textAt, type RawStep } from '../content.js';
import { MAX_PROBLEMS, type Problem } from '../diagnostic.js';
import type { DiagnosticCode } from '../diagnostic-texts.js';
import { findCycles, type Need } from './cycles.js';

function needsOf(step: RawStep): Need[] {
  return listAt(step.body, 'needs').flatMap((id, index) =>
    typeof id === 'string' ? [{ from: step, index, id }] : [],
  );
}

function problem(
  need: Need,
  code: DiagnosticCode,
  message: string,
  hint: Pick<Problem, 'hint' | 'unknown'>,
): Problem {
  return { code, message, ...hint, path: [...need.from.path, 'needs', need.index] };
}

function cycleProblem(cycle: readonly Need[]): Problem[] {
  const [first] = cycle;
  if (first === undefined) return [];
  const ids = [...cycle.map(({ from }) => from.id ?? ''), first.from.id ?? ''].join(' → ');
  const message = `these steps wait for one another: ${ids}`;
  return [problem(first, 'cyclic-needs', message, { hint: 'Remove one of these needs.' })];
}

/** A detached step may end long after the run: what needs it must say that its start is enough. */
function checkDetached(content: unknown, needs: readonly Need[]): Problem[] {
  const byDefault = textAt(contentAt(content, 'defaults'), 'policy');
  const detached = new Set(
    rawSteps(content)
      .filter((step) => (textAt(step.body, 'policy') ?? byDefault) === 'detach')
      .map((step) => step.id),
  );
  return needs
    .filter(({ from, id }) => detached.has(id) && textAt(from.body, 'after') !== 'started')
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
  const known = new Set(ids);
  const unknown = needs.filter((need) => !known.has(need.id));
  const rest = needs.filter((need) => known.has(need.id) && need.id !== need.from.id);
  return [
    ...self.map((need) =>
      problem(need, 'self-need', `step ${need.id} needs itself`, { hint: 'Remove it.' }),
    ),
    ...unknown.slice(0, MAX_PROBLEMS).map((need) => {
      const among = ids.filter((id) => id !== need.from.id);
      const message = `there is no step \`${need.id}\``;
      return problem(need, 'unknown-step', message, { unknown: { word: need.id, among } });
    }),
    ...findCycles(rest, ids).flatMap(cycleProblem),
    ...checkDetached(content, rest),
  ];
}
