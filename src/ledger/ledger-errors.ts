import { RunbookError } from '../errors.js';
import { asSqlError, SQLSTATE, type SqlError } from '../postgres/errors.js';

/** Why a ledger cannot be used, by how it compares with this program. */
export const REFUSALS = {
  none: () =>
    new RunbookError('ledger_missing', 'the database has no ledger: nothing has run here yet', {
      hint: 'A run makes it, and so does: pg-runbook init',
    }),
  older: (detail: string) =>
    new RunbookError('ledger_older', `the ledger is of an older pg-runbook: ${detail}`, {
      hint: 'Bring it up to date when nothing runs: pg-runbook init',
    }),
  newer: (detail: string) =>
    new RunbookError('ledger_newer', `the ledger is of a newer pg-runbook: ${detail}`, {
      hint: 'Use the newer pg-runbook that made it; a ledger never goes back.',
    }),
  other: (detail: string) =>
    new RunbookError(
      'ledger_other',
      `the ledger is not of a release of pg-runbook: ${detail} differ`,
      {
        hint:
          'It was made by a build between two releases, or changed by hand. To keep its history, ALTER SCHEMA runbook ' +
          'RENAME TO runbook_old; the next run makes a new one.',
      },
    ),
} as const satisfies Record<string, (detail: string) => RunbookError>;

/** An error of the server that made or read the ledger, as one that says what to do; anything else as it is. */
export function ledgerRefused(error: unknown): unknown {
  const sql = asSqlError(error);
  if (sql?.sqlstate === SQLSTATE.lockNotAvailable) return busyLedger(sql);
  if (sql?.sqlstate !== SQLSTATE.insufficientPrivilege) return error;
  return new RunbookError('ledger_missing', `the ledger cannot be made or used: ${sql.message}`, {
    sqlstate: sql.sqlstate,
    hint:
      'Let a superuser give this role a schema of its own, as `pg-runbook grants FILE --role NAME` prints it; or let ' +
      "the database's owner GRANT CREATE ON DATABASE to it until it has run `pg-runbook init`.",
  });
}

function busyLedger({ sqlstate, message }: SqlError): RunbookError {
  return new RunbookError(
    'ledger_busy',
    `another session is making or changing schema runbook, and has not ended: ${message}`,
    {
      sqlstate,
      hint:
        'Try again. If it lasts, look for old transactions: select pid, usename, xact_start from pg_stat_activity ' +
        'where xact_start is not null order by xact_start',
    },
  );
}
