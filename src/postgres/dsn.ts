import { RunbookError } from '../errors.js';
import type { LibpqKeywords } from './connection-settings.js';

/**
 * Reads a connection string in either of libpq's forms, a URI or keywords.
 * @throws RunbookError `invalid_connection`; the text itself is not repeated, since it may hold a password.
 */
export function parseDsn(dsn: string): LibpqKeywords {
  return /^postgres(ql)?:\/\//.test(dsn) ? parseUri(dsn) : parseKeywords(dsn);
}

/**
 * What a connection string says by itself: whether it holds a password, and where it leads to.
 * @throws RunbookError `invalid_connection`, as {@link parseDsn}.
 */
export function readDsn(dsn: string): { readonly hasPassword: boolean; readonly target: string } {
  const { service, host, hostaddr, port, user, dbname, password } = parseDsn(dsn);
  // Without a name, the database is called as the role is.
  const target = [service, hostaddr ?? host, port, dbname ?? ['of', user]];
  return { hasPassword: password !== undefined, target: JSON.stringify(target) };
}

function parseUri(dsn: string): LibpqKeywords {
  // A socket folder as host (`postgresql://%2Frun%2Fpostgresql/db`) and an absent host are legal in
  // libpq's URIs, but not in the URL standard under a special scheme; "postgresql:" is not special.
  const url = URL.canParse(dsn) ? new URL(dsn) : undefined;
  if (url === undefined) throw invalid('it is no valid URI');
  const parts: Record<string, string> = {
    host: decode(url.hostname).replace(/^\[(.*)\]$/, '$1'),
    port: url.port,
    user: decode(url.username),
    password: decode(url.password),
    dbname: decode(url.pathname.replace(/^\//, '')),
  };
  for (const [key, value] of url.searchParams) parts[key] = value;
  return Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== ''));
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw invalid('it has a stray %; write a percent sign as %25');
  }
}

const KEYWORD = /\s*([a-z_]+)\s*=\s*(?:'((?:[^'\\]|\\.)*)'|((?:[^\s'\\]|\\.)*))(?=\s|$)/y;

function parseKeywords(dsn: string): LibpqKeywords {
  const parts: Record<string, string> = {};
  KEYWORD.lastIndex = 0;
  while (KEYWORD.lastIndex < dsn.trimEnd().length) {
    const match = KEYWORD.exec(dsn);
    if (match?.[1] === undefined)
      throw invalid('it is neither a postgresql:// URI nor keyword=value pairs');
    parts[match[1]] = (match[2] ?? match[3] ?? '').replace(/\\(.)/g, '$1');
  }
  return parts;
}

function invalid(why: string): RunbookError {
  return new RunbookError('invalid_connection', `the DSN cannot be read: ${why}`, {
    hint: "Write postgresql://user@host:5432/database or 'host=… port=… dbname=…'.",
  });
}
