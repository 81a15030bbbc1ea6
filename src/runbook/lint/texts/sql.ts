import type { RuleText } from './rule-text.js';

/** Rules of what the SQL of a sql step does. */
export const SQL_TEXTS = {
  'dml-without-where': {
    reason:
      'UPDATE or DELETE without WHERE changes every row in one transaction: long locks, as many dead rows, and no way to stop half-way.',
    fix: 'Add a WHERE; for many rows use a `backfill` or `purge` step, which goes in batches.',
  },
  truncate: {
    reason:
      'TRUNCATE takes ACCESS EXCLUSIVE, and a transaction with an older snapshot sees the table empty.',
    fix: 'Delete in batches with a `purge` step, or allow it with the reason.',
  },
  'drop-object': {
    reason: 'What is dropped is gone with everything in it.',
    fix: 'Drop it in a migration, where it is reviewed as such, or allow it with the reason.',
  },
  'ddl-in-sql-step': {
    reason:
      "A changed schema is part of the application's history; in a maintenance runbook nobody looks for it, and it is run again each night.",
    fix: 'Move it to a migration. Temporary tables are fine.',
  },
  'index-blocks-writes': {
    reason: 'CREATE INDEX blocks writes of the table until it is built.',
    fix: '`CREATE INDEX CONCURRENTLY`, in a step of its own with `transaction: false`.',
  },
  'drop-index-blocking': {
    reason:
      'DROP INDEX takes ACCESS EXCLUSIVE on the table, and everybody queues behind its wait for it.',
    fix: '`DROP INDEX CONCURRENTLY`, in a step of its own with `transaction: false`.',
  },
  'column-type-change': {
    reason:
      "Most changes of a column's type write the table and its indexes anew under ACCESS EXCLUSIVE.",
    fix: 'Add a column, fill it with a `backfill` step, and swap the two in a migration.',
  },
  'set-not-null': {
    reason:
      'SET NOT NULL reads the whole table under ACCESS EXCLUSIVE, unless a valid CHECK proves it already.',
    fix: 'Add `CHECK (… IS NOT NULL) NOT VALID`, validate it, and then set NOT NULL.',
  },
  'constraint-scans-table': {
    reason: 'A new CHECK or FOREIGN KEY reads the whole table while writes wait.',
    fix: 'Add it `NOT VALID`, and `VALIDATE CONSTRAINT` in a later step, which lets writes go on.',
  },
  'lock-table': {
    reason: 'LOCK TABLE holds its lock until the step has committed.',
    fix: 'Leave locking to the statements that need it.',
  },
  'cluster-command': {
    reason: 'CLUSTER writes the table anew under ACCESS EXCLUSIVE.',
    fix: 'Repack it, or do it in a window and allow the rule with that reason.',
  },
  'maintenance-as-sql': {
    reason:
      'VACUUM, ANALYZE, REINDEX and REFRESH as SQL have no selection, no evidence of their work, no retry and no clean-up.',
    fix: 'Make it a step of the kind of that name.',
  },
  'copy-program': {
    reason:
      'COPY … PROGRAM runs a shell command on the database server, as the account of the server.',
    fix: 'Remove it: a runbook runs no shell commands.',
  },
  'server-files': {
    reason:
      "COPY with a file, pg_read_file and large-object import and export work on the server's files, with the server's rights.",
    fix: 'Move data with a client, outside the runbook.',
  },
  'leaves-server': {
    reason:
      'What dblink does is done in another session, which commits by itself: no marker proves it, and no cancel reaches it.',
    fix: 'Do it in a runbook of its own for that server.',
  },
  'set-role': {
    reason: 'The role of a worker is no sandbox: its text can go back to the role that logged in.',
    fix: 'Log in as a role with just the rights that the runbook needs; see [privileges](privileges.md).',
  },
  'changes-privileges': {
    reason:
      'Grants, roles and owners are looked for where they are managed, and not in maintenance.',
    fix: 'Move it there.',
  },
  'changes-server': {
    reason:
      'ALTER SYSTEM and ALTER DATABASE … SET change the server for everybody, and stay when the run is over.',
    fix: 'Give the step `settings` of its own.',
  },
  'terminates-sessions': {
    reason:
      "A PID may be somebody else's by the time it is signalled, and what it interrupts may be more important than this run.",
    fix: 'Let `lock_timeout` give way, and find out with `pg-runbook why` who is in the way.',
  },
  'not-in-subquery': {
    reason:
      '`NOT IN (SELECT …)` is never true once the subquery gives one NULL, and PostgreSQL cannot plan it as an anti-join.',
    fix: 'Use NOT EXISTS.',
  },
  'insert-not-idempotent': {
    reason:
      'The step says that a second run does no harm, so it may be retried and resumed; a plain INSERT adds its rows again.',
    fix: 'Add ON CONFLICT DO NOTHING, or remove `idempotent: true`.',
  },
  'sleeps-in-transaction': {
    reason:
      'While it sleeps its transaction is open: VACUUM removes nothing newer, and its locks are kept.',
    fix: 'Leave pauses to `backfill` and `purge` steps, which commit before them.',
  },
  'rows-thrown-away': {
    reason: 'The rows of a query in a sql step are seen by nobody.',
    fix: 'Remove it; to make the step fail on what it finds, raise an error in a DO block.',
  },
} as const satisfies Record<string, RuleText>;
