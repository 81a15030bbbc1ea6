import type { RuleText } from './rule-text.js';

/** Rules of what a step declares. */
export const STEP_TEXTS = {
  'vacuum-full': {
    reason:
      'VACUUM FULL writes the table anew under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile, and it needs the room of a second copy.',
    fix: 'Leave `full` out; plain VACUUM makes the space usable again. For a table that must shrink, repack it, or rebuild it in a window and allow the rule with that reason.',
  },
  'reindex-blocking': {
    reason:
      'REINDEX without CONCURRENTLY blocks writes of the table, and every read that would plan with the index.',
    fix: 'Remove `concurrently: false`.',
  },
  'refresh-blocking': {
    reason: 'REFRESH without CONCURRENTLY blocks all reads of the view while its query runs.',
    fix: 'Add `concurrently: true`, where the view has a unique index on plain columns.',
  },
  'no-lock-timeout': {
    reason:
      'Without `lock_timeout` a task waits for its lock as long as its whole timeout, and everybody who comes after it queues behind it, readers too.',
    fix: 'Add `lock_timeout: 5s` to the step or under `defaults`, and `retry` for another try.',
  },
  'long-lock-timeout': {
    reason:
      "A wait of more than a minute in a lock's queue is a minute in which nobody else gets the table.",
    fix: 'Wait shorter, and try again later with `retry`.',
  },
  'old-transactions-unused': {
    reason:
      'Only concurrent builds wait for older transactions. On any other step `old_transactions_timeout` bounds nothing.',
    fix: 'Take it away, or put it under `defaults`.',
  },
  'timeout-over-window': {
    reason: 'One task could run longer than the whole window.',
    fix: 'Shorten `timeout`, or widen `window.max_duration`.',
  },
  'retry-after-timeout': {
    reason:
      "`query_canceled` is a timeout or somebody's cancel. Tried again, the task most likely times out again, and somebody who cancelled it sees it come back.",
    fix: 'Raise the timeout, and leave `query_canceled` out of `retry.on`.',
  },
  unselective: {
    reason:
      '`*.*` without a filter works on every table of the database each time, whether it needs it or not.',
    fix: 'Add a filter, such as `min_dead_rows`, `min_modified_rows` or `min_bloat`, or a `limit`.',
  },
  'no-keep-free': {
    reason:
      'With `keep_free: 0` the run may take the last slot of max_worker_processes; parallel queries then run without workers, and logical replication cannot start one.',
    fix: 'Keep at least one slot free.',
  },
  'rebuild-beside-long-transaction': {
    reason:
      'REINDEX CONCURRENTLY waits for every transaction that is older than its phases. A sql step of the same runbook that may run for more than ten minutes, and is not ordered before or after it, holds it up as long.',
    fix: 'Order the two with `needs`, or shorten the timeout of the sql step.',
  },
  'backfill-without-where': {
    reason:
      'Without `where` every row is changed and nothing is counted at the end; a second run of the runbook changes every row again.',
    fix: 'Add a `where` that the change makes false.',
  },
  'where-may-stay-true': {
    reason:
      'None of the columns of `where` is set, so that the rows match it still when they are done, and the step fails at its count.',
    fix: 'Name a column that `set` changes, or declare how many rows may remain with `remaining`.',
  },
  'purges-everything': {
    reason: 'A condition without a column is true for every row or for none.',
    fix: 'Say what is to be deleted; to empty a table, TRUNCATE is faster.',
  },
  'long-batches': {
    reason:
      'A batch holds the locks of its rows to its end; whoever wants one of them waits that long.',
    fix: 'Aim at less than a second with `target_duration`.',
  },
} as const satisfies Record<string, RuleText>;
