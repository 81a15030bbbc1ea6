import { invalidDsn } from './invalid-connection.js';
import { readUri } from './dsn-uri.js';
import { checkValues, unknownKeyword, type LibpqKeywords } from './keywords.js';

/**
 * Reads a connection string in either of libpq's forms, a URI or keywords.
 * @throws RunbookError `invalid_connection`; the text itself is not repeated, since it may hold a password.
 */
export function parseDsn(dsn: string): LibpqKeywords {
  const pairs = /^postgres(ql)?:\/\//.test(dsn) ? readUri(dsn) : readPairs(dsn);
  const parts: Record<string, string> = {};
  let place = 'in the DSN';
  for (const [word, given] of pairs) {
    const [key, value] = word === 'requiressl' ? fromRequireSsl(given) : [word, given];
    const unknown = unknownKeyword(key, place);
    if (unknown !== undefined) throw unknown;
    parts[key] = value;
    place = `in the DSN after ${key}`;
  }
  return parts;
}

/**
 * What a connection string says by itself: whether it holds a password, and where it leads to.
 * @throws RunbookError `invalid_connection`, as {@link parseDsn}, and for values that no keyword takes.
 */
export function readDsn(dsn: string): { readonly hasPassword: boolean; readonly target: string } {
  const parts = parseDsn(dsn);
  checkValues(parts);
  const { service, host, hostaddr, port, user, dbname, password } = parts;
  // Without a name, the database is called as the role is.
  const target = [service, hostaddr ?? host, port, dbname ?? ['of', user]];
  return { hasPassword: password !== undefined, target: JSON.stringify(target) };
}

/** The oldest of the ways to ask for TLS; any value but 1 means that it may be. */
function fromRequireSsl(value: string): readonly [string, string] {
  return ['sslmode', value.startsWith('1') ? 'require' : 'prefer'];
}

const PAIR = /\s*([^\s=]+)\s*=\s*(?:'((?:[^'\\]|\\.)*)'|((?!')(?:[^\s\\]|\\.)*))(?=\s|$)/sy;

function readPairs(dsn: string): readonly (readonly [string, string])[] {
  const pairs: (readonly [string, string])[] = [];
  PAIR.lastIndex = 0;
  while (PAIR.lastIndex < dsn.trimEnd().length) {
    const match = PAIR.exec(dsn);
    if (match?.[1] === undefined) {
      throw invalidDsn('it is neither a postgresql:// URI nor keyword=value pairs');
    }
    pairs.push([match[1], (match[2] ?? match[3] ?? '').replace(/\\(.)/gs, '$1')]);
  }
  return pairs;
}
