import { isIP } from 'node:net';
import {
  checkServerIdentity,
  createSecureContext,
  type ConnectionOptions,
  type SecureVersion,
} from 'node:tls';
import { messageOf, type RunbookError } from '../errors.js';
import type { Environment } from './account.js';
import { invalidConnection } from './invalid-connection.js';
import { notAValue, type LibpqKeywords } from './keywords.js';
import { readAuthorities, readIdentity } from './tls-files.js';

/** TLS with these options, or none. */
export type Transport = ConnectionOptions | false;

/** The modes that go on without TLS. */
const WEAK = ['disable', 'allow', 'prefer'];
const VERSIONS: readonly SecureVersion[] = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'];
const DEFAULT_OLDEST = 'TLSv1.2';

/**
 * The ways to try, one after another, by libpq's sslmode and its fellows; node-postgres alone would
 * verify the certificate under `require` and has no `prefer`.
 * @param host where the connection leads to; a folder is one of sockets, which have no TLS.
 * @see https://www.postgresql.org/docs/18/libpq-ssl.html
 * @throws RunbookError `invalid_connection` for what would be less than was asked for.
 */
export function transportsFor(
  keywords: LibpqKeywords,
  host: string,
  env: Environment,
): readonly Transport[] {
  const mode = modeOf(keywords);
  const versions = versionRange(keywords);
  if (host.startsWith('/') || mode === 'disable') return [false];
  const tls = { ...tlsOptions(mode, keywords, env, versions), ...serverName(mode, keywords) };
  if (mode === 'prefer') return [tls, false];
  return mode === 'allow' ? [false, tls] : [tls];
}

function modeOf({ sslmode, sslrootcert, sslnegotiation }: LibpqKeywords): string {
  const system = sslrootcert === 'system';
  const mode = sslmode ?? (system ? 'verify-full' : 'prefer');
  if (system && mode !== 'verify-full') throw weak(mode, 'sslrootcert=system', 'verify-full');
  if (sslnegotiation === 'direct' && WEAK.includes(mode)) {
    throw weak(mode, 'sslnegotiation=direct', 'require, verify-ca or verify-full');
  }
  return mode;
}

function weak(mode: string, what: string, needed: string): RunbookError {
  return invalidConnection(
    `sslmode ${mode} is too weak for ${what}`,
    `Set sslmode (PGSSLMODE) to ${needed}.`,
  );
}

interface VersionRange {
  readonly minVersion: SecureVersion;
  readonly maxVersion?: SecureVersion;
}

function versionRange(keywords: LibpqKeywords): VersionRange {
  const minVersion = versionOf('ssl_min_protocol_version', keywords) ?? DEFAULT_OLDEST;
  const maxVersion = versionOf('ssl_max_protocol_version', keywords);
  if (maxVersion === undefined) return { minVersion };
  if (VERSIONS.indexOf(minVersion) <= VERSIONS.indexOf(maxVersion))
    return { minVersion, maxVersion };
  throw invalidConnection(
    `ssl_min_protocol_version ${minVersion} is above ssl_max_protocol_version ${maxVersion}`,
    `Correct one of them; the oldest is ${DEFAULT_OLDEST} unless said otherwise.`,
  );
}

function versionOf(name: string, keywords: LibpqKeywords): SecureVersion | undefined {
  const value = keywords[name];
  if (value === undefined) return undefined;
  const version = VERSIONS.find((one) => one.toLowerCase() === value.toLowerCase());
  if (version !== undefined) return version;
  throw notAValue(name, value, VERSIONS);
}

function tlsOptions(
  mode: string,
  keywords: LibpqKeywords,
  env: Environment,
  versions: VersionRange,
): ConnectionOptions {
  const authorities = readAuthorities(keywords, env, mode.startsWith('verify-'));
  const files = { ...authorities, ...readIdentity(keywords, env) };
  const rejectUnauthorized = authorities.ca !== undefined;
  if (Object.keys(files).length === 0) return { ...versions, rejectUnauthorized };
  try {
    return { rejectUnauthorized, secureContext: createSecureContext({ ...versions, ...files }) };
  } catch (error) {
    throw invalidConnection(
      `sslcert, sslkey or sslcrl cannot be used: ${messageOf(error)}`,
      'They are to be in PEM form, and a locked key needs its sslpassword.',
      error,
    );
  }
}

/** The certificate must name the host that was asked for, also where `hostaddr` spares its look-up. */
function serverName(mode: string, { host, hostaddr }: LibpqKeywords): ConnectionOptions {
  const name = host ?? (hostaddr === undefined ? 'localhost' : undefined);
  const indication = name === undefined || isIP(name) !== 0 ? {} : { servername: name };
  if (mode !== 'verify-full') return { ...indication, checkServerIdentity: () => undefined };
  if (name === undefined) {
    throw invalidConnection(
      'sslmode verify-full needs the name of the server',
      'Add host=… beside hostaddr.',
    );
  }
  return {
    ...indication,
    checkServerIdentity: (_address, certificate) => checkServerIdentity(name, certificate),
  };
}
