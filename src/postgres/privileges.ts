import type { RelationNeed } from '../model/privilege.js';
import type { ServerInfo } from './server.js';
import type { Queryable, Row } from './session.js';

/** A need, and how the role stands to it. */
export interface RelationStanding extends Row {
  /** Null where nothing of that name is there. */
  readonly schema: string | null;
  readonly relation: string | null;
  readonly system: boolean;
  readonly owner: string;
  readonly owner_is_superuser: boolean;
  readonly schema_owner: string;
  /** Some of the needed columns are none of the relation. */
  readonly other_columns: boolean;
  readonly has: boolean;
  readonly has_schema: boolean;
}

/** Where a name without a schema is looked for: as workers of the role would, if not told otherwise. */
const SEARCH_PATH = `
  SELECT array['pg_catalog'] || array(
           SELECT CASE trim(both '"' FROM trim(p)) WHEN '$user' THEN me.rolname::text
                       ELSE trim(both '"' FROM trim(p)) END
             FROM regexp_split_to_table(coalesce($3, (
               SELECT substr(o, length('search_path=') + 1)
                 FROM pg_catalog.pg_db_role_setting s, unnest(s.setconfig) o
                WHERE o LIKE 'search\\_path=%' AND s.setrole IN (me.oid, 0)
                  AND s.setdatabase IN (0, (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = current_database()))
                ORDER BY s.setrole = 0, s.setdatabase = 0 LIMIT 1),
               (SELECT s.reset_val FROM pg_catalog.pg_settings s WHERE s.name = 'search_path')), ',') p) AS schemas`;

/** Without the right to name what is in a schema, only the catalogs tell what is there. */
const STANDING = `
WITH me AS (SELECT r.oid, r.rolname FROM pg_catalog.pg_roles r WHERE r.rolname = $1),
path AS (${SEARCH_PATH} FROM me),
named AS (
  SELECT w.place, w.need, parse_ident(w.need ->> 'relation') AS parts
    FROM jsonb_array_elements($2) WITH ORDINALITY w(need, place))
SELECT n.nspname::text AS schema, t.relname::text AS relation,
       n.nspname IN ('pg_catalog', 'information_schema') AS system,
       o.rolname::text AS owner, o.rolsuper AS owner_is_superuser, no.rolname::text AS schema_owner,
       k.columns < jsonb_array_length(w.need -> 'columns') AS other_columns,
       has_schema_privilege(me.oid, n.oid, 'USAGE') AS has_schema,
       pg_has_role(me.oid, t.relowner, 'USAGE')
       OR (w.need -> 'databaseOwnerMay')::boolean AND NOT t.relisshared AND pg_has_role(me.oid, d.datdba, 'USAGE')
       OR CASE WHEN w.need ->> 'privilege' = 'OWNER' THEN false
               WHEN k.columns > 0 AND k.columns = jsonb_array_length(w.need -> 'columns') THEN k.has
               ELSE has_table_privilege(me.oid, t.oid, w.need ->> 'privilege') END AS has
  FROM named w
 CROSS JOIN me
 CROSS JOIN path
  JOIN pg_catalog.pg_database d ON d.datname = current_database()
  LEFT JOIN LATERAL (
       SELECT coalesce(i.indrelid, c.oid) AS oid
         FROM pg_catalog.pg_class c
         JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
         LEFT JOIN pg_catalog.pg_index i ON i.indexrelid = c.oid
        WHERE c.relname = w.parts[cardinality(w.parts)]
          AND CASE WHEN cardinality(w.parts) > 1 THEN n.nspname = w.parts[cardinality(w.parts) - 1]
                   ELSE n.nspname = ANY (path.schemas) END
        ORDER BY array_position(path.schemas, n.nspname::text) LIMIT 1) found ON true
  LEFT JOIN pg_catalog.pg_class t ON t.oid = found.oid
  LEFT JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace
  LEFT JOIN pg_catalog.pg_roles o ON o.oid = t.relowner
  LEFT JOIN pg_catalog.pg_roles no ON no.oid = n.nspowner
 CROSS JOIN LATERAL (
       SELECT count(a.attnum)::int AS columns,
              bool_and(has_column_privilege(me.oid, t.oid, a.attnum,
                -- Of other privileges columns have none.
                CASE WHEN w.need ->> 'privilege' IN ('SELECT', 'INSERT', 'UPDATE', 'REFERENCES')
                     THEN w.need ->> 'privilege' ELSE 'SELECT' END)) AS has
         FROM pg_catalog.pg_attribute a
        WHERE a.attrelid = t.oid AND NOT a.attisdropped
          AND a.attname IN (SELECT jsonb_array_elements_text(w.need -> 'columns'))) k
 ORDER BY w.place`;

/**
 * How a role stands to what it needs, one answer for each need.
 * @param searchPath the setting; undefined: the role's own.
 */
export async function readStandings(
  db: Queryable,
  role: string,
  needs: readonly RelationNeed[],
  searchPath: string | undefined,
): Promise<RelationStanding[]> {
  if (needs.length === 0) return [];
  return db.query<RelationStanding>(STANDING, [role, JSON.stringify(needs), searchPath]);
}

/** How a role stands to the database, to pg_background and to what is no relation. */
export interface RoleStanding extends Row {
  readonly connects: boolean;
  readonly uses_extension_schema: boolean;
  /** Roles that may execute all that pg_background has for others. */
  readonly extension_roles: readonly string[];
  readonly extension_functions: readonly { readonly signature: string; readonly has: boolean }[];
  readonly sees_all_sessions: boolean;
  /** Of schema runbook; null where there is none. */
  readonly ledger_owner: string | null;
  readonly owns_ledger: boolean;
  readonly creates_schemas: boolean;
}

const ROLE = `
SELECT has_database_privilege(me.oid, current_database(), 'CONNECT') AS connects,
       coalesce(has_schema_privilege(me.oid, e.extnamespace, 'USAGE'), false) AS uses_extension_schema,
       array(SELECT DISTINCT g.rolname::text
               FROM functions f
              CROSS JOIN LATERAL aclexplode(f.proacl) x
               JOIN pg_catalog.pg_roles g ON g.oid = x.grantee
              WHERE NOT g.rolcanlogin AND NOT g.rolsuper AND x.grantee <> f.proowner
                AND NOT EXISTS (SELECT FROM functions o WHERE NOT has_function_privilege(g.oid, o.oid, 'EXECUTE'))
              ORDER BY 1) AS extension_roles,
       (SELECT coalesce(jsonb_agg(jsonb_build_object(
                 'signature', format('%I.%I(%s)', f.nspname, f.proname, pg_get_function_identity_arguments(f.oid)),
                 'has', has_function_privilege(me.oid, f.oid, 'EXECUTE')) ORDER BY f.proname, f.oid), '[]')
          FROM functions f) AS extension_functions,
       pg_has_role(me.oid, 'pg_read_all_stats', 'USAGE') AS sees_all_sessions,
       o.rolname::text AS ledger_owner,
       coalesce(o.oid = me.oid OR (o.rolsuper AND me.rolsuper), false) AS owns_ledger,
       has_database_privilege(me.oid, current_database(), 'CREATE') AS creates_schemas
  FROM me
  LEFT JOIN pg_catalog.pg_extension e ON e.extname = 'pg_background'
  LEFT JOIN pg_catalog.pg_namespace l ON l.nspname = 'runbook'
  LEFT JOIN pg_catalog.pg_roles o ON o.oid = l.nspowner`;

/**
 * Reads it in one query.
 * @param functions those of pg_background that are used, by name.
 * @returns undefined when there is no such role.
 */
export async function readRoleStanding(
  db: Queryable,
  role: string,
  functions: readonly string[],
): Promise<RoleStanding | undefined> {
  const [row] = await db.query<RoleStanding>(
    `WITH me AS (SELECT r.oid, r.rolsuper FROM pg_catalog.pg_roles r WHERE r.rolname = $1),
functions AS (
  SELECT p.oid, p.proname, p.proowner, p.proacl, n.nspname
    FROM pg_catalog.pg_depend d
    JOIN pg_catalog.pg_extension x ON x.oid = d.refobjid AND x.extname = 'pg_background'
    JOIN pg_catalog.pg_proc p ON p.oid = d.objid AND p.proname = ANY ($2)
    JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
   WHERE d.refclassid = 'pg_catalog.pg_extension'::regclass AND d.classid = 'pg_catalog.pg_proc'::regclass)
${ROLE}`,
    [role, functions],
  );
  return row;
}

/** Whether a role is a member of others, with their rights. */
export async function readMemberships(
  db: Queryable,
  role: string,
  others: readonly string[],
): Promise<boolean[]> {
  const rows = await db.query<{ has: boolean }>(
    `SELECT pg_has_role($1, o, 'USAGE') AS has FROM unnest($2::text[]) WITH ORDINALITY u(o, i) ORDER BY i`,
    [role, others],
  );
  return rows.map(({ has }) => has);
}

/** Whether a role may name what is in schemas. */
export async function readUsage(
  db: Queryable,
  role: string,
  schemas: readonly string[],
): Promise<boolean[]> {
  const rows = await db.query<{ has: boolean }>(
    `SELECT has_schema_privilege($1, s, 'USAGE') AS has FROM unnest($2::text[]) WITH ORDINALITY u(s, i) ORDER BY i`,
    [role, schemas],
  );
  return rows.map(({ has }) => has);
}

/** From this version on others than superusers may be allowed to set a parameter. */
const PARAMETERS_SINCE = 150_000;

/** Those of some settings that only superusers may change, and whether the role may. */
export async function readParameters(
  db: Queryable,
  role: string,
  settings: readonly string[],
  { versionNumber }: Pick<ServerInfo, 'versionNumber'>,
): Promise<{ name: string; has: boolean }[]> {
  if (versionNumber < PARAMETERS_SINCE) return [];
  return db.query(
    `SELECT s.name, has_parameter_privilege($1, s.name, 'SET') AS has FROM pg_catalog.pg_settings s
      WHERE s.context = 'superuser' AND s.name = ANY ($2) ORDER BY 1`,
    [role, settings],
  );
}
