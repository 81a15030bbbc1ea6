import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { RunbookError } from '../errors.js';
import type { LibpqKeywords } from './connection-settings.js';

/**
 * Reads one section of libpq's connection service file: PGSERVICEFILE or ~/.pg_service.conf first,
 * then pg_service.conf in PGSYSCONFDIR.
 * @see https://www.postgresql.org/docs/current/libpq-pgservice.html
 * @throws RunbookError `invalid_connection` when no file has the section.
 */
export function readService(
  service: string,
  env: Readonly<Record<string, string | undefined>>,
): LibpqKeywords {
  const files = [
    env['PGSERVICEFILE'] ?? join(homedir(), '.pg_service.conf'),
    ...(env['PGSYSCONFDIR'] === undefined ? [] : [join(env['PGSYSCONFDIR'], 'pg_service.conf')]),
  ];
  for (const file of files) {
    const section = parseSection(readIfThere(file), service);
    if (section !== undefined) return section;
  }
  throw new RunbookError('invalid_connection', `no service "${service}" in ${files.join(' or ')}`, {
    hint: 'Check PGSERVICE and PGSERVICEFILE.',
  });
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw new RunbookError('invalid_connection', `cannot read the service file ${file}`, {
      cause: error,
      hint: 'Check its permissions.',
    });
  }
}

/** The pairs of `[service]` in the text of a service file, or undefined without such a section. */
export function parseSection(text: string, service: string): LibpqKeywords | undefined {
  let section: Record<string, string> | undefined;
  let inside = false;
  for (const raw of text.split(/\r?\n/)) {
    const line = raw.trim();
    const header = /^\[(.+)\]$/.exec(line);
    if (header !== null) inside = header[1] === service;
    if (!inside || line === '' || line.startsWith('#')) continue;
    section ??= {};
    const [, key, value] = /^([a-z_]+)\s*=\s*(.*)$/.exec(line) ?? [];
    if (key !== undefined && value !== undefined) section[key] = value;
  }
  return section;
}
