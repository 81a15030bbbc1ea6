import type { RunbookError } from '../errors.js';
import { hasSqlState, SQLSTATE } from '../postgres/errors.js';
import type { Row, Session } from '../postgres/session.js';
import { inTransaction } from '../postgres/transaction.js';
import { ledgerRefused, REFUSALS } from './ledger-errors.js';
import { requireNothingLive } from './live-sessions.js';
import { ledgerSources, type LedgerSources } from './sources.js';
import { requireTrusted, schemaExists } from './trust.js';

/** A ledger beside what this program brings. */
export interface LedgerState {
  /**
   * `none`: there is no ledger. `older` and `newer`: by the files of its tables, or by the contract of its functions.
   * `other`: its tables were made by files that are not ours. `current`: it can be used.
   */
  readonly is: 'none' | 'older' | 'newer' | 'other' | 'current';
  /** True where the functions differ from ours, and can be called as ours. */
  readonly functionsDiffer: boolean;
  /** What tells it from ours, for people. */
  readonly detail: string;
}

/** What was done to a ledger. */
export interface Migrated {
  /** The numbers of the files of tables that were applied. */
  readonly tables: readonly number[];
  readonly functions: boolean;
}

interface AppliedRow extends Row {
  readonly number: number;
  readonly digest: string;
}

interface FunctionsRow extends Row {
  readonly contract: number;
  readonly digest: string;
}

const APPLIED = 'SELECT number, digest FROM runbook.migration ORDER BY number';

interface BothRow extends Row {
  readonly applied: AppliedRow[] | null;
  readonly functions: FunctionsRow | null;
}

const BOTH = `SELECT (SELECT jsonb_agg(to_jsonb(m) ORDER BY m.number) FROM runbook.migration m) AS applied,
       (SELECT to_jsonb(f) FROM runbook.function_set f) AS functions`;

/**
 * Compares the ledger of a database with what this program brings. Nothing of it is read before it is known to be
 * trusted.
 * @throws RunbookError `ledger_untrusted`.
 */
export async function inspectLedger(session: Session): Promise<LedgerState> {
  const known = CURRENT.get(session);
  if (known !== undefined) return known;
  await requireTrusted(session);
  const state = await readStateAtOnce(session, ledgerSources());
  if (state.is === 'current') CURRENT.set(session, state);
  return state;
}

/**
 * What passes stays so: only its owner, or a superuser, could change it. A run compares once more, in a session of its
 * own.
 */
const CURRENT = new WeakMap<Session, LedgerState>();

/**
 * Makes sure that there is a ledger that this program can use. It makes none, and changes none.
 * @throws RunbookError `ledger_missing`, `ledger_older`, `ledger_newer`, `ledger_other` or `ledger_untrusted`.
 */
export async function requireLedger(session: Session): Promise<void> {
  await requireTrusted(session);
  await requireCurrent(session);
}

/** {@link requireLedger} for one that is known to be trusted, or is only looked at. */
export async function requireCurrent(session: Session): Promise<void> {
  const state = await readStateAtOnce(session, ledgerSources());
  const error = refusalOf(state);
  if (error !== undefined) throw error;
}

/** Why this program cannot use a ledger; undefined: it can. */
export function refusalOf({ is, detail }: LedgerState): RunbookError | undefined {
  return is === 'current' ? undefined : REFUSALS[is](detail);
}

/** In one look, where the functions have a contract. */
async function readStateAtOnce(session: Session, sources: LedgerSources): Promise<LedgerState> {
  try {
    const [both] = await session.query<BothRow>(BOTH);
    if (both !== undefined && both.applied !== null) {
      return (
        compareTables(both.applied, sources) ??
        compareFunctions(both.functions ?? undefined, sources)
      );
    }
  } catch (error) {
    if (!hasSqlState(error, SQLSTATE.undefinedTable)) throw ledgerRefused(error);
  }
  return readState(session, sources);
}

async function readState(session: Session, sources: LedgerSources): Promise<LedgerState> {
  try {
    const applied = await session.query<AppliedRow>(APPLIED);
    return compareTables(applied, sources) ?? (await readFunctionState(session, sources));
  } catch (error) {
    const missing = [SQLSTATE.undefinedTable, SQLSTATE.invalidSchemaName];
    if (hasSqlState(error, ...missing)) return stateOf('none', '');
    throw ledgerRefused(error);
  }
}

async function readFunctionState(session: Session, sources: LedgerSources): Promise<LedgerState> {
  const [functions] = await session.query<FunctionsRow>(
    'SELECT contract, digest FROM runbook.function_set',
  );
  return compareFunctions(functions, sources);
}

function stateOf(is: LedgerState['is'], detail: string, functionsDiffer = false): LedgerState {
  return { is, detail, functionsDiffer };
}

/** Undefined where they are the same. */
function compareTables(
  applied: readonly AppliedRow[],
  { tables }: LedgerSources,
): LedgerState | undefined {
  const altered = applied.find(({ number, digest }) => {
    const ours = tables.find((file) => file.number === number);
    return ours !== undefined && ours.digest !== digest;
  });
  if (altered !== undefined) return stateOf('other', `its tables ${String(altered.number)}`);
  const [has, brings] = [applied.at(-1)?.number ?? 0, tables.at(-1)?.number ?? 0];
  if (has === brings) return undefined;
  if (has === 0) return stateOf('none', '');
  const detail = `it has tables ${String(has)}, and this pg-runbook brings ${String(brings)}`;
  return stateOf(has < brings ? 'older' : 'newer', detail);
}

function compareFunctions(
  stored: FunctionsRow | undefined,
  { functions }: LedgerSources,
): LedgerState {
  const has = stored?.contract ?? 0;
  if (has === functions.contract)
    return stateOf('current', '', stored?.digest !== functions.digest);
  const detail = `its functions have contract ${String(has)}, and this pg-runbook calls ${String(functions.contract)}`;
  return stateOf(has < functions.contract ? 'older' : 'newer', detail);
}

/** Somebody else was faster: what is there now is looked at anew, by the name's new meaning. */
const MADE_MEANWHILE = [
  SQLSTATE.uniqueViolation,
  SQLSTATE.duplicateSchema,
  SQLSTATE.duplicateTable,
  SQLSTATE.undefinedTable,
];
const MOST_TRIES = 5;

const NOTHING: Migrated = { tables: [], functions: false };

/** How a ledger is brought up to date. */
export interface MigrateOptions {
  /** True: replace functions that could be called as they are, too. */
  readonly allFunctions?: boolean;
  readonly sources?: LedgerSources;
}

/**
 * Makes the ledger, or brings an older one up to date, one caller at a time and all or nothing. Nothing is replaced
 * beside a run, a supervisor or a worker that is at work.
 * @throws RunbookError `ledger_newer` for a ledger of a newer pg-runbook, `ledger_other`, `ledger_missing` when the
 *   role may not make it, `ledger_untrusted`, and `ledger_busy` when others hold it for too long, or are at work.
 */
export async function migrateLedger(
  session: Session,
  { allFunctions = false, sources = ledgerSources() }: MigrateOptions = {},
): Promise<Migrated> {
  if (!allFunctions && sources === ledgerSources() && CURRENT.has(session)) return NOTHING;
  await requireTrusted(session);
  const isDone = async (): Promise<boolean> => {
    const state = await readState(session, sources);
    if (state.is === 'newer' || state.is === 'other') throw REFUSALS[state.is](state.detail);
    return state.is === 'current' && !(allFunctions && state.functionsDiffer);
  };
  if (await isDone()) return NOTHING;
  for (let tries = 1; ; tries += 1) {
    try {
      return await inTransaction(session, () => makeOrUpgrade(session, sources, isDone));
    } catch (error) {
      if (hasSqlState(error, ...MADE_MEANWHILE) && tries < MOST_TRIES) continue;
      throw ledgerRefused(error);
    }
  }
}

/**
 * One caller at a time, by locks that no stranger can take: the schema's name in the catalog, then the table.
 * What others did while this waited for them is looked at before anything is read or written.
 * @param isDone whether they have done all of it: a run of theirs may be at work by then.
 */
async function makeOrUpgrade(
  session: Session,
  sources: LedgerSources,
  isDone: () => Promise<boolean>,
): Promise<Migrated> {
  if (!(await schemaExists(session))) {
    await session.query('CREATE SCHEMA runbook');
    await session.query(REVOKE_DEFAULTS);
  }
  await requireTrusted(session);
  await session.query(MIGRATION_TABLE);
  await session.query('LOCK TABLE runbook.migration IN SHARE ROW EXCLUSIVE MODE');
  if (await isDone()) return NOTHING;
  if ((await readState(session, sources)).is !== 'none') await requireNothingLive(session);
  const tables = await applyTables(session, sources);
  await replaceFunctions(session, sources);
  await session.query(REVOKE_DEFAULTS);
  await requireTrusted(session);
  return { tables, functions: true };
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

async function applyTables(session: Session, { tables }: LedgerSources): Promise<number[]> {
  const applied = await session.query<AppliedRow>(APPLIED);
  const known = new Set(applied.map(({ number }) => number));
  const missing = tables.filter(({ number }) => !known.has(number));
  for (const { number, sql, digest } of missing) {
    await session.script(sql);
    await session.query('INSERT INTO runbook.migration (number, digest) VALUES ($1, $2)', [
      number,
      digest,
    ]);
  }
  return missing.map(({ number }) => number);
}

/** What CREATE OR REPLACE cannot change, and functions that are no more, would stay. */
const DROP_FUNCTIONS = `DO $$
DECLARE
  old regprocedure;
BEGIN
  FOR old IN SELECT p.oid FROM pg_catalog.pg_proc p WHERE p.pronamespace = 'runbook'::regnamespace LOOP
    EXECUTE format('DROP ROUTINE %s', old);
  END LOOP;
END $$`;

async function replaceFunctions(
  session: Session,
  { functions: { contract, digest, sql } }: LedgerSources,
): Promise<void> {
  await session.query(DROP_FUNCTIONS);
  // They call one another, in no order.
  await session.query('SET LOCAL check_function_bodies = off');
  await session.script(sql);
  await session.query(
    `INSERT INTO runbook.function_set (contract, digest) VALUES ($1, $2)
     ON CONFLICT (one) DO UPDATE
       SET contract = excluded.contract, digest = excluded.digest, replaced_at = clock_timestamp()`,
    [contract, digest],
  );
}
