import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { beforeAll, describe, expect, it } from 'vitest';
import { runbook, useFolder } from '../db/engine/support.js';
import { runCli } from '../support/cli.js';
import { useOwnServer } from '../support/own-server.js';
import { libpqEnvironment, serverIsGiven } from '../support/server.js';
import { windForward } from '../support/wind-forward.js';

/** Half of all numbers, from which on older transactions would look like younger ones. */
const HALF = 2 ** 31 - 1;

const folder = useFolder();
const server = useOwnServer('ages');
let uri = '';

async function query(sql: string): Promise<pg.QueryResultRow[]> {
  const client = new pg.Client({ connectionString: uri });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<pg.QueryResultRow>(sql)).rows;
  } finally {
    await client.end();
  }
}

async function doctor(): Promise<{ code: number | null; xid: string; mxid: string }> {
  const { code, stdout } = await runCli(['doctor'], { env: libpqEnvironment(uri) });
  const lines = (name: string): string =>
    new RegExp(`^.... {2}${name} .*\\n( +→ .*\\n)?`, 'm').exec(stdout)?.[0] ?? stdout;
  return { code, xid: lines('xid age'), mxid: lines('mxid age') };
}

async function wind(counter: 'xid' | 'mxid', next: number): Promise<void> {
  await server.stop('fast');
  windForward(server.instance, counter, next);
  await server.start();
}

describe.skipIf(serverIsGiven())('doctor and the ages of databases', () => {
  beforeAll(async () => {
    uri = await server.start();
    await query('create extension pg_background; create table t (id int)');
    await runCli(['init'], { env: libpqEnvironment(uri) });
  });

  it('shows those of a young server, and its limits', async () => {
    const { code, xid, mxid } = await doctor();
    expect(code).toBe(0);
    expect(xid).toMatch(
      /^ok {4}xid age {4}[\d,]+ transactions here; the oldest database is \w+ with [\d,]+; autovacuum freezes from 200,000,000 on, the server stops at 2,144,483,647$/m,
    );
    expect(mxid).toMatch(
      /^ok {4}mxid age {3}[\d,]+ multixacts here; .* freezes from 400,000,000 on/,
    );
  });

  it('warns when autovacuum is behind, and when the end is near', async () => {
    await wind('xid', 250_000_000);
    const behind = await doctor();
    expect(behind.code).toBe(0);
    expect(behind.xid).toMatch(
      /^warn {2}xid age +autovacuum is behind: .*\n +→ end old .* vacuum the oldest tables of database "\w+" \(order_by: xid_age\)/,
    );
    await wind('xid', HALF - 30_000_000);
    expect((await doctor()).xid).toMatch(
      /^warn {2}xid age +no more transaction IDs after 2\d,\d{3},\d{3} more, in any database: /,
    );
  });

  it('says that the server is closed for writes, as it is, and how to open it', async () => {
    await wind('mxid', HALF - 2_900_000);
    await wind('xid', HALF - 2_900_000);
    await expect(query('create table refused ()')).rejects.toMatchObject({ code: '54000' });
    const { code, xid, mxid } = await doctor();
    expect(code).toBe(3);
    expect(xid).toMatch(/^fix {3}xid age +closed for writes: the server gives out no more/);
    expect(xid).toMatch(/→ end old transactions and prepared ones, .*: VACUUM \(TRUNCATE false\)/);
    expect(mxid).toMatch(/^fix {3}mxid age +rows can no longer be locked by several transactions/);
    const file = join(folder, 'any.yaml');
    writeFileSync(file, runbook('  - id: a\n    sql: SELECT 1\n'));
    const run = await runCli(['run', file], { env: libpqEnvironment(uri) });
    expect(run.stderr).toMatch(
      /not accepting commands that assign new transaction IDs.*\n +hint: .*VACUUM in that database\. You/,
    );
  });

  it('and that way VACUUM works all the same, without a transaction ID', async () => {
    await query('vacuum (truncate false)');
    const age = 'select age(datfrozenxid) from pg_database where datname = current_database()';
    expect(await query(age)).toEqual([{ age: 0 }]);
    await expect(query('vacuum full t')).rejects.toMatchObject({ code: '54000' });
  });
});
