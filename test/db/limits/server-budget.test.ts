import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ReportV1 } from '../../../src/generated/report.v1.js';
import { budgetTag } from '../../../src/model/identity.js';
import { runCli, type CliOptions, type CliResult } from '../../support/cli.js';
import { useOwnServer } from '../../support/own-server.js';
import { libpqEnvironment, serverIsGiven } from '../../support/server.js';
import { useFolder } from '../engine/support.js';

const folder = useFolder();
const server = useOwnServer('budget');
const DATABASES = ['one', 'two'];
const MOST = 3;
let uri = '';

const uriOf = (database: string): string => {
  const url = new URL(uri);
  url.pathname = `/${database}`;
  return url.toString();
};

async function withClient<T>(target: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: target });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

const ALIVE = `select count(*)::int as n from pg_stat_activity
  where backend_type = 'pg_background' and application_name like 'pg-runbook/%'`;

async function alive(): Promise<number> {
  const { rows } = await withClient(uri, (client) => client.query<{ n: number }>(ALIVE));
  return rows[0]?.n ?? -1;
}

/** The most workers of ours, and of the named budget, that were alive at once, until `done`. */
async function watch(done: () => boolean): Promise<{ all: number; tight: number }> {
  const most = { all: 0, tight: 0 };
  const tight = `${ALIVE} and strpos(application_name, '${budgetTag('tight')}') > 0`;
  await withClient(uri, async (client) => {
    while (!done()) {
      const { rows } = await client.query<{ n: number }>(`${ALIVE} union all ${tight}`);
      most.all = Math.max(most.all, rows[0]?.n ?? 0);
      most.tight = Math.max(most.tight, rows[1]?.n ?? 0);
      await sleep(50);
    }
  });
  return most;
}

const yaml = (name: string, detached: boolean): string => `api_version: pg-runbook/v1
name: ${name}
version: 1
budget: { workers: 4, server_workers: ${String(MOST)}, keep_free: 0 }
defaults: { timeout: 60s, policy: ${detached ? 'detach' : 'wait'} }
steps:
${[1, 2, 3, 4]
  .map(
    (n) =>
      `  - id: s${String(n)}\n    sql: INSERT INTO done SELECT '${name}', pg_sleep(0.2) IS NULL` +
      (n === 1 ? '\n    budgets: { tight: 1 }' : ''),
  )
  .slice(0, detached ? 1 : 4)
  .join('\n')}
`;

async function run(name: string, database: string, detached: boolean): Promise<CliResult> {
  const env = libpqEnvironment(uriOf(database));
  const path = join(folder, `${name}.yaml`);
  writeFileSync(path, yaml(name, detached));
  const report = path.replace('.yaml', '.json');
  const result = await runCli(['run', path, '--report', report], { env });
  if (!detached || result.code !== 0) return result;
  const { run: begun } = JSON.parse(readFileSync(report, 'utf8')) as ReportV1;
  return runCli(['wait', begun.id], { env });
}

describe.skipIf(serverIsGiven())('budgets of the whole server', () => {
  beforeAll(async () => {
    uri = await server.start();
    for (const name of DATABASES) {
      await withClient(uri, (client) => client.query(`create database ${name}`));
      await withClient(uriOf(name), async (client) => {
        await client.query(
          'create extension pg_background; create table done (what text, really bool)',
        );
      });
      await runCli(['init'], { env: libpqEnvironment(uriOf(name)) });
    }
  }, 240_000);

  it('are never exceeded by eight engines on two databases, and all of them come to their turn', async () => {
    let ended = false;
    const watched = watch(() => ended);
    const results = await Promise.all(
      Array.from({ length: 8 }, (_, i) =>
        run(`engine-${String(i)}`, DATABASES[i % 2] ?? '', i >= 6),
      ),
    );
    ended = true;
    expect(results.map(({ code, stderr }) => [code, code === 0 ? '' : stderr])).toEqual(
      results.map(() => [0, '']),
    );
    const most = await watched;
    expect(most.all).toBeLessThanOrEqual(MOST);
    expect(most.all).toBeGreaterThan(1);
    expect(most.tight).toBe(1);
    const done = await Promise.all(
      DATABASES.map((name) =>
        withClient(
          uriOf(name),
          async (client) => (await client.query('select 1 from done')).rowCount,
        ),
      ),
    );
    expect(done).toEqual([13, 13]);
  });

  it('are given in the order of arrival', async () => {
    await withClient(uriOf('one'), (client) => client.query('truncate done'));
    const alone = (name: string, seconds: number): Promise<CliResult> => {
      const path = join(folder, `${name}.yaml`);
      const step = `  - id: s\n    sql: INSERT INTO done SELECT '${name}', pg_sleep(${String(seconds)}) IS NULL\n`;
      writeFileSync(
        path,
        `api_version: pg-runbook/v1\nname: ${name}\nversion: 1\n` +
          `budget: { workers: 1, server_workers: 1, keep_free: 0 }\ndefaults: { timeout: 60s }\nsteps:\n${step}`,
      );
      const env = libpqEnvironment(uriOf('one'));
      return runCli(['run', path, '--report', join(folder, `${name}.json`)], { env });
    };
    const waiting = `select count(distinct pid)::int as n from pg_locks
      where locktype = 'advisory' and objsubid = 1 and mode = 'ShareLock'`;
    const inQueue = async (): Promise<number | undefined> =>
      (await withClient(uri, (client) => client.query<{ n: number }>(waiting))).rows[0]?.n;
    const runs = [alone('queue-holder', 12)];
    await expect.poll(alive, { timeout: 20_000 }).toBe(1);
    for (const [i, name] of ['queue-a', 'queue-b', 'queue-c'].entries()) {
      runs.push(alone(name, 0.5));
      await expect.poll(inQueue, { timeout: 20_000 }).toBe(i + 1);
      // Places are told apart by tenths of a second.
      await sleep(200);
    }
    const results = await Promise.all(runs);
    expect(results.map(({ code }) => code)).toEqual([0, 0, 0, 0]);
    const { rows } = await withClient(uriOf('one'), (client) =>
      client.query('select what from done'),
    );
    expect(rows.map(({ what }: { what: string }) => what)).toEqual([
      'queue-holder',
      'queue-a',
      'queue-b',
      'queue-c',
    ]);
  });

  it('keep no place for an engine that was killed while it waited', async () => {
    const env = libpqEnvironment(uriOf('one'));
    const path = (name: string, seconds: number): string => {
      const target = join(folder, `${name}.yaml`);
      const text = yaml(name, true).replace('policy: detach', 'policy: wait');
      const alone = text.replace(`server_workers: ${String(MOST)}`, 'server_workers: 1');
      writeFileSync(target, alone.replace('0.2', String(seconds)));
      return target;
    };
    const start = (name: string, seconds: number, options: CliOptions = {}): Promise<CliResult> =>
      runCli(['run', path(name, seconds), '--report', join(folder, `${name}.json`)], {
        env,
        ...options,
      });
    const first = start('first', 4);
    await expect.poll(() => alive(), { timeout: 20_000 }).toBe(1);
    const waiting = /waiting for a worker slot/;
    const killed = await start('killed', 0.1, {
      signalAfter: { signal: 'SIGKILL', seen: waiting },
    });
    expect(killed.signal).toBe('SIGKILL');
    expect((await start('third', 0.1)).code).toBe(0);
    expect((await first).code).toBe(0);
    expect(await places()).toBe(0);
  });
});

/** How many wait for their turn, by the locks that stand for it. */
async function places(): Promise<number> {
  return withClient(uri, async (client) => {
    const { rows } = await client.query<{ n: number }>(
      `select count(*)::int as n from pg_locks
        where locktype = 'advisory' and objsubid = 1 and mode = 'ShareLock'`,
    );
    return rows[0]?.n ?? -1;
  });
}
