import { invalidDsn } from './invalid-connection.js';

/** `postgresql://user:password@host:port/database?keyword=value&…`; a user ends at the first `@`. */
const URI =
  /^postgres(?:ql)?:\/\/(?:([^:@/]*)(?::([^@/]*))?@)?(\[[^\]/?]+\]|[^:/?[\]]*)(?::(\d*))?(?:\/([^?]*))?(?:\?(.*))?$/;

/** A folder of sockets is written in `%`, so this slash is of a user or a password. */
const SLASH_BEFORE_HOST = /^postgres(?:ql)?:\/\/[^@]*\/[^@]*@/;
const ESCAPE_PASSWORD = 'in a user or a password, write @ as %40 and / as %2F';

/**
 * The pairs of a URI as libpq reads it, which is not quite how the URL standard does: a host may be
 * absent or a folder, and a plus sign is no blank.
 */
export function readUri(uri: string): readonly (readonly [string, string])[] {
  if (/\s/.test(uri)) throw invalidDsn('a URI has no blanks; write one as %20');
  const match = URI.exec(uri);
  if (match === null) {
    throw invalidDsn(SLASH_BEFORE_HOST.test(uri) ? ESCAPE_PASSWORD : 'it is no valid URI');
  }
  const [, user, password, host = '', port, database, query = ''] = match;
  // Else the rest of a password would be taken for a host or a database, and shown as that.
  if (`${host}${port ?? ''}${database ?? ''}`.includes('@')) {
    throw invalidDsn(ESCAPE_PASSWORD);
  }
  const named = Object.entries({
    user,
    password,
    host: host.replace(/^\[(.*)\]$/, '$1'),
    port,
    dbname: database,
  });
  return [
    ...named.flatMap(([key, value = '']) => (value === '' ? [] : [[key, decode(value)] as const])),
    ...query.split('&').flatMap((pair) => (pair === '' ? [] : [readParameter(pair)])),
  ];
}

function readParameter(pair: string): readonly [string, string] {
  const [key = '', value, ...more] = pair.split('=');
  if (value === undefined || more.length > 0) {
    throw invalidDsn('after ? stands keyword=value; within a value write = as %3D and & as %26');
  }
  // JDBC's word.
  return key === 'ssl' && value === 'true' ? ['sslmode', 'require'] : [key, decode(value)];
}

function decode(text: string): string {
  if (text.includes('%00')) throw invalidDsn('%00 stands for no character');
  try {
    return decodeURIComponent(text);
  } catch {
    throw invalidDsn('it has a stray %; write a percent sign as %25');
  }
}
