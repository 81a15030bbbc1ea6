import type { RuleText } from './rule-text.js';

/** Rules of what only the catalogs show. */
export const CATALOGS_TEXTS = {
  'matches-nothing': {
    reason:
      'A pattern of `include` matches no relation: most often a misspelt name, which would pass as a step with nothing to do.',
    fix: 'Correct the name, or take it out.',
  },
  'nothing-selected': {
    reason: 'No relation passes the patterns and filters today.',
    fix: 'Nothing, if that is to be expected; else look at the filters.',
  },
  'left-out': {
    reason: 'Relations match the patterns and cannot be worked on; the reason stands with each.',
    fix: 'Exclude them, or change what keeps them from being worked on.',
  },
  'no-privilege': {
    reason:
      'PostgreSQL will skip the relation with a warning, or refuse, and the run ends with exit 1.',
    fix: 'Grant what [privileges](privileges.md) lists, or exclude it.',
  },
  'sessions-hidden': {
    reason:
      "The role does not see other roles' sessions, so that worker slots of their other programs are not counted.",
    fix: '`GRANT pg_read_all_stats` to it.',
  },
  'standby-counters': {
    reason:
      'Each server counts dead rows, changed rows and the time of the last VACUUM and ANALYZE for itself, and a standby counts none of the work of its primary. A plan that is made on a standby may choose other relations than a run on the primary.',
    fix: 'Plan on the primary.',
  },
  'refresh-could-be-concurrent': {
    reason:
      'The view has a unique index and has been filled: it could be refreshed without blocking its readers.',
    fix: 'Add `concurrently: true`.',
  },
  'unordered-steps': {
    reason:
      'Two steps work on the same table, and neither needs the other. They never run at once, but which one is first is chance.',
    fix: 'Order them with `needs`.',
  },
  'detach-beside': {
    reason:
      'A detached step and another one work on the same table: the second waits until the first has ended, which nobody waits for.',
    fix: 'Let both be waited for, or leave the table out of one.',
  },
  'sql-refused': {
    reason:
      'The server refuses the SQL when it reads or plans it: a name that is not there, a wrong type, a function without that signature. A run would be refused in the same way, after the steps before it were done. Guards and the expressions of backfills and purges count as well. Nothing of it was executed. It is no error where a step before it, or a statement before it in the same step, makes what it names.',
    fix: 'Correct it at the place that is named. Where another step makes what is missing, name that step in `needs`.',
  },
  'made-by-step': {
    reason:
      'The server cannot plan the statement yet, since a step that it needs, or a statement before it in the same step, makes or changes what it names. Whether it is right shows in the run.',
    fix: 'Nothing, if that is so.',
  },
  'not-tried': {
    reason:
      'The server was not asked to plan the statement. A planner executes functions: those of the SQL itself, and of index expressions, generated columns, constraints, policies, statistics, views, types and casts. Here some belong to roles with fewer rights than the role that plans, and would have run with its rights; or the SQL calls a function that runs what a string names, like `table_to_xml`; or another session held a lock that the planner needs; or the role may not read what it names; or a step before it runs code that may make what is missing. This is judged for superusers, for roles with `CREATEROLE`, `BYPASSRLS` or `REPLICATION`, for those that read or write all data or files of the server, and for members of any of these. So the plan does not know how many rows there are, and a backfill or purge is not divided among several workers.',
    fix: 'Plan and run as the owner of the table, or as a small role: `pg-runbook grants FILE --role NAME`.',
  },
  'foreign-code': {
    reason:
      'The step runs code that roles with fewer rights can change at any time: triggers, rules, policies, defaults, and functions that the statement or its tables use. It runs with all rights of a superuser, or of a role like one, as `not-tried` lists them: the owners of that code can become that role.',
    fix: 'Run it as the owner of the table, or as a small role: `pg-runbook grants FILE --role NAME`.',
  },
  'call-commits': {
    reason:
      'The step runs as one transaction, and the body of a procedure that it calls, or of its DO block, has COMMIT or ROLLBACK as a statement. When that is reached, the server ends the step with 2D000, invalid transaction termination.',
    fix: 'Make the CALL a step of its own, with `transaction: false`.',
  },
  'horizon-held': {
    reason:
      "An old snapshot, of a session, a replication slot, a standby's feedback or a prepared transaction, sees rows that were deleted since: VACUUM keeps them all, and REINDEX CONCURRENTLY waits until it is gone.",
    fix: 'Let it end before the run; drop slots that nobody reads.',
  },
  'invalid-index': {
    reason:
      'An invalid index is kept up to date by every write and read by nobody. Most are leftovers of a broken concurrent build.',
    fix: 'Drop a leftover (`_ccnew`, `_ccold`) by hand; any other is rebuilt by the step.',
  },
  'autovacuum-at-work': {
    reason:
      'Autovacuum holds the lock that maintenance of the same table needs; it gives way to it, unless it prevents wraparound.',
    fix: 'Wait for it, or let `lock_timeout` and `retry` do so.',
  },
  'capacity-short': {
    reason:
      'With those that are in use now, the plan may need more worker slots than there are: tasks wait for slots, and parallel workers are not launched.',
    fix: 'Lower the budget, or run it when fewer slots are in use.',
  },
  'window-too-short': {
    reason:
      'By what the ledger knows of earlier runs, or by a rough rate where it knows nothing, the plan takes longer than its window: the rest is left undone.',
    fix: 'Give it a longer window, more workers, or less to do.',
  },
  'unbatched-dml': {
    reason:
      'An UPDATE or DELETE that the planner expects to change many rows of a large table holds all their locks to its end.',
    fix: 'Make it a `backfill` or `purge` step.',
  },
} as const satisfies Record<string, RuleText>;
