import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { RunbookError } from '../errors.js';
import { packageFile } from '../package-file.js';
import { asSqlError, hasSqlState, SQLSTATE } from '../postgres/errors.js';
import type { Session } from '../postgres/session.js';
import { inTransaction } from '../postgres/transaction.js';
import { quoteLiteral } from '../sql/quote.js';

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

/** Serialises migrations of one database; any constant will do, this one is ours. */
const MIGRATION_LOCK = "hashtext('pg-runbook/ledger')";

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

/** Looks which migrations a database has; without the right to look there is no ledger to use. */
export async function readLedgerState(session: Session): Promise<LedgerState> {
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

/**
 * Makes the ledger, or brings an older one up to date, one caller at a time and all or nothing.
 * @returns the numbers of the migrations that were applied now.
 * @throws RunbookError `ledger_newer` for a ledger of a newer pg-runbook, `ledger_missing` when the
 *   role may not make it.
 */
export async function migrateLedger(session: Session): Promise<number[]> {
  await refuseForeignLedger(session);
  const before = await readLedgerState(session);
  if (before.applied > before.newest) throw newerLedger(before);
  if (before.applied === before.newest) return [];
  try {
    return await inTransaction(session, async () => {
      await session.query(`SELECT pg_advisory_xact_lock(${MIGRATION_LOCK})`);
      await session.script(BOOTSTRAP);
      return applyMissing(session);
    });
  } catch (error) {
    throw ledgerRefused(error);
  }
}

/**
 * A schema that a stranger owns may hold triggers of theirs, which would run with our rights. Trusted
 * are this role's own, and those who could take what they want anyway: superusers and the database's
 * owner.
 */
export async function refuseForeignLedger(session: Session): Promise<void> {
  const [row] = await session.query<{ owner: string; trusted: boolean }>(
    `SELECT r.rolname AS owner,
            r.rolsuper OR pg_has_role(r.oid, 'USAGE') OR r.oid = d.datdba AS trusted
       FROM pg_catalog.pg_namespace n
       JOIN pg_catalog.pg_roles r ON r.oid = n.nspowner
       JOIN pg_catalog.pg_database d ON d.datname = current_database()
      WHERE n.nspname = 'runbook'`,
  );
  if (row === undefined || row.trusted) return;
  throw new RunbookError(
    'ledger_untrusted',
    `schema runbook belongs to ${row.owner}, who could make this role run anything`,
    { hint: 'Give it to the database owner or a superuser: ALTER SCHEMA runbook OWNER TO …' },
  );
}

const BOOTSTRAP = `
CREATE SCHEMA IF NOT EXISTS runbook;
CREATE TABLE IF NOT EXISTS runbook.migration (
  number integer PRIMARY KEY,
  digest text NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT clock_timestamp()
)`;

async function applyMissing(session: Session): Promise<number[]> {
  const { applied } = await readLedgerState(session);
  const missing = migrations().filter((migration) => migration.number > applied);
  for (const { number, sql, digest } of missing) {
    await session.script(sql);
    await session.query(
      `INSERT INTO runbook.migration (number, digest) VALUES (${String(number)}, ${quoteLiteral(digest)})`,
    );
  }
  return missing.map((migration) => migration.number);
}

function newerLedger(state: LedgerState): RunbookError {
  return new RunbookError(
    'ledger_newer',
    `the ledger has migration ${String(state.applied)}, this pg-runbook knows ${String(state.newest)}`,
    { hint: 'Use the newer pg-runbook that made it; a ledger never goes back.' },
  );
}

function ledgerRefused(error: unknown): unknown {
  const sql = asSqlError(error);
  if (sql?.sqlstate !== SQLSTATE.insufficientPrivilege) return error;
  return new RunbookError('ledger_missing', `the ledger cannot be used: ${sql.message}`, {
    sqlstate: sql.sqlstate,
    hint:
      'Let a role that may create schemas run `pg-runbook init` once, then give this role what ' +
      '`pg-runbook grants FILE --role NAME` prints.',
  });
}
