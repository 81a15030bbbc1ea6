import type { RuleId } from './lint/rules.js';

const text = (means: string, remedy: string): { means: string; remedy: string } => ({
  means,
  remedy,
});

/** What the codes of `validate` mean beyond their message, and what to do. */
export const DIAGNOSTIC_TEXTS = {
  // The file.
  'file-missing': text('There is no such file.', 'Look at the path.'),
  'file-directory': text('The path is a folder.', 'Name the file in it.'),
  'file-unreadable': text('The file cannot be read.', 'Look at its rights.'),
  'file-too-large': text('A runbook is text for people; this one is not.', 'Split it.'),
  'file-encoding': text('The file is not UTF-8.', 'Save it as UTF-8.'),
  'file-bom': text(
    'The file begins with a mark of another encoding.',
    'Save it as UTF-8 without it.',
  ),
  'file-nul': text('The file has a NUL character.', 'Remove it; the file may be damaged.'),
  'too-many-problems': text(
    'Only the first 200 problems are explained.',
    'Correct these, and look again.',
  ),
  'bad-character': text('A control character stands in the text.', 'Remove it, or escape it.'),
  // YAML.
  'yaml-syntax': text('It is no YAML.', 'Correct the line, or the one before it.'),
  'yaml-indent': text(
    'The indentation fits no level above.',
    'Indent by spaces as the lines above.',
  ),
  'yaml-tab': text('YAML is indented by spaces.', 'Replace the tab.'),
  'yaml-empty': text('The file has no content.', 'Begin with `api_version` and `name`.'),
  'yaml-key': text('A key is not plain text.', 'Write a word, or quote it.'),
  'yaml-tag': text('Tags would make other things of values.', 'Remove the tag.'),
  'yaml-alias': text('Too many aliases, or one to nothing.', 'Write the value out.'),
  'yaml-version': text('The %YAML directive asks for another version.', 'Remove it; 1.2 is read.'),
  'yaml-several-documents': text('A file is one runbook.', 'Make a file of each.'),
  'yaml-too-deep': text('It is nested deeper than any runbook.', 'Flatten it.'),
  'yaml-too-long': text('It has more nodes than any runbook.', 'Split it.'),
  'duplicate-key': text('The second value would win unseen.', 'Remove one.'),
  // The schema.
  'api-version': text('The format is of another version.', 'Write the one that the hint names.'),
  'unknown-key': text(
    'The format has no such key here.',
    'Take the one in the hint, or remove it.',
  ),
  'missing-key': text('The format needs it.', 'Add it.'),
  'misplaced-key': text('The key means nothing without another.', 'Add that, or remove this.'),
  'wrong-type': text('The value is of another type.', 'Write it as the hint shows.'),
  'bad-value': text('The value is not one of those allowed.', 'Take one of those.'),
  'bad-text': text('The text has not the form that is needed.', 'Write it as the hint says.'),
  'bad-key': text('A name has not the form that is needed.', 'Write it as the hint says.'),
  'bad-count': text('There are too many or too few.', 'Keep within the bound.'),
  'out-of-range': text('The number is outside its bounds.', 'Keep within them.'),
  'duplicate-item': text('An entry stands there twice.', 'Remove one.'),
  'bad-duration': text('It is no duration.', 'Like 90s, 15m or 1h30m.'),
  'bad-size': text("It is no size by PostgreSQL's rules.", 'Like 64kB, 256MB or 1GB.'),
  'bad-glob': text('It is no pattern of schema and name.', 'Like app.* or app.order_*.'),
  'bad-relation': text('It is no name of a relation.', 'Like app.orders, schema included.'),
  'bad-condition': text(
    'PostgreSQL knows no such condition.',
    'A SQLSTATE or its name, like 55P03.',
  ),
  'bad-time-zone': text('There is no such time zone.', 'Like Europe/Berlin or UTC.'),
  'unknown-kind': text('There is no such kind of step.', 'Take one of those in the message.'),
  'step-kind-missing': text(
    'A step does one thing; this one does none.',
    'Add vacuum, sql or another.',
  ),
  'step-kind-several': text('A step does one thing.', 'Make a step of each.'),
  'reindex-target-missing': text(
    'It says nothing of what to rebuild.',
    'Add indexes, tables or schemas.',
  ),
  'reindex-target-several': text('It says what to rebuild in two ways.', 'Keep one.'),
  'guard-condition-missing': text('A guard without a condition always holds.', 'Add one.'),
  'guard-condition-several': text('A guard has one condition.', 'Make a guard of each.'),
  'connection-missing': text('It says nothing of how to reach it.', 'Add dsn or service.'),
  'connection-several': text('It says how to reach it in two ways.', 'Keep one.'),
  // An inventory.
  'bad-dsn': text(
    'It is no connection string as libpq takes it.',
    'Correct what the message says.',
  ),
  'password-in-dsn': text(
    'Whoever reads the file can log in. It is used nevertheless.',
    'Take it from a password file (.pgpass), PGPASSWORD or a service.',
  ),
  'duplicate-database': text('Two entries have one name, or lead to one database.', 'Remove one.'),
  'reserved-name': text('The summary of the inventory has that file name.', 'Rename it.'),
  // What belongs together.
  'min-over-max': text('The lower bound is above the upper one.', 'Swap or correct them.'),
  'vacuum-options': text('PostgreSQL refuses the two together.', 'Remove one.'),
  'concurrency-over-budget': text(
    'So many can never run at once.',
    'Lower it, or raise the budget.',
  ),
  'detach-over-budget': text(
    'The supervisor takes a worker, too.',
    'Set `budget.workers` to 2 or more.',
  ),
  'budgets-differ': text('Which limit holds could not be told.', 'Give the budget one limit.'),
  'duplicate-step-id': text('Steps are told apart by their ids.', 'Rename one.'),
  'self-need': text('It would wait for itself.', 'Remove the need.'),
  'unknown-step': text('No step has that id.', 'Correct it.'),
  'cyclic-needs': text('They would wait for one another for ever.', 'Remove one of the needs.'),
  'needs-detached': text(
    'The run does not wait for its end.',
    'Say `after: started`, or wait for it.',
  ),
  'timeout-missing': text('Everything has a timeout.', 'Add one to the step or to `defaults`.'),
  'timeout-too-short': text('It would end before it began.', 'At least 1s.'),
  'detach-without-timeout': text('Nobody would ever stop it.', 'Add a timeout.'),
  'setting-reserved': text(
    'The engine needs that setting itself.',
    'Use the key that the hint names, or remove it.',
  ),
  'retry-not-idempotent': text(
    'A second try might do harm.',
    'Declare `idempotent: true` if it does none.',
  ),
  // Parameters.
  'unknown-parameter': text(
    'The runbook declares no such parameter.',
    'Declare it, or correct the name.',
  ),
  'parameter-missing': text('It has no value and no default.', 'Pass it: -p name=value.'),
  'parameter-value': text('The value is not of its type or bounds.', 'Pass another.'),
  'parameter-default': text('The default breaks its own rules.', 'Correct one of them.'),
  'parameter-bounds': text('Bounds are for numbers.', 'Remove them, or change the type.'),
  'parameter-in-sql': text(
    'In SQL a value must be quoted.',
    'Write :\'name\' or :"name" instead of ${name}.',
  ),
  // SQL.
  'sql-empty': text('There is no statement.', 'Write one, or remove the step.'),
  'sql-too-long': text(
    'All the SQL of a runbook may have 128 KiB; a text counts as 50 characters at least.',
    'Split the runbook.',
  ),
  'sql-syntax': text(
    "PostgreSQL 18's grammar does not know it.",
    'Correct it, unless the server is newer.',
  ),
  'several-statements': text('Here only one statement is possible.', 'Make a step of each.'),
  'transaction-control': text('The engine commits, with the proof.', 'Remove BEGIN and COMMIT.'),
  'needs-no-transaction': text(
    'The command runs outside of transactions.',
    'Add `transaction: false`.',
  ),
  'needs-transaction': text(
    'Several statements need a transaction.',
    'Remove `transaction: false`.',
  ),
  'expect-without-transaction': text(
    'A statement without a transaction has committed before its rows could be counted.',
    'Remove `expect`, or `transaction: false`.',
  ),
  'expect-misfit': text(
    'It does not say of which statement how many rows are expected.',
    'Give one number for the one statement with rows, or `statements` with an entry for each.',
  ),
  'copy-client': text(
    'A worker has no client to copy to or from.',
    'Use a file of the server, or INSERT.',
  ),
  'changes-worker': text('It would change who or what the worker is.', 'Remove it.'),
  'guard-not-query': text('A guard asks, and changes nothing.', 'Write one SELECT.'),
} as const;

/** A code that a person may look up. Rules have theirs in docs/rules.md. */
export type DiagnosticCode = keyof typeof DIAGNOSTIC_TEXTS | RuleId;
