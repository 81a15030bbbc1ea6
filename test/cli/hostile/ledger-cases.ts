/** Hand-edits of a ledger: what they set, and on a run in which state. */
export interface LedgerCase {
  readonly name: string;
  readonly sql: string;
  /** `ended`: a run that went well. `open`: the same as a killed engine leaves it. */
  readonly base: 'ended' | 'open';
}

const GARBAGE = ["'null'", "'[]'", "'{}'", `'"text"'`, "'7'", "'[[1, null]]'"];

const JSON_COLUMNS: Readonly<Record<string, readonly string[]>> = {
  run: ['plan', 'parameters'],
  step: ['plan'],
  task: ['plan', 'targets', 'items'],
  attempt: ['before', 'outcome', 'messages'],
  batch_part: ['above', 'upto', 'reached', 'pauses'],
};

/** What a plan holds; each is taken out of a plan that is otherwise whole. */
const IN_PLANS: Readonly<Record<string, readonly string[]>> = {
  run: ['runbook', 'server', 'budget', 'window', 'ledger', 'on_overlap', 'capacity', 'digest'],
  step: ['id', 'kind', 'spec', 'timeout_ms', 'concurrency', 'retry', 'needs', 'policy', 'settings'],
  task: ['sql', 'targets', 'proof', 'number'],
};

const VALUES: Readonly<Record<string, readonly string[]>> = {
  'run.status': ["'running'", "'unknown'", "'detached'", "'deferred'"],
  'run.exit_code': ['null', '-1', '99', '2147483647'],
  'run.reason': ["E'\\\\e[2Jfaked\\nerror: faked'", "repeat('x', 100000)"],
  'run.started_at': ["'infinity'", "'-infinity'", "'4713-01-01 BC'"],
  'run.finished_at': ["'infinity'", 'null', "'1970-01-01'"],
  'run.window_ends_at': ["'infinity'", "'-infinity'"],
  'run.role_name': ["'nobody of this name'", "''"],
  'run.runbook_name': ["'../../../tmp/x'", "E'a\\nb'"],
  'run.runbook_version': ['-1'],
  'run.engine_pid': ['-1', 'null', '1'],
  'run.paused_by': ["E'x\\ny'"],
  'step.status': ["'pending'", "'running'", "'unknown'", "'detached'"],
  'step.kind': ["'nonsense'", "'constructor'", "''"],
  'step.policy': ["'detach'"],
  'step.ordinal': ['0', '-2147483648'],
  'step.finished_at': ["'infinity'", 'null'],
  'step.started_at': ["'-infinity'", "'infinity'"],
  'task.status': ["'pending'", "'running'", "'unknown'", "'failed'"],
  'task.application_name': ["''", "'psql'"],
  'task.not_before': ["'-infinity'", "'4000-01-01'"],
  'attempt.status': ["'pending'", "'unknown'", "'skipped'", "'cancelled'"],
  'attempt.pid': ['null', '-1', '1', '2147483647'],
  'attempt.cookie': ['null', '-9223372036854775808'],
  'attempt.launched_at': ["'infinity'", 'null'],
  'attempt.finished_at': ["'-infinity'", 'null'],
  'attempt.sqlstate': ["'nonsense'"],
  'attempt.application_name': ["''"],
  'attempt.target_oids': ["'{}'", "'{-1,4294967296}'"],
  'attempt.tries': ['-1'],
  'batch_part.rows_seen': ['-1', '9223372036854775807'],
  'batch_part.worked_ms': ["'NaN'", "'Infinity'", '-1'],
  'batch_part.paused_for': ["E'x\\ny'"],
  'batch_part.finished_at': ['null'],
};

function updates(): [name: string, sql: string][] {
  const set = (table: string, column: string, value: string): [string, string] => [
    `${table}.${column} = ${value.slice(0, 40)}`,
    `update runbook.${table} set ${column} = ${value}`,
  ];
  return [
    ...Object.entries(JSON_COLUMNS).flatMap(([table, columns]) =>
      columns.flatMap((column) => GARBAGE.map((value) => set(table, column, value))),
    ),
    ...Object.entries(IN_PLANS).flatMap(([table, keys]) =>
      keys.flatMap((key) => [
        set(table, 'plan', `plan - '${key}'`),
        set(table, 'plan', `plan || '{"${key}": "x"}'`),
      ]),
    ),
    ...Object.entries(VALUES).flatMap(([place, values]) => {
      const [table = '', column = ''] = place.split('.');
      return values.map((value) => set(table, column, value));
    }),
    ...['attempt', 'batch_part', 'task', 'step', 'run'].map((table): [string, string] => [
      `${table}: no rows`,
      `delete from runbook.${table}`,
    ]),
  ];
}

export const LEDGER_CASES: readonly LedgerCase[] = updates().flatMap(([name, sql]) =>
  (['ended', 'open'] as const).map((base) => ({ name: `${base}: ${name}`, sql, base })),
);
