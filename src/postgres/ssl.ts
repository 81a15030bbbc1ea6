import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { checkServerIdentity, type ConnectionOptions } from 'node:tls';
import { RunbookError } from '../errors.js';
import type { LibpqKeywords } from './connection-settings.js';

const MODES = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'];

/** Whether and how a connection uses TLS. */
export interface SslChoice {
  /** Undefined: no TLS. */
  readonly options: ConnectionOptions | undefined;
  /** True: go on without TLS when the server has none (sslmode `prefer`, libpq's default). */
  readonly optional: boolean;
}

/**
 * libpq's sslmode as TLS options; node-postgres alone would verify the certificate under `require`
 * and has no `prefer`. `allow` is taken as `prefer`.
 * @see https://www.postgresql.org/docs/current/libpq-ssl.html
 */
export function sslFor(keywords: LibpqKeywords, host: string): SslChoice {
  const mode = keywords['sslmode'] ?? 'prefer';
  if (!MODES.includes(mode)) {
    throw new RunbookError('invalid_connection', `not an sslmode: ${mode}`, {
      hint: `One of ${MODES.join(', ')}.`,
    });
  }
  if (host.startsWith('/') || mode === 'disable') return { options: undefined, optional: false };
  return { options: tlsOptions(mode, keywords), optional: mode === 'prefer' || mode === 'allow' };
}

function tlsOptions(mode: string, keywords: LibpqKeywords): ConnectionOptions {
  const rootFile = keywords['sslrootcert'] ?? defaultRootCertificate();
  const verify = mode.startsWith('verify-') || (mode === 'require' && rootFile !== undefined);
  return {
    rejectUnauthorized: verify,
    ...(rootFile === undefined || rootFile === 'system'
      ? {}
      : { ca: read(rootFile, 'sslrootcert') }),
    ...(keywords['sslcert'] === undefined ? {} : { cert: read(keywords['sslcert'], 'sslcert') }),
    ...(keywords['sslkey'] === undefined ? {} : { key: read(keywords['sslkey'], 'sslkey') }),
    ...identityCheck(mode, keywords['host']),
  };
}

/** The certificate must name the host that was asked for, also where `hostaddr` spares its look-up. */
function identityCheck(mode: string, host: string | undefined): ConnectionOptions {
  if (mode !== 'verify-full') return { checkServerIdentity: () => undefined };
  if (host === undefined) return {};
  return {
    ...(isIP(host) === 0 ? { servername: host } : {}),
    checkServerIdentity: (_address, certificate) => checkServerIdentity(host, certificate),
  };
}

function defaultRootCertificate(): string | undefined {
  const file = join(homedir(), '.postgresql', 'root.crt');
  return existsSync(file) ? file : undefined;
}

function read(file: string, keyword: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new RunbookError('invalid_connection', `cannot read ${keyword} ${file}`, {
      cause: error,
      hint: 'Check the path and its permissions.',
    });
  }
}
