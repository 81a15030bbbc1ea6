import { RunbookError } from '../errors.js';
import { grantSessions, type ServerInfo } from '../postgres/server.js';
import type { Queryable, Session } from '../postgres/session.js';
import { inTransaction } from '../postgres/transaction.js';
import { showIdentifiers } from '../sql/quote.js';
import { requireCurrent, requireLedger } from './migrate.js';

/** Why a session may look at the ledger and settle nothing. */
export interface OnlyLooks {
  /** What it is, for people. */
  readonly because: string;
  /** Where `pg-runbook status` settles and records. */
  readonly elsewhere: string;
  /** Whether the sessions of engines and supervisors show, so that who works on a run is known. */
  readonly seesSessions: boolean;
}

/** How a session sees the ledger. */
export interface LedgerView {
  /** Undefined: what a look finds is recorded. */
  readonly onlyLooks: OnlyLooks | undefined;
  /** Does work that reads the ledger, and where it only looks nothing else. */
  read<T>(work: () => Promise<T>): Promise<T>;
}

/** Of the role whose ledger it is, on a server that can be written to. */
export const OWN_VIEW: LedgerView = { onlyLooks: undefined, read: async (work) => work() };

/** The tables that looking reads. */
const TABLES = [
  'attempt',
  'batch_part',
  'claim',
  'emergency_brake',
  'function_set',
  'migration',
  'run',
  'step',
  'task',
];

/**
 * Looks how the ledger may be looked at: by its own role on a primary, which settles what it finds; or as it is
 * recorded, on a standby or by a role that was given SELECT on another's. A superuser's session never reads a smaller
 * role's ledger.
 * @throws RunbookError as {@link requireLedger} does.
 */
export async function openView(session: Session, server: ServerInfo): Promise<LedgerView> {
  try {
    await requireLedger(session);
  } catch (error) {
    const foreign = error instanceof RunbookError && error.code === 'ledger_untrusted';
    if (!foreign || server.superuser) throw error;
    const owner = await ownerOfPlainTables(session);
    if (owner === undefined) throw error;
    const view = foreignView(session, server, owner, error);
    await view.read(() => requireCurrent(session));
    return view;
  }
  return server.inRecovery ? { ...OWN_VIEW, onlyLooks: STANDBY } : OWN_VIEW;
}

const STANDBY: OnlyLooks = {
  because: 'this server is a standby, and who works on a run shows on the primary alone',
  elsewhere: 'on the primary',
  seesSessions: false,
};

function foreignView(
  session: Session,
  { inRecovery, role, seesAllSessions }: ServerInfo,
  owner: string,
  refusal: RunbookError,
): LedgerView {
  const mayOnlyRead: OnlyLooks = {
    because:
      `role ${role} may only read the ledger of role ${owner}` +
      (seesAllSessions
        ? ''
        : `, and not see its sessions (${showIdentifiers(grantSessions(role))})`),
    elsewhere: `as role ${owner}`,
    seesSessions: seesAllSessions,
  };
  return {
    onlyLooks: inRecovery ? STANDBY : mayOnlyRead,
    read: (work) =>
      inTransaction(session, async () => {
        // Their owner cannot change them from here to the end of the transaction.
        await session.query(
          `LOCK TABLE ${TABLES.map((name) => `runbook.${name}`).join(', ')} IN ACCESS SHARE MODE`,
        );
        if ((await ownerOfPlainTables(session)) === undefined) throw refusal;
        return work();
      }),
  };
}

/**
 * Reading a table may run code of its owner: a view's, a policy's, that of an index's expression while a statement is
 * planned, of a type. So it is done where all of the tables are plain ones, and use nothing but what PostgreSQL brings.
 */
const PLAIN = `
WITH tables AS (
  SELECT c.* FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
   WHERE n.nspname = 'runbook' AND c.relname = ANY ($1) AND c.relkind = 'r' AND c.relpersistence = 'p'
     AND has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT')
     AND NOT c.relhasrules AND NOT c.relhassubclass),
parts AS (
  SELECT 'pg_catalog.pg_class'::regclass AS classid, t.oid AS objid FROM tables t
  UNION ALL SELECT 'pg_catalog.pg_class'::regclass, x.indexrelid FROM pg_catalog.pg_index x JOIN tables t ON t.oid = x.indrelid
  UNION ALL SELECT 'pg_catalog.pg_policy'::regclass, x.oid FROM pg_catalog.pg_policy x JOIN tables t ON t.oid = x.polrelid
  UNION ALL SELECT 'pg_catalog.pg_attrdef'::regclass, x.oid FROM pg_catalog.pg_attrdef x JOIN tables t ON t.oid = x.adrelid
  UNION ALL SELECT 'pg_catalog.pg_statistic_ext'::regclass, x.oid FROM pg_catalog.pg_statistic_ext x JOIN tables t ON t.oid = x.stxrelid),
foreign_code AS (
  SELECT FROM pg_catalog.pg_depend d JOIN parts p ON (d.classid, d.objid) = (p.classid, p.objid)
   WHERE d.refclassid NOT IN ('pg_catalog.pg_class'::regclass, 'pg_catalog.pg_namespace'::regclass,
                              'pg_catalog.pg_constraint'::regclass))
SELECT pg_get_userbyid(n.nspowner)::text AS owner
  FROM pg_catalog.pg_namespace n
 WHERE n.nspname = 'runbook' AND (SELECT count(*) FROM tables) = cardinality($1) AND NOT EXISTS (SELECT FROM foreign_code)`;

async function ownerOfPlainTables(db: Queryable): Promise<string | undefined> {
  const [row] = await db.query<{ owner: string }>(PLAIN, [TABLES]);
  return row?.owner;
}
