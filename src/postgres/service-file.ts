import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { homeFile, type Environment } from './account.js';
import { invalidConnection } from './invalid-connection.js';
import { unknownKeyword, type LibpqKeywords } from './keywords.js';

/**
 * Reads one section of libpq's connection service file: PGSERVICEFILE or ~/.pg_service.conf first,
 * then pg_service.conf in PGSYSCONFDIR.
 * @see https://www.postgresql.org/docs/current/libpq-pgservice.html
 * @throws RunbookError `invalid_connection` when no file has the section, or it has a mistake.
 */
export function readService(service: string, env: Environment): LibpqKeywords {
  const { PGSYSCONFDIR, PGSERVICEFILE } = env;
  const files = [
    PGSERVICEFILE ?? homeFile(env, '.pg_service.conf') ?? [],
    PGSYSCONFDIR === undefined ? [] : join(PGSYSCONFDIR, 'pg_service.conf'),
  ].flat();
  for (const file of files) {
    const section = parseSection(readIfThere(file), service, file);
    if (section !== undefined) return section;
  }
  const where = files.length === 0 ? 'any file: there is no home folder' : files.join(' or ');
  throw invalidConnection(
    `no service "${service}" in ${where}`,
    'Check PGSERVICE and PGSERVICEFILE.',
  );
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw invalidConnection(
      `cannot read the service file ${file}`,
      'Check its permissions.',
      error,
    );
  }
}

/** The pairs of `[service]` in the text of a service file, or undefined without such a section. */
export function parseSection(
  text: string,
  service: string,
  file: string,
): LibpqKeywords | undefined {
  let section: Record<string, string> | undefined;
  let inside = false;
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.trim();
    const header = /^\[(.+)\]$/.exec(line);
    if (header !== null) inside = header[1] === service;
    if (inside) section ??= {};
    if (!inside || header !== null || line === '' || line.startsWith('#')) continue;
    const [key, value] = readLine(line, `in ${file}, line ${String(index + 1)}`);
    section = { ...section, [key]: value };
  }
  return section;
}

function readLine(line: string, place: string): readonly [string, string] {
  const [, key, value] = /^([^\s=]+)\s*=\s*(.*)$/.exec(line) ?? [];
  if (key === undefined || value === undefined || key === 'service') {
    throw invalidConnection(
      `not a connection setting ${place}`,
      'A service holds lines of keyword=value. It names no other service, and no LDAP server.',
    );
  }
  const unknown = unknownKeyword(key, place);
  if (unknown !== undefined) throw unknown;
  return [key, value];
}
