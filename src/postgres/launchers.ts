import type { Queryable, Row } from './session.js';

/** A role that may launch workers, and has something that others may maintain. */
export interface Launcher extends Row {
  readonly role: string;
  readonly tables: number;
  /** Schemas in which it may create tables. */
  readonly schemas: readonly string[];
}

/**
 * Other roles that may launch workers and own tables in this database, or may create some. A function in an index of
 * such a table runs when somebody maintains the table. It may launch a worker, which has the rights of the role that
 * maintains, and not those of the table's owner. A maintenance role's ledger does not count: without one it could not run.
 */
export async function readOtherLaunchers(db: Queryable): Promise<Launcher[]> {
  return db.query<Launcher>(
    `SELECT * FROM (
       SELECT r.rolname::text AS role,
              (SELECT count(*) FROM pg_catalog.pg_class c
                WHERE c.relowner = r.oid AND c.relkind IN ('r', 'p', 'm')
                  AND c.relnamespace IS DISTINCT FROM to_regnamespace('runbook'))::int AS tables,
              ARRAY(SELECT n.nspname::text FROM pg_catalog.pg_namespace n
                     WHERE n.nspname NOT LIKE 'pg\\_%' AND n.nspname NOT IN ('information_schema', 'runbook')
                       AND has_schema_privilege(r.oid, n.oid, 'CREATE') ORDER BY 1) AS schemas
         FROM pg_catalog.pg_roles l
         JOIN pg_catalog.pg_roles r ON r.oid <> l.oid AND NOT r.rolsuper AND r.rolname <> session_user
                                   AND pg_has_role(r.oid, l.oid, 'MEMBER')
        WHERE l.rolname = 'pgbackground_role') x
      WHERE x.tables > 0 OR x.schemas <> '{}' ORDER BY x.role`,
  );
}
