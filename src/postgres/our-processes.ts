/**
 * A condition: the role of a row of pg_stat_activity may launch workers. Every session may call itself
 * `pg-runbook/…`; of another role's process no more than name, role and database are shown, so its role tells
 * whether it can be a pg-runbook's.
 */
export function mayLaunch(alias: string): string {
  return `EXISTS (SELECT FROM pg_catalog.pg_roles r LEFT JOIN pg_catalog.pg_roles l ON l.rolname = 'pgbackground_role'
                   WHERE r.oid = ${alias}.usesysid
                     AND (r.rolsuper OR r.rolname = session_user OR pg_has_role(r.oid, l.oid, 'MEMBER')))`;
}

/** A condition: a row of pg_stat_activity is a worker of a pg-runbook, of whatever run and database. */
export function isOurWorker(alias: string): string {
  return `${alias}.application_name LIKE 'pg-runbook/%'
    AND coalesce(${alias}.backend_type, 'pg_background') = 'pg_background' AND ${mayLaunch(alias)}`;
}
