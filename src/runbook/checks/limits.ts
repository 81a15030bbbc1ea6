import { parseSize } from '../../model/size.js';
import { contentAt, numberAt, rawSteps, textAt, type Content, type RawStep } from '../content.js';
import { DEFAULT_WORKERS } from '../defaults.js';
import type { Path, Problem } from '../diagnostic.js';

const SELECTORS = [
  ['vacuum', 'tables'],
  ['analyze', 'tables'],
  ['reindex', 'indexes'],
  ['reindex', 'tables'],
] as const;

function checkSizes(step: RawStep): Problem[] {
  return SELECTORS.flatMap(([kind, key]): Problem[] => {
    const selector = contentAt(contentAt(step.body, kind), key);
    const smallest = parseSize(textAt(selector, 'min_size') ?? '');
    const largest = parseSize(textAt(selector, 'max_size') ?? '');
    if (smallest === undefined || largest === undefined || smallest <= largest) return [];
    const message = 'min_size is above max_size, so nothing could match';
    return [{ code: 'min-over-max', message, path: [...step.path, kind, key, 'min_size'] }];
  });
}

function checkBatch(step: RawStep): Problem[] {
  return ['backfill', 'purge'].flatMap((kind): Problem[] => {
    const batch = contentAt(contentAt(step.body, kind), 'batch');
    const [fewest, most] = [numberAt(batch, 'min_rows'), numberAt(batch, 'max_rows')];
    if (fewest === undefined || most === undefined || fewest <= most) return [];
    const message = 'min_rows is above max_rows';
    return [{ code: 'min-over-max', message, path: [...step.path, kind, 'batch', 'min_rows'] }];
  });
}

/** What PostgreSQL itself refuses beside FULL, and would do so only once the run has begun. */
function conflictsWithFull(options: Content): readonly string[] {
  return [
    ...((numberAt(options, 'parallel') ?? 0) > 0 ? ['parallel'] : []),
    ...(options['disable_page_skipping'] === true ? ['disable_page_skipping'] : []),
    ...(options['process_toast'] === false ? ['process_toast'] : []),
    ...(options['analyze'] !== true && textAt(options, 'buffer_usage_limit') !== undefined
      ? ['buffer_usage_limit']
      : []),
  ];
}

function checkVacuumOptions(step: RawStep): Problem[] {
  const options = contentAt(contentAt(step.body, 'vacuum'), 'options');
  if (options['full'] !== true) return [];
  const path: Path = [...step.path, 'vacuum', 'options'];
  return conflictsWithFull(options).map((key) => ({
    code: 'vacuum-options',
    message: `VACUUM FULL does not go with \`${key}: ${String(options[key])}\``,
    hint: 'Remove one of the two.',
    path: [...path, key],
    at: 'key',
  }));
}

/** A detached step's supervisor takes a slot of its own. */
function checkConcurrency(step: RawStep, workers: number, defaults: Content): Problem[] {
  const detached = (textAt(step.body, 'policy') ?? textAt(defaults, 'policy')) === 'detach';
  if (detached && workers < 2) {
    const message =
      'a detached step takes two workers at least: its supervisor, and one for its tasks';
    const hint = 'Set budget.workers to 2 or more.';
    return [{ code: 'detach-over-budget', message, hint, path: step.path }];
  }
  const concurrency = numberAt(step.body, 'concurrency');
  const most = detached ? workers - 1 : workers;
  if (concurrency === undefined || concurrency <= most) return [];
  const message =
    `a concurrency of ${String(concurrency)} cannot be reached: budget.workers is ` +
    `${String(workers)}${detached ? ', of which the supervisor of a detached step takes one' : ''}`;
  return [
    {
      code: 'concurrency-over-budget',
      severity: 'warning',
      message,
      hint: 'Raise budget.workers, or lower the concurrency.',
      path: [...step.path, 'concurrency'],
    },
  ];
}

interface NamedLimit {
  readonly step: RawStep;
  readonly name: string;
  readonly limit: number;
}

function namedLimits(step: RawStep): NamedLimit[] {
  return Object.entries(contentAt(step.body, 'budgets')).flatMap(([name, limit]) =>
    typeof limit === 'number' ? [{ step, name, limit }] : [],
  );
}

/** Which of two limits would hold is what nobody could tell. */
function checkNamedBudgets(steps: readonly RawStep[]): Problem[] {
  const firsts = new Map<string, NamedLimit>();
  return steps.flatMap(namedLimits).flatMap(({ step, name, limit }): Problem[] => {
    const first = firsts.get(name) ?? { step, name, limit };
    firsts.set(name, first);
    if (first.limit === limit) return [];
    return [
      {
        code: 'budgets-differ',
        message:
          `budget \`${name}\` is ${String(limit)} here and ${String(first.limit)} in step ` +
          `\`${first.step.id ?? '?'}\``,
        hint: 'Give a budget one limit throughout the runbook.',
        path: [...step.path, 'budgets', name],
      },
    ];
  });
}

/** Finds limits that contradict one another. */
export function checkLimits(content: unknown): readonly Problem[] {
  const workers = numberAt(contentAt(content, 'budget'), 'workers') ?? DEFAULT_WORKERS;
  const steps = rawSteps(content);
  return [
    ...checkNamedBudgets(steps),
    ...steps.flatMap((step) => [
      ...checkSizes(step),
      ...checkBatch(step),
      ...checkVacuumOptions(step),
      ...checkConcurrency(step, workers, contentAt(content, 'defaults')),
    ]),
  ];
}
