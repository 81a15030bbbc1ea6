import type { ServerCertificate } from './certificates.js';
import type { StubOptions } from './stub-server.js';

/** One way to be told how to connect, and what must come of it with psql and with us. */
export interface TlsCase {
  /** Keywords beside host, port, user, dbname and password; `{}` is the folder of the certificates. */
  readonly keywords?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** The server's certificate; `none`: it has no TLS. */
  readonly tls?: ServerCertificate | 'none';
  readonly newest?: 'TLSv1.2';
  readonly server?: Omit<StubOptions, 'tls'>;
  readonly verdict: string;
  /** The oldest libpq that knows of it. */
  readonly since?: number;
  /** What libpq does instead, where we refuse by the name of the keyword. */
  readonly libpq?: string;
}

const TLS = 'connects over TLS';
const PLAIN = 'connects in plaintext';
const NO = 'refuses';
/** The attributes of a server are looked at when it has let us in. */
const LATE = 'answers in plaintext';

const full = 'sslmode=verify-full';
const root = 'sslrootcert={}/ca.crt';
const client = `sslmode=require sslcert={}/client.crt`;
const system = { SSL_CERT_FILE: '{}/ca.crt' };
const plainMd5 = { tls: 'none', server: { asks: 'md5' } } as const;
const plainNothing = { tls: 'none', server: { asks: 'nothing' } } as const;

const MODES: readonly TlsCase[] = [
  { verdict: TLS },
  { tls: 'none', verdict: PLAIN },
  { keywords: 'sslmode=disable', verdict: PLAIN },
  { keywords: 'sslmode=disable', env: { PGSSLMODE: 'require' }, verdict: PLAIN },
  { keywords: 'sslmode=allow', verdict: PLAIN },
  { keywords: 'sslmode=allow', server: { refuses: 'plaintext' }, verdict: TLS },
  { keywords: 'sslmode=prefer', server: { refuses: 'tls' }, verdict: PLAIN },
  { keywords: 'sslmode=prefer sslrootcert={}/ca.crt', tls: 'stranger', verdict: PLAIN },
  { keywords: 'sslmode=require sslrootcert={}/ca.crt', tls: 'stranger', verdict: NO },
  { keywords: 'sslmode=require', server: { refuses: 'tls' }, verdict: NO },
  { keywords: 'sslmode=require', tls: 'none', verdict: NO },
  { keywords: 'sslmode=require', tls: 'stranger', verdict: TLS },
  { env: { PGSSLMODE: 'require' }, tls: 'none', verdict: NO },
  { env: { PGREQUIRESSL: '1' }, tls: 'none', verdict: NO },
  { env: { PGREQUIRESSL: '1', PGSSLMODE: 'prefer' }, tls: 'none', verdict: PLAIN },
  { keywords: 'requiressl=1', tls: 'none', verdict: NO },
  { env: { PGSSLMODE: '' }, tls: 'none', verdict: NO },
  { keywords: "sslmode=''", tls: 'none', verdict: NO },
  { keywords: 'sslmode=Require', tls: 'none', verdict: NO },
  { keywords: 'sslmod=require', tls: 'none', verdict: NO },
];

const VERIFYING: readonly TlsCase[] = [
  { keywords: `${full} ${root}`, verdict: TLS },
  { keywords: `${full} ${root}`, tls: 'other-name', verdict: NO },
  { keywords: `${full} ${root}`, tls: 'stranger', verdict: NO },
  { keywords: `${full} ${root}`, tls: 'none', verdict: NO },
  { keywords: `${full} sslrootcert={}/self-signed.crt`, tls: 'self-signed', verdict: TLS },
  { keywords: `${full} ${root}`, tls: 'self-signed', verdict: NO },
  { keywords: `sslmode=verify-ca ${root}`, tls: 'other-name', verdict: TLS },
  { keywords: `sslmode=verify-ca ${root}`, tls: 'stranger', verdict: NO },
  { keywords: full, verdict: NO },
  { keywords: 'sslmode=require sslrootcert={}/nowhere.crt', libpq: TLS, verdict: NO },
  { keywords: 'sslmode=require sslcrl={}/ca.crl', tls: 'revoked', libpq: TLS, verdict: NO },
  { keywords: 'sslmode=verify-ca', verdict: NO },
  { keywords: full, env: { HOME: '{}/home' }, verdict: TLS },
  { keywords: full, env: { HOME: '{}/home' }, tls: 'stranger', verdict: NO },
  { keywords: `${full} sslrootcert={}/nowhere.crt`, verdict: NO },
  { keywords: full, env: { PGSSLROOTCERT: '{}/ca.crt' }, tls: 'stranger', verdict: NO },
  { keywords: 'sslrootcert=system', env: system, since: 16, verdict: TLS },
  { keywords: 'sslrootcert=system', env: system, tls: 'other-name', since: 16, verdict: NO },
  { keywords: 'sslrootcert=system', env: system, tls: 'stranger', since: 16, verdict: NO },
  { keywords: 'sslrootcert=system', env: system, tls: 'none', since: 16, verdict: NO },
  { keywords: 'sslrootcert=system', since: 16, verdict: NO },
  { keywords: `sslrootcert=system ${full}`, env: system, since: 16, verdict: TLS },
  { env: { PGSSLROOTCERT: 'system' }, tls: 'none', since: 16, verdict: NO },
  ...['disable', 'allow', 'prefer', 'require', 'verify-ca'].map((mode): TlsCase => ({
    keywords: `sslrootcert=system sslmode=${mode}`,
    env: system,
    since: 16,
    verdict: NO,
  })),
  { keywords: `${full} ${root} sslcrl={}/ca.crl`, verdict: TLS },
  { keywords: `${full} ${root} sslcrl={}/ca.crl`, tls: 'revoked', verdict: NO },
  { keywords: `${full} ${root}`, tls: 'revoked', verdict: TLS },
  { keywords: `${full} ${root} sslcrldir={}/crls`, verdict: TLS },
  { keywords: `${full} ${root} sslcrldir={}/crls`, tls: 'revoked', verdict: NO },
  {
    keywords: full,
    env: { PGSSLROOTCERT: '{}/ca.crt', PGSSLCRL: '{}/ca.crl' },
    tls: 'revoked',
    verdict: NO,
  },
  {
    keywords: full,
    env: { PGSSLROOTCERT: '{}/ca.crt', PGSSLCRLDIR: '{}/crls' },
    tls: 'revoked',
    verdict: NO,
  },
  { keywords: `${full} ${root} sslcrl={}/nowhere.crl`, libpq: TLS, verdict: NO },
];

const CLIENT_CERTIFICATES: readonly TlsCase[] = [
  { keywords: `${client} sslkey={}/client.key`, verdict: TLS },
  { keywords: `${client} sslkey={}/open.key`, verdict: NO },
  { keywords: `${client} sslkey={}/group.key`, verdict: NO },
  { keywords: `${client} sslkey={}/root.key`, verdict: TLS },
  { keywords: `${client} sslkey={}/nowhere.key`, verdict: NO },
  { keywords: `${client} sslkey={}/locked.key sslpassword=opensesame`, verdict: TLS },
  { keywords: `${client} sslkey={}/locked.key sslpassword=wrong`, verdict: NO },
  { keywords: client, env: { PGSSLKEY: '{}/open.key' }, verdict: NO },
  { keywords: 'sslmode=require sslkey={}/open.key', verdict: TLS },
  { keywords: `${client} sslkey={}/open.key sslcertmode=disable`, since: 16, verdict: TLS },
  {
    keywords: 'sslmode=require sslcertmode=require',
    since: 16,
    libpq: 'answers over TLS',
    verdict: NO,
  },
  { keywords: 'sslcertmode=sometimes', since: 16, verdict: NO },
  { keywords: 'sslmode=require sslcert={}/nowhere.crt', libpq: TLS, verdict: NO },
  {
    keywords: `sslmode=prefer sslcert={}/client.crt sslkey={}/open.key`,
    libpq: PLAIN,
    verdict: NO,
  },
];

const VERSIONS: readonly TlsCase[] = [
  { keywords: 'sslmode=require ssl_min_protocol_version=TLSv1.3', verdict: TLS },
  { keywords: 'sslmode=require ssl_min_protocol_version=TLSv1.3', newest: 'TLSv1.2', verdict: NO },
  { keywords: 'sslmode=require ssl_max_protocol_version=TLSv1.2', verdict: TLS },
  { keywords: 'sslmode=require ssl_min_protocol_version=tlsv1.3', newest: 'TLSv1.2', verdict: NO },
  { keywords: 'ssl_min_protocol_version=TLSv1.3 ssl_max_protocol_version=TLSv1.2', verdict: NO },
  { keywords: 'ssl_min_protocol_version=TLSv2', verdict: NO },
  { keywords: 'ssl_max_protocol_version=SSLv3', verdict: NO },
  {
    env: { PGSSLMODE: 'require', PGSSLMINPROTOCOLVERSION: 'TLSv1.3' },
    newest: 'TLSv1.2',
    verdict: NO,
  },
  { env: { PGSSLMAXPROTOCOLVERSION: 'TLSv9' }, verdict: NO },
  { keywords: 'sslnegotiation=direct sslmode=require', since: 17, verdict: TLS },
  { keywords: 'sslnegotiation=direct sslmode=require', tls: 'none', since: 17, verdict: NO },
  { keywords: 'sslnegotiation=direct', since: 17, verdict: NO },
  { keywords: 'sslnegotiation=perhaps', since: 17, verdict: NO },
  { env: { PGSSLNEGOTIATION: 'direct', PGSSLMODE: 'require' }, since: 17, verdict: TLS },
  { env: { PGSSLNEGOTIATION: 'direct' }, tls: 'none', since: 17, verdict: NO },
  { keywords: 'max_protocol_version=3.2', since: 18, verdict: TLS },
  { keywords: 'max_protocol_version=3.1', since: 18, verdict: NO },
  { keywords: 'min_protocol_version=3.0', since: 18, verdict: TLS },
  { keywords: 'sslcompression=1', verdict: TLS },
  { keywords: 'sslsni=1', verdict: TLS },
  { keywords: 'sslsni=0', libpq: TLS, verdict: NO },
];

const AUTHENTICATION: readonly TlsCase[] = [
  { keywords: 'channel_binding=require', verdict: NO },
  { keywords: 'channel_binding=require', tls: 'none', verdict: NO },
  { keywords: 'channel_binding=require', server: { asks: 'scram' }, verdict: NO },
  { keywords: 'channel_binding=require', server: { asks: 'nothing' }, verdict: NO },
  { keywords: 'channel_binding=require', ...plainMd5, verdict: NO },
  { env: { PGCHANNELBINDING: 'require' }, tls: 'none', verdict: NO },
  { keywords: 'channel_binding=disable', tls: 'none', verdict: PLAIN },
  { keywords: 'channel_binding=prefer', tls: 'none', verdict: PLAIN },
  { keywords: 'channel_binding=maybe', tls: 'none', verdict: NO },
  { keywords: 'require_auth=scram-sha-256', tls: 'none', since: 16, verdict: NO },
  { keywords: 'require_auth=scram-sha-256', since: 16, verdict: NO },
  { keywords: 'require_auth=scram-sha-256', ...plainMd5, since: 16, verdict: NO },
  { keywords: 'require_auth=scram-sha-256', ...plainNothing, since: 16, verdict: NO },
  {
    keywords: 'require_auth=scram-sha-256',
    tls: 'none',
    server: { asks: 'scram' },
    since: 16,
    verdict: LATE,
  },
  { keywords: 'require_auth=!password', tls: 'none', since: 16, verdict: NO },
  { keywords: 'require_auth=!password,!md5', ...plainMd5, since: 16, verdict: NO },
  { keywords: 'require_auth=!md5', tls: 'none', since: 16, verdict: PLAIN },
  { keywords: 'require_auth=!none', ...plainNothing, since: 16, verdict: NO },
  { keywords: 'require_auth=!none', tls: 'none', since: 16, verdict: PLAIN },
  { keywords: 'require_auth=none', tls: 'none', since: 16, verdict: NO },
  { keywords: 'require_auth=none', ...plainNothing, since: 16, verdict: PLAIN },
  { keywords: 'require_auth=none,password', tls: 'none', since: 16, verdict: PLAIN },
  { keywords: "require_auth='md5, password'", tls: 'none', since: 16, verdict: NO },
  { keywords: 'require_auth=md5,!password', tls: 'none', since: 16, verdict: NO },
  { keywords: 'require_auth=md5,md5', tls: 'none', since: 16, verdict: NO },
  { keywords: 'require_auth=secret', tls: 'none', since: 16, verdict: NO },
  { keywords: 'require_auth=password,', tls: 'none', since: 16, verdict: NO },
  { env: { PGREQUIREAUTH: 'scram-sha-256' }, tls: 'none', since: 16, verdict: NO },
  { env: { PGREQUIREAUTH: 'md5' }, ...plainMd5, since: 16, verdict: PLAIN },
  { tls: 'none', server: { asks: 'gss' }, verdict: NO },
  // libpq lets a server skip the proof that it knows the password.
  { tls: 'none', server: { asks: 'scram' }, libpq: PLAIN, verdict: LATE },
  { keywords: 'gssencmode=require', tls: 'none', verdict: NO },
  { keywords: 'gssencmode=disable', tls: 'none', verdict: PLAIN },
  { keywords: 'gssencmode=prefer', tls: 'none', verdict: PLAIN },
  { keywords: 'gssencmode=no', tls: 'none', verdict: NO },
  { env: { PGGSSENCMODE: 'require' }, tls: 'none', verdict: NO },
  { keywords: 'krbsrvname=postgres', tls: 'none', verdict: PLAIN },
  { keywords: 'scram_client_key=AAAA', tls: 'none', since: 18, verdict: NO },
  { keywords: 'min_protocol_version=latest', tls: 'none', since: 18, libpq: PLAIN, verdict: NO },
];

const standby = { tls: 'none', server: { standby: true } } as const;
const primary = { tls: 'none' } as const;

const SERVERS: readonly TlsCase[] = [
  { keywords: 'target_session_attrs=read-write', ...primary, verdict: PLAIN },
  { keywords: 'target_session_attrs=read-write', ...standby, verdict: LATE },
  { keywords: 'target_session_attrs=read-only', ...primary, verdict: LATE },
  { keywords: 'target_session_attrs=read-only', ...standby, verdict: PLAIN },
  { keywords: 'target_session_attrs=primary', ...standby, verdict: LATE },
  { keywords: 'target_session_attrs=standby', ...primary, verdict: LATE },
  { keywords: 'target_session_attrs=standby', ...standby, verdict: PLAIN },
  // libpq comes twice: it tries again, with `any`, what was no standby.
  {
    keywords: 'target_session_attrs=prefer-standby',
    ...primary,
    verdict: PLAIN,
    libpq: `${LATE}, ${PLAIN}`,
  },
  { keywords: 'target_session_attrs=master', ...primary, verdict: NO },
  { env: { PGTARGETSESSIONATTRS: 'primary' }, ...standby, verdict: LATE },
  { keywords: 'load_balance_hosts=disable', ...primary, since: 16, verdict: PLAIN },
  { keywords: 'load_balance_hosts=all', ...primary, since: 16, verdict: NO },
  { keywords: 'load_balance_hosts=random', ...primary, since: 16, libpq: PLAIN, verdict: NO },
  { keywords: 'requirepeer=postgres', ...primary, libpq: PLAIN, verdict: NO },
  { keywords: 'keepalives=0 keepalives_idle=5 tcp_user_timeout=9', ...primary, verdict: PLAIN },
  { keywords: 'keepalives=often', ...primary, verdict: NO },
  { keywords: 'replication=database', ...primary, libpq: PLAIN, verdict: NO },
  { keywords: 'replication=perhaps', ...primary, libpq: PLAIN, verdict: NO },
  { keywords: 'chanel_binding=require', ...primary, verdict: NO },
  { keywords: 'servce=x', ...primary, verdict: NO },
  { env: { PGSERVICE: 'misspelt', PGSERVICEFILE: '{}/services' }, ...primary, verdict: NO },
  { env: { PGSERVICE: 'bound', PGSERVICEFILE: '{}/services' }, ...primary, verdict: NO },
  { env: { PGSERVICE: 'plain', PGSERVICEFILE: '{}/services' }, ...primary, verdict: PLAIN },
];

export const SERVICES = `[misspelt]
sslmod=require
[bound]
channel_binding=require
[plain]
application_name=x
`;

export const TLS_CASES: readonly TlsCase[] = [
  ...MODES,
  ...VERIFYING,
  ...CLIENT_CERTIFICATES,
  ...VERSIONS,
  ...AUTHENTICATION,
  ...SERVERS,
];
