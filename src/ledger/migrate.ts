import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { RunbookError } from '../errors.js';
import { packageFile } from '../package-file.js';
import { asSqlError, hasSqlState, SQLSTATE, type SqlError } from '../postgres/errors.js';
import type { Session } from '../postgres/session.js';
import { inTransaction } from '../postgres/transaction.js';
import { requireTrusted, schemaExists } from './trust.js';

interface Migration {
  readonly number: number;
  readonly sql: string;
  readonly digest: string;
}

/** State of the ledger in a database, compared with the migrations that this version brings. */
export interface LedgerState {
  /** Number of the newest migration applied; 0 when there is no ledger. */
  readonly applied: number;
  readonly newest: number;
}

let cache: Migration[] | undefined;

function migrations(): Migration[] {
  const folder = packageFile('src/ledger/migrations/');
  cache ??= readdirSync(folder)
    .filter((name) => /^\d{6}\.sql$/.test(name))
    .sort()
    .map((name) => {
      const sql = readFileSync(new URL(name, folder), 'utf8');
      return {
        number: Number.parseInt(name, 10),
        sql,
        digest: createHash('sha256').update(sql).digest('hex'),
      };
    });
  return cache;
}

/**
 * Looks which migrations a database has. Nothing of the ledger is read before it is known to be trusted.
 * @throws RunbookError `ledger_untrusted`.
 */
export async function inspectLedger(session: Session): Promise<LedgerState> {
  await requireTrusted(session);
  return readState(session);
}

/**
 * Makes sure that there is a ledger that this program can use. It makes none, and changes none.
 * @throws RunbookError `ledger_missing`, `ledger_older`, `ledger_newer` or `ledger_untrusted`.
 */
export async function requireLedger(session: Session): Promise<void> {
  await requireTrusted(session);
  await requireNewest(session);
}

/** {@link requireLedger} for one that is known to be trusted, or is only looked at. */
export async function requireNewest(session: Session): Promise<void> {
  const state = await readState(session);
  if (state.applied === state.newest) return;
  if (state.applied > state.newest) throw newerLedger(state);
  throw state.applied === 0 ? missingLedger() : olderLedger(state);
}

async function readState(session: Session): Promise<LedgerState> {
  const newest = migrations().at(-1)?.number ?? 0;
  try {
    const [row] = await session.query<{ applied: number | null }>(
      'SELECT max(number)::int AS applied FROM runbook.migration',
    );
    return { applied: row?.applied ?? 0, newest };
  } catch (error) {
    const missing = [SQLSTATE.undefinedTable, SQLSTATE.invalidSchemaName];
    if (hasSqlState(error, ...missing)) return { applied: 0, newest };
    throw ledgerRefused(error);
  }
}

/** Somebody else was faster: what is there now is looked at anew, by the name's new meaning. */
const MADE_MEANWHILE = [
  SQLSTATE.uniqueViolation,
  SQLSTATE.duplicateSchema,
  SQLSTATE.duplicateTable,
  SQLSTATE.undefinedTable,
];
const MOST_TRIES = 5;

/**
 * Makes the ledger, or brings an older one up to date, one caller at a time and all or nothing.
 * @returns the numbers of the migrations that were applied now.
 * @throws RunbookError `ledger_newer` for a ledger of a newer pg-runbook, `ledger_missing` when the
 *   role may not make it, `ledger_untrusted`, and `ledger_busy` when others hold it for too long.
 */
export async function migrateLedger(session: Session): Promise<number[]> {
  const before = await inspectLedger(session);
  if (before.applied > before.newest) throw newerLedger(before);
  if (before.applied === before.newest) return [];
  for (let tries = 1; ; tries += 1) {
    try {
      return await inTransaction(session, () => makeOrUpgrade(session));
    } catch (error) {
      if (hasSqlState(error, ...MADE_MEANWHILE) && tries < MOST_TRIES) continue;
      throw ledgerRefused(error);
    }
  }
}

/**
 * One caller at a time, by locks that no stranger can take: the schema's name in the catalog, then the table.
 * What others did while this waited for them is looked at before anything is read or written.
 */
async function makeOrUpgrade(session: Session): Promise<number[]> {
  if (!(await schemaExists(session))) {
    await session.query('CREATE SCHEMA runbook');
    await session.query(REVOKE_DEFAULTS);
  }
  await requireTrusted(session);
  await session.query(MIGRATION_TABLE);
  await session.query('LOCK TABLE runbook.migration IN SHARE ROW EXCLUSIVE MODE');
  const applied = await applyMissing(session);
  await session.query(REVOKE_DEFAULTS);
  await requireTrusted(session);
  return applied;
}

/** Default privileges of this role have given away what it has just made: others may read the ledger, at most. */
const REVOKE_DEFAULTS = `DO $$
DECLARE
  given record;
BEGIN
  FOR given IN
    SELECT 'SCHEMA runbook' AS target, a.* FROM pg_catalog.pg_namespace n, pg_catalog.aclexplode(n.nspacl) a
     WHERE n.nspname = 'runbook' AND a.grantee <> n.nspowner AND a.privilege_type = 'CREATE'
    UNION ALL
    SELECT format('TABLE %s', c.oid::regclass), a.* FROM pg_catalog.pg_class c, pg_catalog.aclexplode(c.relacl) a
     WHERE c.relnamespace = 'runbook'::regnamespace AND c.relkind = 'r'
       AND a.grantee <> c.relowner AND a.privilege_type <> 'SELECT' LOOP
    EXECUTE format('REVOKE %s ON %s FROM %s', given.privilege_type, given.target,
                   CASE WHEN given.grantee = 0 THEN 'PUBLIC' ELSE given.grantee::regrole::text END);
  END LOOP;
END $$`;

const MIGRATION_TABLE = `CREATE TABLE IF NOT EXISTS runbook.migration (
  number integer PRIMARY KEY,
  digest text NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT clock_timestamp()
)`;

async function applyMissing(session: Session): Promise<number[]> {
  const { applied, newest } = await readState(session);
  if (applied > newest) throw newerLedger({ applied, newest });
  const missing = migrations().filter((migration) => migration.number > applied);
  for (const { number, sql, digest } of missing) {
    await session.script(sql);
    await session.query('INSERT INTO runbook.migration (number, digest) VALUES ($1, $2)', [
      number,
      digest,
    ]);
  }
  return missing.map((migration) => migration.number);
}

export function newerLedger(state: LedgerState): RunbookError {
  return new RunbookError(
    'ledger_newer',
    `the ledger has migration ${String(state.applied)}, this pg-runbook knows ${String(state.newest)}`,
    { hint: 'Use the newer pg-runbook that made it; a ledger never goes back.' },
  );
}

export function missingLedger(): RunbookError {
  return new RunbookError(
    'ledger_missing',
    'the database has no ledger: nothing has run here yet',
    {
      hint: 'A run makes it, and so does: pg-runbook init',
    },
  );
}

function olderLedger({ applied, newest }: LedgerState): RunbookError {
  return new RunbookError(
    'ledger_older',
    `the ledger has migration ${String(applied)}, this pg-runbook needs ${String(newest)}`,
    { hint: 'Bring it up to date when nothing runs: pg-runbook init' },
  );
}

function ledgerRefused(error: unknown): unknown {
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
