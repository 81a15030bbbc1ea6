import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a server of a test shows: a certificate that is right for `localhost`, or one fault of it. */
export type ServerCertificate = 'good' | 'revoked' | 'stranger' | 'other-name' | 'self-signed';

const CA_CONFIG = `
[ca]
default_ca = own
[own]
dir = .
database = index.txt
crlnumber = crlnumber
default_md = sha256
default_crl_days = 3650
`;

const openssl = (folder: string, ...args: string[]): void => {
  execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
};

const DAYS = ['-days', '3650'];
const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

function makeCa(folder: string, name: string): void {
  const subject = ['-subj', `/CN=pg-runbook test ${name}`];
  openssl(
    folder,
    ...['req', '-x509', ...NEW_KEY, ...DAYS, ...subject],
    ...['-keyout', `${name}.key`, '-out', `${name}.crt`],
  );
}

function makeCertificate(folder: string, name: string, host: string, ca?: string): void {
  openssl(
    folder,
    ...['req', '-x509', ...NEW_KEY, ...DAYS, '-subj', `/CN=${host}`],
    ...['-addext', `subjectAltName=DNS:${host}`, '-addext', 'basicConstraints=critical,CA:FALSE'],
    ...(ca === undefined ? [] : ['-CA', `${ca}.crt`, '-CAkey', `${ca}.key`]),
    ...['-keyout', `${name}.key`, '-out', `${name}.crt`],
  );
}

/** The list of what `ca` has revoked: the certificate of that name alone. */
function makeRevocationList(folder: string): void {
  writeFileSync(join(folder, 'ca.cnf'), CA_CONFIG);
  writeFileSync(join(folder, 'index.txt'), '');
  writeFileSync(join(folder, 'crlnumber'), '01\n');
  const ca = ['ca', '-config', 'ca.cnf', '-cert', 'ca.crt', '-keyfile', 'ca.key'];
  openssl(folder, ...ca, '-revoke', 'revoked.crt');
  openssl(folder, ...ca, '-gencrl', '-out', 'ca.crl');
  mkdirSync(join(folder, 'crls'));
  writeFileSync(join(folder, 'crls', 'ca.crl'), readFileSync(join(folder, 'ca.crl')));
  openssl(folder, 'rehash', 'crls');
}

/**
 * Makes, with openssl, what the cases of TLS need: `ca`, certificates of servers and of a client, keys
 * with right and wrong permissions, a revocation list, and home folders with and without them.
 */
export function makeCertificates(folder: string): void {
  makeCa(folder, 'ca');
  makeCa(folder, 'stranger-ca');
  for (const name of ['good', 'revoked']) makeCertificate(folder, name, 'localhost', 'ca');
  makeCertificate(folder, 'self-signed', 'localhost');
  makeCertificate(folder, 'other-name', 'elsewhere.example', 'ca');
  makeCertificate(folder, 'stranger', 'localhost', 'stranger-ca');
  makeCertificate(folder, 'client', 'client', 'ca');
  makeRevocationList(folder);
  for (const [copy, mode] of Object.entries({ 'open.key': 0o644, 'group.key': 0o640 })) {
    writeFileSync(join(folder, copy), readFileSync(join(folder, 'client.key')));
    chmodSync(join(folder, copy), mode);
  }
  const encrypt = ['-aes256', '-passout', 'pass:opensesame'];
  openssl(folder, 'ec', '-in', 'client.key', ...encrypt, '-out', 'locked.key');
  chmodSync(join(folder, 'locked.key'), 0o600);
  mkdirSync(join(folder, 'empty-home'));
  mkdirSync(join(folder, 'home', '.postgresql'), { recursive: true });
  writeFileSync(
    join(folder, 'home', '.postgresql', 'root.crt'),
    readFileSync(join(folder, 'ca.crt')),
  );
}
