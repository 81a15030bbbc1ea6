import type { ReportV1 } from '../generated/report.v1.js';
import { shellWord } from '../model/shell-word.js';
import type { TaskStatus } from '../model/status.js';
import { UNEXPECTED_ROWS } from '../model/sqlstate-texts.js';

/** What a suggestion may refer to. */
export interface Situation {
  readonly report: ReportV1;
  readonly status: TaskStatus;
  readonly sqlstate: string | null;
  readonly kind: string;
  readonly reasons: readonly string[];
  /** How often it was tried. */
  readonly tries: number;
}

/** What to do, and a command or a line of the runbook for it. */
export interface Suggestion {
  readonly advice: string;
  readonly code?: string;
}

type Suggest = (situation: Situation) => Suggestion;

const advise = (advice: string): Suggest => {
  return () => ({ advice });
};

const retry = (condition: string, why: string): Suggest => {
  const code = `retry: { attempts: 3, on: [${condition}] }`;
  return ({ tries }) =>
    tries > 1
      ? { advice: `${why} It was tried ${String(tries)} times: a longer delay may help.` }
      : { advice: `${why} Let the step try again:`, code };
};

const gone: Suggest = ({ status }) => ({
  advice:
    status === 'skipped'
      ? 'It was dropped or renamed since the plan was made. Usually nothing is to be done.'
      : 'What the SQL names is not there, or not in the search_path. Plan it anew, and read the findings.',
});

function lockNotAvailable({ status, reasons }: Situation): Suggest {
  if (status === 'skipped') {
    return () => ({
      advice:
        'Another session held a lock on it, so it was passed by. The next run tries it again. To insist on it, wait for the lock:',
      code: 'options: { skip_locked: false }',
    });
  }
  if (reasons.some((reason) => reason.includes('old_transactions_timeout'))) {
    return advise(
      'A concurrent build waits for all older transactions, and keeps nobody waiting meanwhile. End those that the message names, or raise old_transactions_timeout.',
    );
  }
  return retry(
    'lock_not_available',
    'Another session held the lock for longer than lock_timeout. pg-runbook why names it while the task waits.',
  );
}

/** By SQLSTATE what most often helps. https://www.postgresql.org/docs/current/errcodes-appendix.html */
const BY_SQLSTATE = new Map<string, Suggest>(
  Object.entries({
    '55P03': (situation) => lockNotAvailable(situation)(situation),
    '57014': ({ status }) => ({
      advice:
        status === 'timed_out'
          ? 'It takes longer than its timeout. Compare with what was planned: raise the timeout of the step, or give a task less to do.'
          : 'Somebody asked it to stop: the message says whether it was pg-runbook. What was not committed is rolled back.',
    }),
    '40P01': retry('deadlock_detected', 'Two sessions waited for each other, and it gave way.'),
    '40001': retry(
      'serialization_failure',
      'A transaction of another session changed the same rows.',
    ),
    '42501': ({ report: { runbook, server } }) => ({
      advice: 'The role lacks a privilege. This prints the GRANTs that it needs:',
      code: `pg-runbook grants ${shellWord(runbook.path)} --role ${shellWord(server.role)}`,
    }),
    '53000': advise('The server is short of something: see the message, and lower the budget.'),
    '53100': ({ kind }) => ({
      advice: `The server's disk is full. Make room, and then run it again${kind === 'reindex' ? '; a broken rebuild leaves an invalid index, see what is left over' : ''}.`,
    }),
    '53200': advise(
      'The server ran out of memory. Lower maintenance_work_mem, parallel or concurrency.',
    ),
    '53300': advise(
      'The server had no connection left. Lower the budget, or raise max_connections or keep_free.',
    ),
    '53400': advise('A configured limit was reached: temp_file_limit, for one. See the message.'),
    '2D000': () => ({
      advice:
        'A procedure or block ends its transaction, and the step is one transaction. Make the CALL a step of its own, with:',
      code: 'transaction: false',
    }),
    '23505': ({ kind }) => ({
      advice:
        kind === 'reindex'
          ? 'The table has rows that its unique index forbids: the old index is corrupt, often after an update of the collation library. Find and settle the duplicates, then rebuild it.'
          : 'Rows would be duplicates. See the key in the message, and settle them first.',
    }),
    '42P01': gone,
    '42704': gone,
    [UNEXPECTED_ROWS]: advise(
      'Nothing was changed. Compare the number with the data; then correct the statement, or what is expected of it.',
    ),
    '25006': advise('The server is read-only: a standby, perhaps. Connect to the primary.'),
    '57P01': advise('Somebody terminated the worker, or the server shut down. See the server log.'),
    '57P02': advise('Another process of the server crashed. Read the server log before you go on.'),
  } satisfies Record<string, Suggest>),
);

/** The same by the first two characters, where the code itself says no more. */
const BY_CLASS = new Map(
  Object.entries({
    '08': 'The connection was lost: what is not proven has to be looked at.',
    '22': 'A value does not fit: see the message, and the rows that the SQL works on.',
    '23': 'A constraint forbids it: settle the rows that the message names first.',
    '40': 'The transaction was rolled back for another one: let the step retry.',
    '42': 'The SQL does not fit the database as it is now: plan it anew, and read the findings.',
    '53': 'The server is short of something: see the message.',
    '58': 'The operating system failed the server: see its log, and look after disk and files.',
    XX: 'The server reports damage or a defect of its own. Keep a backup of now, read its log, and check with pg_amcheck.',
  }),
);

const BY_STATUS: Partial<Record<TaskStatus, string>> = {
  unknown:
    'There is neither proof nor error. Look at the relation before the work is done again; pg-runbook status settles what can be proven by now.',
  timed_out: 'It takes longer than its timeout: raise that, or give a task less to do.',
};

/** What to do about it, or undefined where nothing general can be said. Pure. */
export function suggestionFor(situation: Situation): Suggestion | undefined {
  const { sqlstate, status } = situation;
  const known = BY_SQLSTATE.get(sqlstate ?? '');
  if (known !== undefined) return known(situation);
  const advice = BY_CLASS.get(sqlstate?.slice(0, 2) ?? '') ?? BY_STATUS[status];
  return advice === undefined ? undefined : { advice };
}
