import type { ErrorCode } from './errors.js';

/** What an error code stands for, whatever the message of the case at hand says. */
export interface ErrorText {
  readonly happened: string;
  readonly means: string;
  readonly remedy: string;
}

/** Of a statement that the server refuses to plan. */
const HIDDEN_TEXT =
  "Where the message has no more than the SQLSTATE, the server's text may hold data: " +
  '`pg-runbook plan FILE --show-server-errors` shows it.';

/** One entry for each code: docs/errors.md is made of it, and `explain CODE` shows it. */
export const ERROR_TEXTS: Readonly<Record<ErrorCode, ErrorText>> = {
  usage: {
    happened: 'The command line is not one that the program knows.',
    means: 'Nothing was read and nothing was done.',
    remedy: 'Look at `pg-runbook help COMMAND`; the hint names the word that is nearest.',
  },
  invalid_runbook: {
    happened: 'The runbook has mistakes; each was printed with its line.',
    means: 'It was not planned, and nothing was launched.',
    remedy:
      'Correct the lines; `pg-runbook validate FILE` tells whether it is whole, without a server.',
  },
  invalid_inventory: {
    happened: 'The inventory has mistakes; each was printed with its line.',
    means: 'No connection was tried.',
    remedy: 'Correct the lines; `pg-runbook schema inventory` prints what it may hold.',
  },
  invalid_connection: {
    happened:
      'The connection string, the service file or a PG* variable has something that libpq would not take, or that pg-runbook cannot do.',
    means: 'No connection was tried.',
    remedy:
      'Correct what the message names. It never shows a password. docs/connections.md has the keywords.',
  },
  connection_failed: {
    happened: 'The server could not be reached, or did not let us in.',
    means: 'Nothing was launched.',
    remedy: 'Try the same with psql. The message has what the server or the network said.',
  },
  connection_lost: {
    happened: 'The server was lost and did not come back within 30 seconds.',
    means:
      'Workers may run on to their end or timeout; what they came to is not known yet. Before a run is on record nothing ' +
      'was launched, and the exit code is 3.',
    remedy:
      'When the server is there again: `pg-runbook status RUN` settles by proof, `resume RUN` does the rest.',
  },
  query_failed: {
    happened: 'The server refused a query of pg-runbook itself.',
    means:
      'What was launched before stands in the ledger with its true status. Before a run is on record nothing was, and the ' +
      'exit code is 3.',
    remedy:
      'Look at the SQLSTATE: a full disk, a missing privilege or a limit of the server. Then `resume RUN`.',
  },
  pooler_between: {
    happened: 'Between two queries of one session the server process changed.',
    means: 'A pooler in transaction mode is in between; handles and locks belong to a session.',
    remedy: 'Connect to PostgreSQL itself, or through a pool in session mode.',
  },
  extension_missing: {
    happened: 'The database has no extension pg_background.',
    means: 'No worker could be launched.',
    remedy:
      'Install its package on the server, then as a superuser: `CREATE EXTENSION pg_background`.',
  },
  extension_unsupported: {
    happened: 'The version of pg_background in the database is older than 1.8.',
    means: 'Its workers have no handle by which they could be told apart from strangers.',
    remedy: 'Install a newer package, then `ALTER EXTENSION pg_background UPDATE`.',
  },
  extension_untrusted: {
    happened:
      'The schema of pg_background belongs to a role that is no superuser, and a superuser is to run.',
    means:
      'That role could rename the schema and put functions of its own in its place, which would run as superuser.',
    remedy:
      'As a superuser, while no run is live: `CREATE SCHEMA pgbg; ALTER EXTENSION pg_background SET SCHEMA pgbg;`, ' +
      'and `GRANT USAGE ON SCHEMA pgbg TO …` to the roles that run. Or run as a role that is no superuser.',
  },
  server_unsupported: {
    happened: 'The server is older than PostgreSQL 14, a standby, or keeps no statistics.',
    means: 'Maintenance would be impossible there, or could not be proven.',
    remedy: 'Connect to a primary of PostgreSQL 14 or newer with `track_counts = on`.',
  },
  privilege_missing: {
    happened: 'The role may not do what the command needs.',
    means: 'Nothing was launched.',
    remedy:
      'Have the statement run that the hint names; `pg-runbook grants FILE` prints all of them.',
  },
  budget_impossible: {
    happened:
      'The budget asks for more workers than the server has slots, or too few slots are free.',
    means: 'The run could never do what it declares.',
    remedy:
      'Lower `budget.workers` or `keep_free`, or raise `max_worker_processes` and restart the server.',
  },
  not_supported_yet: {
    happened: 'The runbook or the ledger has something that this version does not know.',
    means: 'A newer pg-runbook wrote it.',
    remedy: 'Use the newer version.',
  },
  option_not_supported: {
    happened: "An option is newer than the server's major version.",
    means: 'PostgreSQL would refuse the command.',
    remedy: 'Leave the option out of the runbook that is for this server.',
  },
  step_refused: {
    happened:
      'What a step names is not there or not of the sort that the step needs, or the role may not use it.',
    means: 'The plan could not be made, so nothing was launched.',
    remedy:
      'Correct the step, or make what it needs; the message names the relation, column or privilege. ' +
      `Of privileges, \`pg-runbook grants FILE --role NAME\` prints each GRANT that is missing. ${HIDDEN_TEXT}`,
  },
  template_refused: {
    happened: 'The database that the selftest should copy is no template, or cannot be copied.',
    means: 'No database was made.',
    remedy: 'Mark it: `ALTER DATABASE … IS_TEMPLATE true`, and see that nobody is connected to it.',
  },
  setting_refused: {
    happened: 'The server does not take a value under `settings`.',
    means: 'Every worker of the step would fail.',
    remedy:
      'Correct the name, value or unit in the step or in `defaults`; for want of a privilege, the hint has the GRANT.',
  },
  guard_refused: {
    happened:
      'The role may not ask the query of a guard, or the server refuses it since the plan was made.',
    means: 'Nobody could tell whether it holds.',
    remedy: `Try it in psql as the same role: one row, one column, true means go. ${HIDDEN_TEXT}`,
  },
  version_changed: {
    happened: 'The same name and version ran before with other content.',
    means: 'What was reviewed under that version is not what would run.',
    remedy: 'Raise `version`, or pass `--allow-changed` for this once.',
  },
  plan_invalid: {
    happened: 'The file is no plan that this version reads.',
    means: 'It was not run.',
    remedy: 'Make it anew: `pg-runbook plan FILE --out PATH`.',
  },
  plan_altered: {
    happened: 'The plan is not what its digest says, or not what its runbook declares.',
    means: 'Somebody or something changed it after it was made.',
    remedy: 'Plan anew, and have it reviewed.',
  },
  plan_stale: {
    happened: 'The database or the runbook has moved on since the plan was made.',
    means: 'What was reviewed is not what would happen.',
    remedy: 'Plan anew. `drift` in the runbook says how much may change.',
  },
  plan_not_written: {
    happened: 'The plan could not be written to the path.',
    means: 'There is no file, or the old one is still there, whole.',
    remedy: 'Name a path that can be written. Links of other users are not followed.',
  },
  ledger_missing: {
    happened: 'The database has no ledger, or the role may not make one.',
    means: 'There is nothing to show, and nothing could be recorded, so nothing was launched.',
    remedy:
      '`pg-runbook init` makes it; so does a run. A role that may not create schemas gets one of its own by what ' +
      '`pg-runbook grants FILE --role NAME` prints.',
  },
  ledger_older: {
    happened: 'An older pg-runbook made the ledger.',
    means: 'Only `init` and `run` bring it up to date; looking changes nothing.',
    remedy: 'Start `pg-runbook init` while no run is live.',
  },
  ledger_newer: {
    happened: 'A newer pg-runbook made the ledger.',
    means: 'This version would not understand its records.',
    remedy: 'Use the newer version.',
  },
  ledger_other: {
    happened: 'The tables of the ledger were made by files that no release of pg-runbook has.',
    means:
      'Columns may be missing or mean something else: nothing is read from them, and nothing was launched.',
    remedy:
      'Use the build that made it. Or rename the schema, which keeps its history: `ALTER SCHEMA runbook RENAME TO ' +
      'runbook_old`. The next run makes a new ledger.',
  },
  ledger_untrusted: {
    happened:
      'Some of schema `runbook` belongs to another role or uses functions of one, or another role may write to it.',
    means:
      'Its functions and triggers run with our rights, and `resume` executes what its tables hold: that role could do ' +
      'whatever ours may.',
    remedy:
      'If the whole ledger is of one other role, connect as that role. Else execute the statements of the hint; where it ' +
      'has none, look at what is in the schema, then drop or rename it. Do not change its owner: triggers stay.',
  },
  ledger_busy: {
    happened:
      'Another session is making or changing schema `runbook`, and has not ended in time; or it has to be brought up to ' +
      'date while runs are at work.',
    means: 'Nothing was recorded, so nothing was launched.',
    remedy:
      'Try again. `pg-runbook init --wait 2h` waits until the runs that are at work have ended. If it fails again, find the oldest transaction and end it: `select pid, usename, xact_start from ' +
      'pg_stat_activity where xact_start is not null order by xact_start`.',
  },
  relation_locked: {
    happened: 'To look at a step took a lock that other sessions did not give up in time.',
    means: 'The plan could not be made, so nothing was launched.',
    remedy: 'Try again when the lock is gone; the message names the locks that others have.',
  },
  ledger_damaged: {
    happened: 'Records of a run contradict one another, or lack parts.',
    means: 'They were edited, or a restore lost some; what they say cannot be relied on.',
    remedy: 'Look at the run by SQL in schema `runbook`; other runs are not affected.',
  },
  run_not_found: {
    happened: 'The ledger has no such run, or several whose ids begin so.',
    means: 'Nothing was done.',
    remedy: '`pg-runbook status` lists them; give more of the id, or `latest`.',
  },
  run_live: {
    happened: 'The engine of the run is alive.',
    means: 'Nobody else may take it up.',
    remedy: '`pg-runbook wait RUN`, or `cancel RUN`.',
  },
  run_ended: {
    happened: 'Nothing of the run is left to be done.',
    means: 'It cannot be resumed or cancelled.',
    remedy: '`pg-runbook status RUN` tells what became of it.',
  },
  run_elsewhere: {
    happened:
      'The ledger was copied here, by a dump or as a copy of the database, and the run was begun where it came from.',
    means:
      'Its plan is for the tables of that database. What became of it is not known here: it is shown as unknown, and is not settled.',
    remedy:
      'Run the runbook again in this database. To see how the old run ended, ask the database that it was begun in: `pg-runbook status RUN`.',
  },
  run_taken_over: {
    happened: 'While the connection was lost, another pg-runbook took up the run.',
    means: 'This process has left it to the other one.',
    remedy: '`pg-runbook wait RUN`.',
  },
  report_not_written: {
    happened: 'The report could not be written to the path.',
    means:
      'Before the first launch: the run did not begin. Later it goes on, and the ledger has the truth.',
    remedy:
      'Name a path that can be written; links of other users are not followed. `pg-runbook status RUN --json` is the same document.',
  },
  report_invalid: {
    happened: 'The file is no report by its schema, or cannot be read.',
    means: 'Nothing was shown. What has a dot or a slash is taken for a file, and not for a run.',
    remedy:
      'Name a file that `run --report` wrote, or a run: its id, the beginning of one, or `latest`.',
  },
  metrics_not_written: {
    happened: 'The file for Prometheus could not be written to the path of `--metrics`.',
    means:
      'Before the run: it did not begin. After it: the run has ended as its exit code says, and the file is as it was.',
    remedy:
      'Name a path in a folder that is there and can be written. Links of other users are not followed.',
  },
  window_closed: {
    happened: 'The window of the runbook is not open.',
    means: 'The run did not begin; nothing is wrong.',
    remedy: 'Nothing: it begins when it is started within its window.',
  },
  overlap: {
    happened: 'Another run of the runbook is live on this database.',
    means: 'This one did not begin; nothing is wrong.',
    remedy: '`pg-runbook status` shows the other. `on_overlap: wait` waits for it.',
  },
  overlap_forbidden: {
    happened: 'Another run of the runbook is live, and `on_overlap` is `fail`.',
    means: 'This one did not begin.',
    remedy: 'Find out why two were started.',
  },
  braked: {
    happened: 'Somebody has paused all runs of the database.',
    means: 'The run did not begin; nothing is wrong.',
    remedy: 'The message names who and why; `pg-runbook unpause` lets them go on.',
  },
  pass_taken: {
    happened: 'The pass has a run of this runbook in the database already.',
    means: 'The run did not begin: in one pass nothing is done twice.',
    remedy: 'Nothing. The next pass needs another name.',
  },
};
