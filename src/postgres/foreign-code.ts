import { namesUsed } from '../sql/names-used.js';
import type { Queryable, Row } from './session.js';

/** Code that a role with fewer rights than ours could change at will. */
export interface ForeignCode extends Row {
  /** As pg_identify_object has it: `function app.f(integer)`, `trigger t on app.orders`. */
  readonly name: string;
  readonly owner: string;
}

/** The hint for code of others that a role of great rights would execute. */
export const SMALLER_ROLE =
  'Plan and run as the owner, or as a role that may do just this: `pg-runbook grants FILE --role NAME`.';

/** What is looked at: `planned` is what a planner may execute, `run` what the statement itself does, too. */
export type Moment = 'planned' | 'run';

/**
 * Roles that a stranger's code could do great harm with: their rights reach further than what was
 * granted to them on the objects at hand.
 */
const IS_MIGHTY = `
SELECT r.rolsuper OR r.rolcreaterole OR r.rolbypassrls OR EXISTS (
         SELECT FROM pg_catalog.pg_roles m
          WHERE m.rolname IN ('pg_read_all_data', 'pg_write_all_data', 'pg_read_server_files',
                              'pg_write_server_files', 'pg_execute_server_program')
            AND pg_catalog.pg_has_role(r.oid, m.oid, 'MEMBER')) AS mighty
  FROM pg_catalog.pg_roles r WHERE r.rolname = current_user`;

/** Objects that names may mean, in whatever schema where they have none. */
const NAMED = `
  SELECT 'pg_class'::regclass::oid, c.oid FROM used u JOIN pg_class c ON c.relname = u.name
    JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE u.what = 'relations' AND n.nspname = coalesce(u.schema, n.nspname)
  UNION
  SELECT 'pg_proc'::regclass::oid, p.oid FROM used u JOIN pg_proc p ON p.proname = u.name
    JOIN pg_namespace n ON n.oid = p.pronamespace
   WHERE u.what = 'functions' AND n.nspname = coalesce(u.schema, n.nspname)
  UNION
  SELECT 'pg_operator'::regclass::oid, o.oid FROM used u JOIN pg_operator o ON o.oprname = u.name
    JOIN pg_namespace n ON n.oid = o.oprnamespace
   WHERE u.what = 'operators' AND n.nspname = coalesce(u.schema, n.nspname)
  UNION
  SELECT 'pg_type'::regclass::oid, t.oid FROM used u JOIN pg_type t ON t.typname = u.name
    JOIN pg_namespace n ON n.oid = t.typnamespace
   WHERE u.what = 'types' AND n.nspname = coalesce(u.schema, n.nspname)`;

/**
 * What belongs to an object, and what that is made of. Objects of PostgreSQL's own depend on nothing.
 * Of foreign keys nothing is planned, and a table that they refer to is another one.
 */
const EDGES = `
  SELECT 'pg_class'::regclass::oid, h.inhrelid FROM pg_inherits h WHERE h.inhparent = s.id AND s.class = 'pg_class'::regclass
  UNION ALL
  SELECT 'pg_class'::regclass::oid, h.inhparent FROM pg_inherits h WHERE h.inhrelid = s.id AND s.class = 'pg_class'::regclass
  UNION ALL
  SELECT 'pg_class'::regclass::oid, i.indexrelid FROM pg_index i WHERE i.indrelid = s.id AND s.class = 'pg_class'::regclass
  UNION ALL
  SELECT 'pg_constraint'::regclass::oid, k.oid FROM pg_constraint k
   WHERE k.contype <> 'f' AND (k.conrelid = s.id AND s.class = 'pg_class'::regclass
                               OR k.contypid = s.id AND s.class = 'pg_type'::regclass)
  UNION ALL
  SELECT 'pg_attrdef'::regclass::oid, d.oid FROM pg_attrdef d WHERE d.adrelid = s.id AND s.class = 'pg_class'::regclass
  UNION ALL
  SELECT 'pg_rewrite'::regclass::oid, r.oid FROM pg_rewrite r WHERE r.ev_class = s.id AND s.class = 'pg_class'::regclass
  UNION ALL
  SELECT 'pg_policy'::regclass::oid, p.oid FROM pg_policy p WHERE p.polrelid = s.id AND s.class = 'pg_class'::regclass
  UNION ALL
  SELECT 'pg_statistic_ext'::regclass::oid, x.oid FROM pg_statistic_ext x WHERE x.stxrelid = s.id AND s.class = 'pg_class'::regclass
  UNION ALL
  SELECT 'pg_trigger'::regclass::oid, t.oid FROM pg_trigger t
   WHERE t.tgrelid = s.id AND s.class = 'pg_class'::regclass AND NOT t.tgisinternal AND $2 = 'run'
  UNION ALL
  SELECT 'pg_proc'::regclass::oid, c.castfunc FROM pg_cast c
   WHERE s.id IN (c.castsource, c.casttarget) AND s.class = 'pg_type'::regclass AND c.castfunc <> 0
  UNION ALL
  SELECT 'pg_proc'::regclass::oid, a.amproc::oid FROM pg_amproc a WHERE a.amprocfamily = s.id AND s.class = 'pg_opfamily'::regclass
  UNION ALL
  SELECT 'pg_operator'::regclass::oid, a.amopopr FROM pg_amop a WHERE a.amopfamily = s.id AND s.class = 'pg_opfamily'::regclass
  UNION ALL
  SELECT d.refclassid, d.refobjid FROM pg_depend d
   WHERE d.classid = s.class AND d.objid = s.id
     AND (d.refclassid IN ('pg_proc'::regclass, 'pg_operator'::regclass, 'pg_type'::regclass,
                           'pg_opclass'::regclass, 'pg_opfamily'::regclass)
          OR d.refclassid = 'pg_class'::regclass
             AND s.class IN ('pg_rewrite'::regclass, 'pg_policy'::regclass, 'pg_proc'::regclass))`;

/**
 * Functions of roles that do not have our rights; and for a run, what calls whatever its owner wants
 * with our rights: triggers, rules and policies of such roles' tables, and defaults and constraints
 * that call a function which is not PostgreSQL's own.
 */
const FOREIGN = `
WITH RECURSIVE used AS (
  SELECT k.key AS what, n.schema, n.name
    FROM jsonb_each($1::jsonb) k, jsonb_to_recordset(k.value) n(schema text, name text)),
seen (class, id) AS (
  ${NAMED}
  UNION
  SELECT e.class, e.id FROM seen s CROSS JOIN LATERAL (${EDGES}) e (class, id)),
owned AS (
  SELECT s.class, s.id, p.proowner AS owner FROM seen s JOIN pg_proc p ON s.class = 'pg_proc'::regclass AND p.oid = s.id
  UNION ALL
  SELECT s.class, s.id, c.relowner FROM seen s
    LEFT JOIN pg_trigger t ON s.class = 'pg_trigger'::regclass AND t.oid = s.id
    LEFT JOIN pg_policy p ON s.class = 'pg_policy'::regclass AND p.oid = s.id
    LEFT JOIN pg_rewrite r ON s.class = 'pg_rewrite'::regclass AND r.oid = s.id AND r.ev_type <> '1'
    LEFT JOIN pg_attrdef d ON s.class = 'pg_attrdef'::regclass AND d.oid = s.id
    LEFT JOIN pg_constraint k ON s.class = 'pg_constraint'::regclass AND k.oid = s.id
    JOIN pg_class c ON c.oid = coalesce(t.tgrelid, p.polrelid, r.ev_class, d.adrelid, k.conrelid)
   WHERE $2 = 'run' AND (coalesce(t.oid, p.oid, r.oid) IS NOT NULL OR EXISTS (
           SELECT FROM pg_depend f
            WHERE f.classid = s.class AND f.objid = s.id AND f.refclassid = 'pg_proc'::regclass)))
SELECT concat(i.type, ' ', i.identity) AS name, pg_get_userbyid(o.owner)::text AS owner
  FROM owned o CROSS JOIN LATERAL pg_identify_object(o.class, o.id, 0) i
 WHERE NOT pg_has_role(o.owner, current_user, 'MEMBER')
 ORDER BY 1`;

/**
 * The code of roles without our rights that the server would come to by these statements; none for a
 * role whose rights are small. The session's search_path must be a safe one.
 * @returns undefined when a text is not understood.
 */
export async function readForeignCode(
  db: Queryable,
  statements: readonly string[],
  moment: Moment,
): Promise<readonly ForeignCode[] | undefined> {
  if (statements.length === 0) return [];
  const [role] = await db.query<{ mighty: boolean }>(IS_MIGHTY, [], 'often');
  if (role?.mighty !== true) return [];
  const names = await namesUsed(statements);
  if (names === undefined) return undefined;
  return db.query<ForeignCode>(FOREIGN, [JSON.stringify(names), moment], 'often');
}
