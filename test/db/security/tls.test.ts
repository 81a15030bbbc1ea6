import { chmodSync, chownSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runHere } from '../../support/in-process.js';
import { makeCertificates } from './support/certificates.js';
import { findPsql } from './support/psql.js';
import { startStub } from './support/stub-server.js';
import { SERVICES, TLS_CASES, type TlsCase } from './support/tls-cases.js';

const psql = await findPsql();
const files = join(psql.folder.host, 'tls');

beforeAll(() => {
  mkdirSync(files);
  makeCertificates(files);
  writeFileSync(join(files, 'services'), SERVICES);
  writeFileSync(join(files, 'root.key'), readFileSync(join(files, 'client.key')));
  psql.handOver();
  if (process.getuid?.() === 0) chownSync(join(files, 'root.key'), 0, psql.gid);
  chmodSync(join(files, 'root.key'), process.getuid?.() === 0 ? 0o640 : 0o600);
});
afterAll(() => {
  psql.close();
});

interface Way {
  readonly dsn: string;
  readonly env: Readonly<Record<string, string>>;
}

function wayOf({ keywords = '', env = {} }: TlsCase, port: number, folder: string): Way {
  const here = (text: string): string => text.replaceAll('{}', folder);
  const reach = `host=localhost hostaddr=127.0.0.1 port=${String(port)} user=u dbname=d`;
  return {
    dsn: `${reach} password=hush connect_timeout=5 ${here(keywords)}`.trim(),
    env: {
      HOME: here('{}/empty-home'),
      ...Object.fromEntries(Object.entries(env).map(([name, value]) => [name, here(value)])),
    },
  };
}

/** What a program does with a server of that kind. */
async function verdictOf(
  one: TlsCase,
  connect: (port: number) => Promise<unknown>,
): Promise<string> {
  const { tls = 'good', newest } = one;
  const pem = (suffix: string): Buffer => readFileSync(join(files, `${tls}.${suffix}`));
  const certificate =
    tls === 'none' ? undefined : { cert: pem('crt'), key: pem('key'), maxVersion: newest };
  const stub = await startStub({ ...one.server, tls: certificate });
  try {
    await connect(stub.port);
    return stub.verdict();
  } finally {
    await stub.close();
  }
}

const psqlsVerdict = (one: TlsCase): Promise<string> =>
  verdictOf(one, (port) => {
    const { dsn, env } = wayOf(one, port, `${psql.folder.inside}/tls`);
    return psql.query(dsn, 'select 1', env);
  });

interface Ours {
  readonly verdict: string;
  readonly said: string;
}

/** Ours, and the line of the error that it ends in. */
async function ourVerdict(one: TlsCase): Promise<Ours> {
  let said = '';
  const verdict = await verdictOf(one, async (port) => {
    const { dsn, env } = wayOf(one, port, files);
    said = (await runHere(['history', '--dsn', dsn], { env })).stderr;
  });
  return { verdict, said };
}

const nameOf = ({ keywords = '', env = {}, tls = 'good', newest, server = {} }: TlsCase): string =>
  `${keywords} ${JSON.stringify(env)} of a server: ${tls} ${newest ?? ''} ${JSON.stringify(server)}`;

/** The keywords and variables of a case. */
const names = ({ keywords = '', env = {} }: TlsCase): readonly string[] => [
  ...[...keywords.matchAll(/(\w+)=/g)].map(([, word = '']) => word),
  ...Object.keys(env),
];

/** What is wrong with a case; psql's verdict is undefined where its libpq is too old. */
function faultsOf(one: TlsCase, theirs: string | undefined, ours: Ours): string[] {
  const expected = one.libpq ?? one.verdict;
  const refused = ours.verdict === 'refuses';
  const faults = [
    theirs !== undefined && theirs !== expected ? `psql ${theirs}, not ${expected}` : [],
    ours.verdict === one.verdict ? [] : `pg-runbook ${ours.verdict}, not ${one.verdict}`,
    refused && !/\[(invalid_connection|connection_failed)\]/.test(ours.said)
      ? 'no clear error'
      : [],
    // What libpq would let pass is refused by its name.
    refused && one.libpq !== undefined && !names(one).some((word) => ours.said.includes(word))
      ? 'the error names no keyword'
      : [],
  ].flat();
  return faults.map((fault) => `${nameOf(one)}: ${fault}\n${ours.said}`);
}

it('each way to be told of TLS and authentication has the verdict of psql, or is refused by name', async () => {
  const faults: string[] = [];
  const older: string[] = [];
  const counts = { same: 0, stricter: 0 };
  for (const one of TLS_CASES) {
    const ours = await ourVerdict(one);
    const known = (one.since ?? 0) <= psql.major;
    const theirs = known ? await psqlsVerdict(one) : undefined;
    faults.push(...faultsOf(one, theirs, ours));
    if (theirs === undefined) older.push(nameOf(one));
    else if (theirs === ours.verdict) counts.same += 1;
    else if (theirs === one.libpq) counts.stricter += 1;
  }
  console.log(
    `psql ${String(psql.major)}: ${String(TLS_CASES.length)} cases, ${String(counts.same)} of the same verdict, ` +
      `${String(counts.stricter)} where we are stricter, ${String(older.length)} not known to this libpq`,
    older,
  );
  expect(faults).toEqual([]);
  expect(counts.same + counts.stricter + older.length).toBe(TLS_CASES.length);
}, 300_000);
