import { RunbookError } from '../../errors.js';
import { quoteIdentifier } from '../../sql/quote.js';
import type { ExtensionInfo, ServerInfo } from '../server.js';
import type { Queryable } from '../session.js';
import { CANONICAL_FUNCTIONS, canonicalDialect } from './canonical.js';
import type { BackgroundDialect } from './dialect.js';
import { SUFFIXED_FUNCTIONS, SUFFIXED_INFOS, suffixedDialect } from './suffixed.js';

/** `1.9` or newer, by the numbers: 1.10 comes after 1.9. */
export function isAtLeast(version: string, major: number, minor: number): boolean {
  const [a = 0, b = 0] = version.split('.').map(Number);
  return a > major || (a === major && b >= minor);
}

/** Whether one version is older than another, number by number; what is not said is 0. */
export function isOlder(version: string, than: string): boolean {
  const [mine, other] = [version, than].map((text) => text.split('.').map(Number));
  for (let i = 0; i < 3; i += 1) {
    const difference = (mine?.[i] ?? 0) - (other?.[i] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}

/** The newest version of pg_background's SQL that the server's files have; undefined where there are none. */
export async function readAvailableVersion(db: Queryable): Promise<string | undefined> {
  const [row] = await db.query<{ version: string }>(
    `SELECT a.default_version::text AS version FROM pg_catalog.pg_available_extensions a
      WHERE a.name = 'pg_background'`,
  );
  return row?.version;
}

/** The functions that are called of a version of the extension, some of them only where it has them. */
export function functionsUsed(version: string): readonly string[] {
  return isAtLeast(version, 2, 0)
    ? CANONICAL_FUNCTIONS
    : [...SUFFIXED_FUNCTIONS, ...SUFFIXED_INFOS];
}

/** The views of the extension that are read. */
export function viewsUsed(version: string): readonly string[] {
  return isAtLeast(version, 2, 0) ? ['pg_background_list'] : [];
}

/**
 * The dialect of the extension that is installed.
 * @throws RunbookError `extension_missing`, `extension_untrusted`, `privilege_missing` or `extension_unsupported`,
 *   each with its fix.
 */
export function chooseDialect(server: ServerInfo): BackgroundDialect {
  const extension = server.extension;
  if (extension === undefined) {
    throw new RunbookError(
      'extension_missing',
      `the extension pg_background is not installed in database "${server.database}"`,
      { hint: 'Install its package on the server, then: CREATE EXTENSION pg_background;' },
    );
  }
  if (server.superuser && extension.stranger !== null)
    throw untrusted(extension, extension.stranger);
  const has = (name: string): boolean => extension.functions.includes(name);
  if (CANONICAL_FUNCTIONS.every(has)) return canonicalDialect(extension.schema);
  if (SUFFIXED_FUNCTIONS.every(has) && isAtLeast(extension.version, 1, 8)) {
    const from19 = isAtLeast(extension.version, 1, 9);
    return suffixedDialect(extension.schema, {
      label: from19,
      listsLabel: from19,
      infos: SUFFIXED_INFOS.every(has),
    });
  }
  throw unusable(server, extension);
}

function untrusted({ schema }: ExtensionInfo, owner: string): RunbookError {
  return new RunbookError(
    'extension_untrusted',
    `pg_background is in schema ${schema}, whose owner ${owner} could replace it and become a superuser`,
    { hint: describeMove() },
  );
}

/** How the extension gets a schema that is nobody's but its owner's. */
export function describeMove(): string {
  return 'As a superuser, while no run is live: CREATE SCHEMA pgbg; ALTER EXTENSION pg_background SET SCHEMA pgbg; and GRANT USAGE ON SCHEMA pgbg to the roles that run.';
}

function unusable(server: ServerInfo, extension: ExtensionInfo): RunbookError {
  const [role, schema] = [server.role, extension.schema].map(quoteIdentifier);
  if (isAtLeast(extension.version, 1, 8)) {
    return new RunbookError(
      'privilege_missing',
      `role "${server.role}" may not use pg_background ${extension.version}`,
      {
        sqlstate: '42501',
        hint: `GRANT pgbackground_role TO ${role}; GRANT USAGE ON SCHEMA ${schema} TO ${role};`,
      },
    );
  }
  return new RunbookError(
    'extension_unsupported',
    `pg_background ${extension.version} is too old: its handle is a bare PID, which gets reused`,
    { hint: 'Install 1.8 or newer, then: ALTER EXTENSION pg_background UPDATE;' },
  );
}
