import { setTimeout as sleep } from 'node:timers/promises';
import { RunbookError } from '../errors.js';
import { asSqlError, hasSqlState, SQLSTATE } from '../postgres/errors.js';
import type { ServerInfo } from '../postgres/server.js';
import type { Session } from '../postgres/session.js';
import { endOwnProcesses } from '../postgres/signal.js';
import { quoteIdentifier, quoteLiteral } from '../sql/quote.js';

/** The extension's schema in a scratch database: none that a search_path has. */
const EXTENSION_SCHEMA = 'background';

const COPIED_WITHIN = '60s';
const DROPS_WITHIN_MS = 10_000;
const LOOK_EVERY_MS = 200;

/**
 * Refuses what would not work before anything is made.
 * @throws RunbookError `privilege_missing`, `extension_missing` or `template_refused`.
 */
export async function requireMakeable(
  session: Session,
  { role }: ServerInfo,
  template: string | undefined,
): Promise<void> {
  const [row] = await session.query<{ creates: boolean; available: boolean; marked: boolean }>(
    `SELECT r.rolcreatedb OR r.rolsuper AS creates,
            EXISTS (SELECT FROM pg_catalog.pg_available_extensions WHERE name = 'pg_background') AS available,
            (SELECT d.datistemplate FROM pg_catalog.pg_database d WHERE d.datname = $1) AS marked
       FROM pg_catalog.pg_roles r WHERE r.rolname = current_user`,
    [template ?? 'template1'],
  );
  if (row?.creates !== true) {
    throw new RunbookError('privilege_missing', `role "${role}" may not create databases`, {
      hint: `ALTER ROLE ${quoteIdentifier(role)} CREATEDB; the selftest makes a database of its own, and drops it.`,
    });
  }
  if (!row.available) {
    throw new RunbookError('extension_missing', 'the server has no extension pg_background', {
      hint: 'Install its package on the server, like postgresql-18-pg-background.',
    });
  }
  if (template !== undefined && !row.marked) {
    // Anything else might be a database at work, which would be copied as a whole.
    throw new RunbookError('template_refused', `"${template}" is no template database`, {
      hint: `Name one that is marked: ALTER DATABASE ${quoteIdentifier(template)} IS_TEMPLATE true.`,
    });
  }
}

/**
 * Makes the database, for nobody but this role.
 * @param template a database that is marked as one; undefined: PostgreSQL's own default, template1.
 * @throws RunbookError `template_refused` when it cannot be copied.
 */
export async function createScratch(
  session: Session,
  name: string,
  template: string | undefined,
): Promise<void> {
  // A template may be large, and the user waits.
  await session.query(`SET statement_timeout = '${COPIED_WITHIN}'`);
  const from = template === undefined ? '' : ` TEMPLATE ${quoteIdentifier(template)}`;
  try {
    await session.query(`CREATE DATABASE ${quoteIdentifier(name)}${from}`);
  } catch (error) {
    throw refused(error, template ?? 'template1');
  }
  // A monitor that looks into every database would keep it from being dropped.
  await session.query(`REVOKE CONNECT ON DATABASE ${quoteIdentifier(name)} FROM PUBLIC`);
}

function refused(error: unknown, template: string): unknown {
  const sql = asSqlError(error);
  if (sql === undefined) return error;
  return new RunbookError(
    'template_refused',
    `cannot copy database "${template}": ${sql.message}`,
    {
      sqlstate: sql.sqlstate,
      cause: error,
      hint: 'Try again when nobody is connected to it, or name another one: --template NAME.',
    },
  );
}

/**
 * Makes the extension in a database that does not have it from its template, in the version that the
 * user works with.
 * @throws RunbookError `privilege_missing` or `extension_unsupported`.
 */
export async function createExtension(
  scratch: Session,
  { role }: ServerInfo,
  version: string | undefined,
): Promise<void> {
  const there = await scratch.query(
    "SELECT FROM pg_catalog.pg_extension WHERE extname = 'pg_background'",
  );
  if (there.length > 0) return;
  const wanted = version === undefined ? '' : ` VERSION ${quoteLiteral(version)}`;
  await scratch.query(`CREATE SCHEMA ${EXTENSION_SCHEMA}`);
  try {
    await scratch.query(`CREATE EXTENSION pg_background SCHEMA ${EXTENSION_SCHEMA}${wanted}`);
  } catch (error) {
    const sql = asSqlError(error);
    if (sql === undefined) throw error;
    const details = { sqlstate: sql.sqlstate, cause: error };
    if (sql.sqlstate === SQLSTATE.insufficientPrivilege) {
      throw new RunbookError(
        'privilege_missing',
        `role "${role}" may not create the extension in a new database: ${sql.message}`,
        {
          ...details,
          hint: templateRecipe(role),
        },
      );
    }
    throw new RunbookError(
      'extension_unsupported',
      `cannot create pg_background${version === undefined ? '' : ` ${version}`}: ${sql.message}`,
      { ...details, hint: 'Its files on the server must be those of the installed version.' },
    );
  }
}

/** How a superuser lets a role that is none make databases with the extension. */
function templateRecipe(role: string): string {
  return (
    'Run it as a superuser, or let one do this once: CREATE DATABASE pg_runbook_template IS_TEMPLATE true; ' +
    `in it CREATE EXTENSION pg_background; and GRANT pgbackground_role TO ${quoteIdentifier(role)}; ` +
    'then: pg-runbook selftest --template pg_runbook_template'
  );
}

/** The command that drops a scratch database, whoever is in it. */
export function dropCommand(name: string): string {
  return `DROP DATABASE ${quoteIdentifier(name)} WITH (FORCE);`;
}

/**
 * Drops the database once the last session has left it; of those in it none but our own is ended.
 * @returns what kept it from being dropped, or undefined.
 */
export async function dropScratch(session: Session, name: string): Promise<string | undefined> {
  const until = Date.now() + DROPS_WITHIN_MS;
  for (;;) {
    try {
      await session.query(`DROP DATABASE IF EXISTS ${quoteIdentifier(name)}`);
      return undefined;
    } catch (error) {
      const sql = asSqlError(error);
      if (sql === undefined) throw error;
      if (!hasSqlState(error, SQLSTATE.objectInUse) || Date.now() >= until) return sql.message;
    }
    await endOwnProcesses(session, name, 'pg-runbook');
    await sleep(LOOK_EVERY_MS);
  }
}
