import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { RunbookError } from '../errors.js';
import { homeFile, type Environment } from './account.js';
import { invalidConnection } from './invalid-connection.js';
import type { LibpqKeywords } from './keywords.js';

/** The files of a TLS connection as Node's TLS takes them. */
export interface TlsFiles {
  readonly ca?: string[];
  readonly crl?: string[];
  readonly cert?: string;
  readonly key?: string;
  readonly passphrase?: string;
}

const CERTIFICATE = /-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----/;
const REVOCATIONS = /-----BEGIN X509 CRL-----.*?-----END X509 CRL-----/gs;

/** Where the systems keep their certificates in one file: Debian, Red Hat, SUSE, and Alpine with its kin. */
const SYSTEM_CERTIFICATES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/cert.pem',
];

/**
 * The authorities by which the server's certificate is judged, and their revocations; without any, libpq
 * judges none.
 * @param must true: a mode that verifies.
 */
export function readAuthorities(
  keywords: LibpqKeywords,
  env: Environment,
  must: boolean,
): TlsFiles {
  const { sslrootcert, sslcrl, sslcrldir } = keywords;
  const named = sslcrl ?? sslcrldir;
  if (sslrootcert === 'system') {
    if (named === undefined) return { ca: systemCertificates(env) };
    throw invalidConnection(
      'sslcrl and sslcrldir do not count with sslrootcert=system',
      'Name a file of certificates by sslrootcert.',
    );
  }
  const file = sslrootcert ?? homeFile(env, '.postgresql', 'root.crt');
  if (sslrootcert === undefined && (file === undefined || !existsSync(file))) {
    if (must) throw noRoot(file);
    if (named === undefined) return {};
    throw invalidConnection(
      'sslcrl and sslcrldir do not count without sslrootcert',
      'Name the root certificate by sslrootcert.',
    );
  }
  const ca = read(file ?? '', 'sslrootcert');
  if (!CERTIFICATE.test(ca))
    throw invalidConnection(
      `no certificate in sslrootcert ${file ?? ''}`,
      'It is to hold certificates in PEM form.',
    );
  const crl = readRevocations(keywords, env);
  return { ca: [ca], ...(crl.length === 0 ? {} : { crl }) };
}

function noRoot(file: string | undefined): RunbookError {
  const where =
    file === undefined ? 'there is no home folder to find one in' : `${file} does not exist`;
  return invalidConnection(
    `sslmode verifies the server, and no root certificate is named: ${where}`,
    'Name the file by sslrootcert (PGSSLROOTCERT), or sslrootcert=system for the authorities of the system.',
  );
}

/** Node reads one list of each text; a file may hold those of several authorities. */
function readRevocations({ sslcrl, sslcrldir }: LibpqKeywords, env: Environment): string[] {
  const usual = homeFile(env, '.postgresql', 'root.crl');
  const nothingNamed = sslcrl === undefined && sslcrldir === undefined;
  const file = nothingNamed && usual !== undefined && existsSync(usual) ? usual : sslcrl;
  return [
    ...(file === undefined ? [] : listsOf(file, 'sslcrl')),
    ...(sslcrldir === undefined
      ? []
      : hashed(sslcrldir, /^[\da-f]{8}\.r\d+$/, 'sslcrldir').flatMap((one) =>
          listsOf(one, 'sslcrldir'),
        )),
  ];
}

function listsOf(file: string, keyword: string): string[] {
  const lists = read(file, keyword).match(REVOCATIONS);
  if (lists !== null) return lists;
  throw invalidConnection(
    `no revocation list in ${keyword} ${file}`,
    'It is to hold lists in PEM form.',
  );
}

/** As OpenSSL finds them: in the file and the folder that SSL_CERT_FILE and SSL_CERT_DIR name, or its own. */
function systemCertificates({ SSL_CERT_FILE, SSL_CERT_DIR }: Environment): string[] {
  const folders = SSL_CERT_DIR?.split(':') ?? [];
  const bundle = SYSTEM_CERTIFICATES.find((path) => existsSync(path));
  const files = [
    ...(SSL_CERT_FILE === undefined ? [] : [SSL_CERT_FILE]),
    ...(SSL_CERT_DIR === undefined && bundle !== undefined ? [bundle] : []),
    ...folders.flatMap((folder) => hashed(folder, /^[\da-f]{8}\.\d+$/, 'SSL_CERT_DIR')),
  ];
  if (files.length > 0) return files.map((file) => read(file, 'sslrootcert=system'));
  throw invalidConnection(
    `sslrootcert=system: the system has no certificates in ${SYSTEM_CERTIFICATES.join(', ')}`,
    'Install its package ca-certificates, or name a file by sslrootcert or SSL_CERT_FILE.',
  );
}

/** The files that `openssl rehash` makes in a folder. */
function hashed(folder: string, names: RegExp, keyword: string): string[] {
  try {
    const found = readdirSync(folder).filter((name) => names.test(name));
    if (found.length > 0) return found.map((name) => join(folder, name));
  } catch (error) {
    throw unreadable(folder, keyword, error);
  }
  throw invalidConnection(`nothing in ${keyword} ${folder}`, `Run: openssl rehash ${folder}`);
}

/** The client's own certificate with its key; without a certificate, no key is looked at. */
export function readIdentity(keywords: LibpqKeywords, env: Environment): TlsFiles {
  const { sslcertmode, sslcert, sslkey, sslpassword: passphrase } = keywords;
  const usual = homeFile(env, '.postgresql', 'postgresql.crt');
  const file = sslcert ?? (usual !== undefined && existsSync(usual) ? usual : undefined);
  if (sslcertmode === 'disable' || file === undefined) return {};
  const key = sslkey ?? homeFile(env, '.postgresql', 'postgresql.key');
  if (key === undefined)
    throw invalidConnection(`sslcert ${file} has no key`, 'Name it by sslkey.');
  return {
    cert: read(file, 'sslcert'),
    key: readKey(key),
    ...(passphrase === undefined ? {} : { passphrase }),
  };
}

/** A key that others can read is nobody's: root's own may be read by a group. */
function readKey(file: string): string {
  const key = read(file, 'sslkey');
  const { uid, mode } = statSync(file);
  if ((mode & (uid === 0 ? 0o037 : 0o077)) === 0) return key;
  throw invalidConnection(
    `sslkey ${file} can be used by group or others`,
    `chmod 0600 ${file}; root's own may have mode 0640.`,
  );
}

function read(file: string, keyword: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw unreadable(file, keyword, error);
  }
}

function unreadable(path: string, keyword: string, cause: unknown): RunbookError {
  const message = `cannot read ${keyword} ${path}`;
  return invalidConnection(message, 'Check the path and its permissions.', cause);
}
