import { listSome } from '../../model/phrases.js';
import { parseDuration } from '../../model/duration.js';
import { contentAt, isContent, listAt, numberAt, textAt, type RawStep } from '../content.js';
import { inStep, withDefault, type Check, type LintInput, type LintProblem } from './input.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

const LONG_LOCK_TIMEOUT_MS = MINUTE;
const LONG_TRANSACTION_MS = 10 * MINUTE;
const LONG_BATCH_MS = 5 * SECOND;

const has = ({ body }: RawStep, key: string): boolean => Object.hasOwn(body, key);

function duration(text: string | undefined): number | undefined {
  return text === undefined ? undefined : parseDuration(text);
}

/** A check of each step by itself. */
function each(check: (step: RawStep, input: LintInput) => readonly LintProblem[]): Check {
  return (input) => input.steps.flatMap((step) => check(step, input));
}

const vacuumFull = each((step) => {
  const full = contentAt(contentAt(step.body, 'vacuum'), 'options')['full'] === true;
  const hint = 'Leave `full` out; for a table that must shrink, repack or rebuild it in a window.';
  const message = 'VACUUM FULL rewrites each table and blocks all reads and writes of it meanwhile';
  return full ? [inStep(step, 'vacuum-full', ['vacuum', 'options', 'full'], message, hint)] : [];
});

const reindexBlocking = each((step) => {
  if (contentAt(step.body, 'reindex')['concurrently'] !== false) return [];
  const message = 'REINDEX without CONCURRENTLY blocks writes, and reads that would use the index';
  const hint = 'Remove `concurrently: false`.';
  return [inStep(step, 'reindex-blocking', ['reindex', 'concurrently'], message, hint)];
});

const refreshBlocking = each((step) => {
  if (!has(step, 'refresh') || contentAt(step.body, 'refresh')['concurrently'] === true) return [];
  const message = 'REFRESH without CONCURRENTLY blocks all reads of the view';
  const hint = 'Add `concurrently: true` where the view has a unique index.';
  return [inStep(step, 'refresh-blocking', ['refresh'], message, hint)];
});

const lockTimeouts = each((step, input) => {
  const text = withDefault(input, step, 'lock_timeout');
  if (text === undefined) {
    const message =
      'without a lock_timeout it waits for locks up to its timeout, and others queue behind it';
    const hint = 'Add `lock_timeout: 5s` here, or under `defaults`.';
    return [inStep(step, 'no-lock-timeout', [], message, hint)];
  }
  if ((duration(text) ?? 0) <= LONG_LOCK_TIMEOUT_MS) return [];
  const message = `for ${text} it may stand in the queue of a lock, with everybody behind it`;
  const hint = 'Wait shorter, and try again later: `retry`.';
  return [inStep(step, 'long-lock-timeout', [], message, hint)];
});

const oldTransactionsUnused = each((step) => {
  if (!has(step, 'old_transactions_timeout')) return [];
  const rebuilds =
    has(step, 'reindex') && contentAt(step.body, 'reindex')['concurrently'] !== false;
  if (rebuilds || (has(step, 'sql') && step.body['transaction'] === false)) return [];
  const message = 'it is no concurrent build, and waits for no older transaction by itself';
  const hint = 'Leave it out here: under `defaults` it is for those steps that need it.';
  return [inStep(step, 'old-transactions-unused', ['old_transactions_timeout'], message, hint)];
});

const timeoutOverWindow = each((step, input) => {
  const window = duration(textAt(contentAt(input.content, 'window'), 'max_duration'));
  const timeout = duration(withDefault(input, step, 'timeout'));
  if (window === undefined || timeout === undefined || timeout <= window) return [];
  const message =
    'its timeout is longer than window.max_duration: one task could outlast the window';
  const hint = 'Shorten the timeout, or widen the window.';
  return [
    inStep(step, 'timeout-over-window', has(step, 'timeout') ? ['timeout'] : [], message, hint),
  ];
});

const retryAfterTimeout = each((step, input) => {
  const own = has(step, 'retry');
  const retry = contentAt(own ? step.body : input.defaults, 'retry');
  if (!listAt(retry, 'on').some((on) => on === 'query_canceled' || on === '57014')) return [];
  const message = 'a task that timed out or was cancelled is tried again, and may be each time';
  const hint = 'Raise the timeout instead, and leave query_canceled out.';
  return [inStep(step, 'retry-after-timeout', own ? ['retry'] : [], message, hint)];
});

const FILTERS = [
  'min_dead_rows',
  'min_dead_ratio',
  'min_size',
  'max_size',
  'min_xid_age',
  'min_mxid_age',
  'not_vacuumed_for',
  'min_modified_rows',
  'not_analyzed_for',
  'min_bloat',
  'invalid_only',
  'limit',
];

const SELECTORS = [
  ['vacuum', 'tables'],
  ['analyze', 'tables'],
  ['reindex', 'indexes'],
  ['reindex', 'tables'],
] as const;

const unselective = each((step) =>
  SELECTORS.flatMap(([kind, key]): LintProblem[] => {
    const selector = contentAt(step.body, kind)[key];
    if (!isContent(selector) || !listAt(selector, 'include').includes('*.*')) return [];
    if (FILTERS.some((filter) => Object.hasOwn(selector, filter))) return [];
    const message =
      'it takes everything in the database, and no filter holds back what needs no work';
    const hint = 'Add a filter or a limit: min_dead_rows, min_bloat, min_modified_rows …';
    return [inStep(step, 'unselective', [kind, key, 'include'], message, hint)];
  }),
);

const keepFree: Check = ({ content }) =>
  numberAt(contentAt(content, 'budget'), 'keep_free') === 0
    ? [
        {
          code: 'no-keep-free',
          path: ['budget', 'keep_free'],
          at: 'key',
          message:
            'the run may take the last worker slot: parallel queries and replication wait for it',
          hint: 'Keep at least one free.',
        },
      ]
    : [];

/** The steps that a step comes after, directly or not. */
function ancestors(id: string, steps: readonly RawStep[], seen = new Set<string>()): Set<string> {
  for (const need of listAt(steps.find((step) => step.id === id)?.body, 'needs')) {
    if (typeof need !== 'string' || seen.has(need)) continue;
    seen.add(need);
    ancestors(need, steps, seen);
  }
  return seen;
}

const rebuildBesideLongTransaction: Check = (input) => {
  const { steps } = input;
  const rebuilds = steps.filter(
    (step) => has(step, 'reindex') && contentAt(step.body, 'reindex')['concurrently'] !== false,
  );
  const long = steps.filter(
    (step) =>
      has(step, 'sql') &&
      step.body['transaction'] !== false &&
      (duration(withDefault(input, step, 'timeout')) ?? 0) > LONG_TRANSACTION_MS,
  );
  const candidates =
    rebuilds.length === 0 ? [] : long.map(({ id = '' }) => ({ id, before: ancestors(id, steps) }));
  return rebuilds.flatMap((rebuild) => {
    const before = ancestors(rebuild.id ?? '', steps);
    const beside = candidates
      .filter((one) => !before.has(one.id) && !one.before.has(rebuild.id ?? ''))
      .map(({ id }) => id);
    if (beside.length === 0) return [];
    const named = `${beside.length === 1 ? 'step' : 'steps'} ${listSome(beside, 3)}`;
    return [
      inStep(
        rebuild,
        'rebuild-beside-long-transaction',
        ['reindex'],
        `a concurrent rebuild waits for every open transaction, and ${named} beside it may run for long`,
        `Order them: \`needs: [${beside[0] ?? ''}]\`, or shorten the timeout of ${beside.length === 1 ? (beside[0] ?? '') : 'these'}.`,
      ),
    ];
  });
};

const longBatches = each((step) =>
  ['backfill', 'purge'].flatMap((kind): LintProblem[] => {
    const batch = contentAt(contentAt(step.body, kind), 'batch');
    if ((duration(textAt(batch, 'target_duration')) ?? 0) <= LONG_BATCH_MS) return [];
    const message = 'for as long as a batch takes, others wait for its rows';
    const hint = 'Aim at less than a second.';
    return [inStep(step, 'long-batches', [kind, 'batch', 'target_duration'], message, hint)];
  }),
);

export const DECLARATION_CHECKS: readonly Check[] = [
  vacuumFull,
  reindexBlocking,
  refreshBlocking,
  lockTimeouts,
  oldTransactionsUnused,
  timeoutOverWindow,
  retryAfterTimeout,
  unselective,
  keepFree,
  rebuildBesideLongTransaction,
  longBatches,
];
