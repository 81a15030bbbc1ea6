import type { PeerCertificate } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { sslFor } from '../../../src/postgres/ssl.js';

const certificate = {
  subject: { CN: 'db.example' },
  subjectaltname: 'DNS:db.example',
} as unknown as PeerCertificate;

const mismatch = (keywords: Record<string, string>, address: string): Error | undefined => {
  const check = sslFor(keywords, address).options?.checkServerIdentity;
  if (check === undefined) throw new Error('no check');
  return check(address, certificate);
};

describe('sslFor', () => {
  it('verify-full checks the host that was asked for, where hostaddr says which address it has', () => {
    const keywords = { sslmode: 'verify-full', hostaddr: '127.0.0.1' };
    expect(mismatch({ ...keywords, host: 'db.example' }, '127.0.0.1')).toBeUndefined();
    expect(mismatch({ ...keywords, host: 'evil.example' }, '127.0.0.1')).toBeInstanceOf(Error);
  });

  it('verify-ca checks the chain and no name', () => {
    const keywords = { sslmode: 'verify-ca', host: 'evil.example' };
    expect(sslFor(keywords, 'evil.example').options?.rejectUnauthorized).toBe(true);
    expect(mismatch(keywords, 'evil.example')).toBeUndefined();
  });

  it('a socket uses no TLS, an unknown mode is refused', () => {
    expect(sslFor({ sslmode: 'require' }, '/run/postgresql').options).toBeUndefined();
    expect(() => sslFor({ sslmode: 'sometimes' }, 'h')).toThrow('not an sslmode: sometimes');
  });
});
