import { chmodSync, copyFileSync, mkdirSync, statSync, writeFileSync, chownSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openCache } from '../../../scripts/db/cache.js';
import { dataFolder } from '../../../scripts/db/server.js';
import { readState } from '../../../scripts/db/state.js';
import { RunbookError } from '../../../src/errors.js';
import { resolveConnection } from '../../../src/postgres/connection-settings.js';
import { Session } from '../../../src/postgres/session.js';
import { useOwnServer } from '../../support/own-server.js';
import { makeCertificates } from './support/certificates.js';
import { findPsql } from './support/psql.js';

const server = useOwnServer('tls');
const psql = await findPsql();
const files = join(psql.folder.host, 'tls');
let port = '';

const HBA = `
host      all  postgres  127.0.0.1/32  scram-sha-256
host      all  scram     127.0.0.1/32  scram-sha-256
host      all  readonly  127.0.0.1/32  scram-sha-256
host      all  md5       127.0.0.1/32  md5
host      all  plain     127.0.0.1/32  password
hostssl   all  client    127.0.0.1/32  cert
hostssl   all  ssl_only  127.0.0.1/32  scram-sha-256
hostnossl all  no_ssl    127.0.0.1/32  scram-sha-256
`;

const ROLES = `
create role scram login password 'hush';
create role plain login password 'hush';
create role ssl_only login password 'hush';
create role no_ssl login password 'hush';
create role client login;
create role readonly login password 'hush';
alter role readonly set default_transaction_read_only = on;
set password_encryption = 'md5';
create role md5 login password 'hush';
alter system set ssl = on;
alter system set ssl_cert_file = 'good.crt';
alter system set ssl_key_file = 'good.key';
alter system set ssl_ca_file = 'ca.crt';
`;

/** The server's own certificate and rules; it reads them when it starts. */
function equip(): void {
  const state = readState(openCache(server.instance).state);
  if (state?.server.kind !== 'cluster') throw new Error('the server is none of ours');
  const data = dataFolder(state.server.cluster);
  const { uid, gid } = statSync(data);
  for (const name of ['good.crt', 'good.key', 'ca.crt']) {
    copyFileSync(join(files, name), join(data, name));
    chownSync(join(data, name), uid, gid);
    chmodSync(join(data, name), 0o600);
  }
  writeFileSync(join(data, 'pg_hba.conf'), HBA);
}

beforeAll(async () => {
  mkdirSync(files);
  makeCertificates(files);
  psql.handOver();
  const uri = await server.start();
  port = new URL(uri).port;
  const client = new pg.Client({ connectionString: uri });
  await client.connect();
  for (const sql of ROLES.split(';\n')) if (sql.trim() !== '') await client.query(sql);
  await client.end();
  equip();
  await server.stop('fast');
  await server.start();
}, 120_000);
afterAll(() => {
  psql.close();
});

const QUERY =
  "select coalesce(version, 'plaintext') from pg_catalog.pg_stat_ssl where pid = pg_catalog.pg_backend_pid()";

const full = 'sslmode=verify-full sslrootcert={}/ca.crt';
const cert = 'sslcert={}/client.crt sslkey={}/client.key';
/** The role, keywords, how the server sees the session (undefined: none comes about), and the libpq that knows. */
const CASES: readonly (readonly [string, string, string | undefined, number?])[] = [
  ['scram', full, 'TLSv1.3'],
  ['scram', '', 'TLSv1.3'],
  ['scram', 'sslmode=disable', 'plaintext'],
  ['scram', `${full} channel_binding=require`, 'TLSv1.3'],
  ['scram', `${full} channel_binding=disable`, 'TLSv1.3'],
  ['scram', 'sslmode=disable channel_binding=require', undefined],
  ['plain', `${full} channel_binding=require`, undefined],
  ['md5', `${full} channel_binding=require`, undefined],
  ['client', `${full} ${cert} channel_binding=require`, undefined],
  ['scram', 'require_auth=scram-sha-256', 'TLSv1.3', 16],
  ['scram', 'require_auth=scram-sha-256 sslmode=disable', 'plaintext', 16],
  ['scram', 'require_auth=!scram-sha-256', undefined, 16],
  ['plain', 'require_auth=scram-sha-256', undefined, 16],
  ['plain', 'require_auth=password', 'TLSv1.3', 16],
  ['md5', 'require_auth=!md5', undefined, 16],
  ['md5', 'require_auth=md5', 'TLSv1.3', 16],
  ['client', `${full} ${cert}`, 'TLSv1.3'],
  ['client', full, undefined],
  ['client', `${full} ${cert} sslcertmode=disable`, undefined, 16],
  ['client', `${full} ${cert} require_auth=none`, 'TLSv1.3', 16],
  ['client', `${full} ${cert} require_auth=scram-sha-256`, undefined, 16],
  [
    'client',
    `${full} sslcert={}/client.crt sslkey={}/locked.key sslpassword=opensesame`,
    'TLSv1.3',
  ],
  ['ssl_only', 'sslmode=allow', 'TLSv1.3'],
  ['ssl_only', 'sslmode=disable', undefined],
  ['no_ssl', 'sslmode=prefer', 'plaintext'],
  ['no_ssl', 'sslmode=require', undefined],
  ['scram', `${full} ssl_max_protocol_version=TLSv1.2`, 'TLSv1.2'],
  ['scram', `${full} sslnegotiation=direct`, 'TLSv1.3', 17],
  ['scram', `${full} sslcrl={}/ca.crl`, 'TLSv1.3'],
  ['scram', `${full} sslnegotiation=direct channel_binding=require`, 'TLSv1.3', 17],
  ['scram', 'target_session_attrs=read-write', 'TLSv1.3'],
  ['scram', 'target_session_attrs=standby', undefined],
  ['readonly', 'target_session_attrs=read-write', undefined],
  ['readonly', 'target_session_attrs=read-only', 'TLSv1.3'],
  ['scram', 'password=wrong', undefined],
];

async function ours(
  dsn: string,
  env: Readonly<Record<string, string>>,
): Promise<string | undefined> {
  try {
    const session = await Session.open(resolveConnection(dsn, env), 'pg-runbook:test', 20_000);
    const [row] = await session.query<{ coalesce: string }>(QUERY);
    await session.close();
    return row?.coalesce;
  } catch (error) {
    if (error instanceof RunbookError && error.code === 'connection_failed') return undefined;
    throw error;
  }
}

it('a real server sees our sessions as it sees those of psql', async () => {
  const faults: string[] = [];
  const older: string[] = [];
  for (const [user, keywords, expected, since = 0] of CASES) {
    const way = (folder: string): [string, Record<string, string>] => [
      `host=localhost hostaddr=127.0.0.1 port=${port} dbname=postgres user=${user} password=hush ${keywords}`.replaceAll(
        '{}',
        folder,
      ),
      { HOME: `${folder}/empty-home` },
    ];
    const [dsn, env] = way(`${psql.folder.inside}/tls`);
    const theirs = since > psql.major ? 'not asked' : await psql.query(dsn, QUERY, env);
    if (theirs === 'not asked') older.push(`${user} ${keywords}`);
    const own = await ours(...way(files));
    if ((theirs !== 'not asked' && theirs !== expected) || own !== expected) {
      faults.push(
        `${user} ${keywords}: ${String(expected)}; psql: ${String(theirs)}, we: ${String(own)}`,
      );
    }
  }
  console.log(
    `psql ${String(psql.major)}: ${String(CASES.length)} cases against a server, not known to it:`,
    older,
  );
  expect(faults).toEqual([]);
}, 300_000);
