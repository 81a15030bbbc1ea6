import type { PeerCertificate } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { transportsFor, type Transport } from '../../../src/postgres/ssl.js';

const certificate = {
  subject: { CN: 'db.example' },
  subjectaltname: 'DNS:db.example',
} as unknown as PeerCertificate;

/** Nothing there is a certificate, which no connection is made to notice. */
const system = { HOME: '/nowhere', SSL_CERT_FILE: import.meta.filename };
const onlyTls = (keywords: Record<string, string>, address: string): Transport | undefined => {
  const [only, ...others] = transportsFor({ sslrootcert: 'system', ...keywords }, address, system);
  expect(others).toEqual([]);
  return only;
};
const mismatch = (keywords: Record<string, string>, address: string): Error | undefined => {
  const tls = onlyTls(keywords, address);
  const check = tls === false ? undefined : tls?.checkServerIdentity;
  if (check === undefined) throw new Error('no check');
  return check(address, certificate);
};

describe('transportsFor', () => {
  it('verify-full checks the host that was asked for, where hostaddr says which address it has', () => {
    const keywords = { sslmode: 'verify-full', hostaddr: '127.0.0.1' };
    expect(mismatch({ ...keywords, host: 'db.example' }, '127.0.0.1')).toBeUndefined();
    expect(mismatch({ ...keywords, host: 'evil.example' }, '127.0.0.1')).toBeInstanceOf(Error);
    expect(onlyTls({ ...keywords, host: 'db.example' }, '127.0.0.1')).toMatchObject({
      servername: 'db.example',
      rejectUnauthorized: true,
    });
  });

  it('a socket uses no TLS', () => {
    const keywords = { sslmode: 'require' };
    expect(transportsFor(keywords, '/run/postgresql', { HOME: '/nowhere' })).toEqual([false]);
  });
});
