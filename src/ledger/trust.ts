import { RunbookError } from '../errors.js';
import { shellWord } from '../model/shell-word.js';
import type { Queryable, Row } from '../postgres/session.js';

/** More than this many reasons tell an administrator nothing new. */
const MOST_REASONS = 5;

/**
 * Owners come from pg_shdepend, which has all kinds of objects alike. It leaves out the bootstrap superuser,
 * whose OID is 10 on every server.
 */
const REASONS = `
WITH me AS (
  SELECT r.oid, r.rolname, r.rolsuper FROM pg_catalog.pg_roles r WHERE r.rolname = session_user),
ledger AS (
  SELECT n.oid, n.nspowner, n.nspacl FROM pg_catalog.pg_namespace n WHERE n.nspname = 'runbook'),
owners AS NOT MATERIALIZED (
  SELECT s.classid, s.objid, s.refobjid AS role FROM pg_catalog.pg_shdepend s
   WHERE s.dbid = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = current_database())
     AND s.refclassid = 'pg_catalog.pg_authid'::regclass AND s.deptype = 'o'),
trusted AS (
  SELECT r.oid FROM pg_catalog.pg_roles r, me WHERE r.oid = me.oid OR (me.rolsuper AND r.rolsuper)),
objects AS (
  SELECT 'pg_catalog.pg_namespace'::regclass AS classid, l.oid AS objid, l.nspowner AS role FROM ledger l
  UNION ALL
  SELECT d.classid, d.objid, coalesce(o.role, 10)
    FROM ledger l
    JOIN pg_catalog.pg_depend d ON d.refclassid = 'pg_catalog.pg_namespace'::regclass AND d.refobjid = l.oid
    LEFT JOIN owners o ON (o.classid, o.objid) = (d.classid, d.objid)),
tables AS (
  SELECT c.oid, c.relacl
    FROM objects o JOIN pg_catalog.pg_class c ON c.oid = o.objid
   WHERE o.classid = 'pg_catalog.pg_class'::regclass),
parts AS (
  SELECT o.classid, o.objid FROM objects o
  UNION SELECT 'pg_catalog.pg_trigger'::regclass, x.oid FROM pg_catalog.pg_trigger x JOIN tables t ON t.oid = x.tgrelid
  UNION SELECT 'pg_catalog.pg_rewrite'::regclass, x.oid FROM pg_catalog.pg_rewrite x JOIN tables t ON t.oid = x.ev_class
  UNION SELECT 'pg_catalog.pg_policy'::regclass, x.oid FROM pg_catalog.pg_policy x JOIN tables t ON t.oid = x.polrelid
  UNION SELECT 'pg_catalog.pg_attrdef'::regclass, x.oid FROM pg_catalog.pg_attrdef x JOIN tables t ON t.oid = x.adrelid
  UNION SELECT 'pg_catalog.pg_constraint'::regclass, x.oid FROM pg_catalog.pg_constraint x JOIN tables t ON t.oid = x.conrelid
  UNION SELECT 'pg_catalog.pg_class'::regclass, x.indexrelid FROM pg_catalog.pg_index x JOIN tables t ON t.oid = x.indrelid
  UNION SELECT 'pg_catalog.pg_statistic_ext'::regclass, x.oid
          FROM pg_catalog.pg_statistic_ext x JOIN tables t ON t.oid = x.stxrelid),
links AS (
  SELECT i.inhrelid AS stranger, i.inhparent AS of, 'inherits from' AS how FROM pg_catalog.pg_inherits i
  UNION ALL
  SELECT c.conrelid, c.confrelid, 'refers to' FROM pg_catalog.pg_constraint c WHERE c.contype = 'f'),
grants AS (
  SELECT 'schema runbook' AS on, 'SCHEMA runbook' AS target, a.grantee, a.privilege_type AS privilege
    FROM ledger l, pg_catalog.aclexplode(l.nspacl) a WHERE a.privilege_type = 'CREATE'
  UNION ALL
  SELECT pg_catalog.pg_describe_object('pg_catalog.pg_class'::regclass, t.oid, 0), t.oid::regclass::text, a.grantee,
         a.privilege_type
    FROM tables t, pg_catalog.aclexplode(t.relacl) a WHERE a.privilege_type <> 'SELECT'
  UNION ALL
  SELECT pg_catalog.pg_describe_object('pg_catalog.pg_class'::regclass, t.oid, c.attnum), t.oid::regclass::text, a.grantee,
         format('%s (%I)', a.privilege_type, c.attname)
    FROM tables t JOIN pg_catalog.pg_attribute c ON c.attrelid = t.oid, pg_catalog.aclexplode(c.attacl) a
   WHERE a.privilege_type <> 'SELECT')
SELECT 1 AS place, format('the login role is %s, and the session acts as %s', session_user, current_user) AS reason,
       'SET ROLE NONE' AS fix, NULL AS owner
 WHERE session_user <> current_user
UNION ALL
SELECT CASE WHEN o.classid = 'pg_catalog.pg_namespace'::regclass THEN 2 ELSE 3 END,
       concat(pg_catalog.pg_describe_object(o.classid, o.objid, 0), ' belongs to ', r.rolname), NULL,
       CASE WHEN o.classid = 'pg_catalog.pg_namespace'::regclass THEN r.rolname END
  FROM objects o LEFT JOIN pg_catalog.pg_roles r ON r.oid = o.role
 WHERE o.role NOT IN (SELECT t.oid FROM trusted t)
UNION ALL
SELECT 4, format('%s uses %s, which belongs to %s', pg_catalog.pg_describe_object(p.classid, p.objid, 0),
                 pg_catalog.pg_describe_object(d.refclassid, d.refobjid, 0), r.rolname),
       CASE WHEN i.type IN ('trigger', 'rule', 'policy', 'index') THEN format('DROP %s %s', upper(i.type), i.identity) END, NULL
  FROM parts p
 CROSS JOIN LATERAL pg_catalog.pg_identify_object(p.classid, p.objid, 0) i
  JOIN pg_catalog.pg_depend d ON (d.classid, d.objid) = (p.classid, p.objid)
  JOIN owners o ON (o.classid, o.objid) = (d.refclassid, d.refobjid)
  JOIN pg_catalog.pg_roles r ON r.oid = o.role
 WHERE d.refclassid <> 'pg_catalog.pg_namespace'::regclass AND NOT r.rolsuper
   AND r.oid NOT IN (SELECT t.oid FROM trusted t)
   AND (d.refclassid, d.refobjid) NOT IN (SELECT x.classid, x.objid FROM objects x)
UNION ALL
SELECT 5, format('%s, which belongs to %s, %s %s', pg_catalog.pg_describe_object('pg_catalog.pg_class'::regclass, l.stranger, 0),
                 r.rolname, l.how, pg_catalog.pg_describe_object('pg_catalog.pg_class'::regclass, l.of, 0)),
       format('DROP TABLE %s', l.stranger::regclass), NULL
  FROM links l
  JOIN pg_catalog.pg_class c ON c.oid = l.stranger
  JOIN pg_catalog.pg_roles r ON r.oid = c.relowner
 WHERE l.of IN (SELECT t.oid FROM tables t) AND c.relowner NOT IN (SELECT t.oid FROM trusted t)
UNION ALL
SELECT 6, format('%s has %s on %s', coalesce(r.rolname, 'PUBLIC'), g.privilege, g.on),
       format('REVOKE %s ON %s FROM %s', g.privilege, g.target, coalesce(quote_ident(r.rolname), 'PUBLIC')), NULL
  FROM grants g LEFT JOIN pg_catalog.pg_roles r ON r.oid = g.grantee
 WHERE g.grantee NOT IN (SELECT t.oid FROM trusted t)
 ORDER BY 1, 2 LIMIT ${String(MOST_REASONS + 1)}`;

interface Reason extends Row {
  readonly reason: string;
  /** A statement that mends it; null where somebody has to look first. */
  readonly fix: string | null;
  /** Of the schema, when it is another role. */
  readonly owner: string | null;
}

/**
 * Makes sure that nobody but the role that runs has a hand in the ledger. Its triggers, rules, defaults and
 * functions run with our rights, and `resume` executes what its tables hold. So the schema and all in it must be
 * this role's own (a superuser's: any superuser's), must use nothing of a smaller role, and nobody else may write
 * to it. What passes stays so: only its owner, or a superuser, could change it.
 *
 * It reads catalogs alone, and nothing of the schema itself.
 * @throws RunbookError `ledger_untrusted` with the reasons.
 */
export async function requireTrusted(db: Queryable): Promise<void> {
  const reasons = await db.query<Reason>(REASONS);
  const [first] = reasons;
  if (first === undefined) return;
  throw new RunbookError('ledger_untrusted', listReasons(reasons), {
    hint: hintFor(first, reasons),
  });
}

function listReasons(reasons: readonly Reason[]): string {
  // All in a stranger's schema is the stranger's.
  const most = reasons.some(({ owner }) => owner !== null) ? 1 : MOST_REASONS;
  const told = reasons.slice(0, most);
  const more = most > 1 && reasons.length > most ? '; and more' : '';
  return `the ledger cannot be trusted: ${told.map(({ reason }) => reason).join('; ')}${more}`;
}

/** Renamed, its history can still be read by SQL; given to another owner, its triggers would stay. */
const START_ANEW =
  'look at what is in the schema; then drop it, or ALTER SCHEMA runbook RENAME TO runbook_old, and the next run makes a ' +
  'new one. Do not give it another owner: triggers stay.';

function hintFor({ owner }: Reason, reasons: readonly Reason[]): string {
  if (owner !== null) {
    return `To use that ledger, connect as ${owner} (PGUSER=${shellWord(owner)}). If it should not be there, ${START_ANEW}`;
  }
  const fixes = reasons.flatMap(({ fix }) => fix ?? []).slice(0, MOST_REASONS);
  return fixes.length === reasons.length
    ? `Look who did so and why, then: ${fixes.join('; ')};`
    : `A ledger belongs to the role that runs, alone: ${START_ANEW}`;
}

/** Whether this role may make the ledger or bring it up to date, given that it is trusted if it is there. */
export async function mayMakeLedger(db: Queryable): Promise<boolean> {
  const [row] = await db.query<{ may: boolean }>(
    "SELECT has_database_privilege(current_database(), 'CREATE') AS may",
  );
  return row?.may === true || (await schemaExists(db));
}

/** Whether there is a schema of the ledger's name. */
export async function schemaExists(db: Queryable): Promise<boolean> {
  const rows = await db.query("SELECT FROM pg_catalog.pg_namespace n WHERE n.nspname = 'runbook'");
  return rows.length > 0;
}
