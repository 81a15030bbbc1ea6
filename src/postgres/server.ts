import { RunbookError } from '../errors.js';
import { IS_MIGHTY, noteMight } from './foreign-code.js';
import { quoteIdentifier } from '../sql/quote.js';
import type { Queryable, Row } from './session.js';

/** What the engine needs to know of a server before it plans. */
export interface ServerInfo {
  /** `server_version_num`, like 180006. */
  readonly versionNumber: number;
  readonly version: string;
  readonly database: string;
  readonly databaseOid: number;
  /** Of the server for ever, whatever its address. */
  readonly systemIdentifier: string;
  readonly role: string;
  readonly superuser: boolean;
  readonly inRecovery: boolean;
  readonly maxWorkerProcesses: number;
  /** max_parallel_maintenance_workers. */
  readonly parallelMaintenance: number;
  /** The counters of VACUUM and ANALYZE, which prove their work. */
  readonly trackCounts: boolean;
  /** False: sessions of other roles are hidden, and so are the worker slots that they use. */
  readonly seesAllSessions: boolean;
  /** Undefined when pg_background is not installed in this database. */
  readonly extension: ExtensionInfo | undefined;
}

export interface ExtensionInfo {
  /** The SQL version, like 2.0; the library may be newer by a patch. */
  readonly version: string;
  /** The schema that it lives in; the extension is relocatable. */
  readonly schema: string;
  /**
   * The owner of that schema, where that is neither a superuser, this role nor the extension's owner: it could rename
   * the schema, and put functions of its own in the place of these.
   */
  readonly stranger: string | null;
  /** The extension's functions that this role may execute, by name. */
  readonly functions: readonly string[];
}

/** The oldest server that is supported: PostgreSQL 14. */
const OLDEST_SERVER = 140_000;

interface InfoRow extends Row {
  version_number: number;
  version: string;
  database: string;
  database_oid: number;
  system_identifier: string;
  role: string;
  in_recovery: boolean;
  max_worker_processes: number;
  parallel_maintenance: number;
  track_counts: boolean;
  sees_all_sessions: boolean;
  mighty: boolean;
  extension_version: string | null;
  extension_schema: string | null;
  extension_stranger: string | null;
  superuser: boolean;
  functions: string[] | null;
}

const INFO = `
SELECT current_setting('server_version_num')::int AS version_number,
       current_setting('server_version') AS version,
       current_database()::text AS database,
       (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = current_database()) AS database_oid,
       (SELECT s.system_identifier::text FROM pg_catalog.pg_control_system() s) AS system_identifier,
       current_user::text AS role,
       pg_is_in_recovery() AS in_recovery,
       current_setting('max_worker_processes')::int AS max_worker_processes,
       current_setting('max_parallel_maintenance_workers')::int AS parallel_maintenance,
       current_setting('track_counts')::bool AS track_counts,
       pg_catalog.pg_has_role('pg_read_all_stats', 'USAGE') AS sees_all_sessions,
       ${IS_MIGHTY} AS mighty,
       e.extversion AS extension_version,
       n.nspname::text AS extension_schema,
       (SELECT o.rolname::text
          FROM pg_catalog.pg_database d
          JOIN pg_catalog.pg_roles o ON o.oid = CASE WHEN pg_get_userbyid(n.nspowner) = 'pg_database_owner' THEN d.datdba
                                                     ELSE n.nspowner END
         WHERE d.datname = current_database() AND NOT o.rolsuper AND o.rolname <> session_user
           AND o.oid <> e.extowner) AS extension_stranger,
       (SELECT r.rolsuper FROM pg_catalog.pg_roles r WHERE r.rolname = session_user) AS superuser,
       (SELECT array_agg(DISTINCT p.proname::text)
          FROM pg_catalog.pg_depend d
          JOIN pg_catalog.pg_proc p ON p.oid = d.objid
         WHERE d.refclassid = 'pg_catalog.pg_extension'::regclass AND d.refobjid = e.oid
           AND d.classid = 'pg_catalog.pg_proc'::regclass AND d.deptype = 'e'
           AND has_schema_privilege(n.oid, 'USAGE')
           AND has_function_privilege(p.oid, 'EXECUTE')) AS functions
  FROM (SELECT 1) one
  LEFT JOIN pg_catalog.pg_extension e ON e.extname = 'pg_background'
  LEFT JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace`;

/** Reads the facts of the server and of the extension in one query. */
export async function readServerInfo(db: Queryable): Promise<ServerInfo> {
  const [row] = await db.query<InfoRow>(INFO);
  if (row === undefined) throw new Error('a query without FROM gave no row');
  noteMight(db, row.mighty);
  const extension =
    row.extension_version === null || row.extension_schema === null
      ? undefined
      : {
          version: row.extension_version,
          schema: row.extension_schema,
          stranger: row.extension_stranger,
          functions: row.functions ?? [],
        };
  return {
    versionNumber: row.version_number,
    version: row.version,
    database: row.database,
    databaseOid: row.database_oid,
    systemIdentifier: row.system_identifier,
    role: row.role,
    superuser: row.superuser,
    inRecovery: row.in_recovery,
    maxWorkerProcesses: row.max_worker_processes,
    parallelMaintenance: row.parallel_maintenance,
    trackCounts: row.track_counts,
    seesAllSessions: row.sees_all_sessions,
    extension,
  };
}

/** What lets a role see the sessions of others. */
export function grantSessions(role: string): string {
  return `GRANT pg_read_all_stats TO ${quoteIdentifier(role)}`;
}

/** Refuses a server on which nothing could run or be proven. */
export function requireUsableServer(server: ServerInfo): void {
  requireVersion(server);
  requirePrimary(server);
  requireCounters(server);
}

/** Refuses a server that lacks what the queries of the catalogs need. */
export function requireVersion({ versionNumber, version }: ServerInfo): void {
  if (versionNumber >= OLDEST_SERVER) return;
  throw new RunbookError('server_unsupported', `PostgreSQL ${version} is too old`, {
    hint: 'pg-runbook works with PostgreSQL 14 and newer.',
  });
}

/** Refuses a server without the counters by which VACUUM and ANALYZE are proven. */
export function requireCounters({ trackCounts }: ServerInfo): void {
  if (trackCounts) return;
  throw new RunbookError('server_unsupported', 'track_counts is off: nothing could be proven', {
    hint: 'Turn it on (autovacuum needs it, too): ALTER ROLE … or ALTER SYSTEM SET track_counts = on.',
  });
}

/** Refuses a standby to whoever has something to record. */
export function requirePrimary({ inRecovery }: ServerInfo): void {
  if (!inRecovery) return;
  throw new RunbookError('server_unsupported', 'the server is in recovery: it is a standby', {
    hint: 'Maintenance runs on the primary; its effects reach the standbys by themselves.',
  });
}
