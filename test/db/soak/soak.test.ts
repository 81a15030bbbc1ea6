import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ReportV1 } from '../../../src/generated/report.v1.js';
import { runCli } from '../../support/cli.js';
import { useOwnServer } from '../../support/own-server.js';
import { databaseUri, libpqEnvironment, serverIsGiven } from '../../support/server.js';
import { seededRandom } from '../batches/crashes.js';
import { useFolder } from '../engine/support.js';
import { Engines } from './engines.js';
import { Observer, steadily } from './observer.js';
import { randomRunbook, SERVER_WORKERS, tablesOf, TIGHT } from './runbooks.js';
import { contradictions, LEFT, strangersSignalled, walked, type Query } from './truth.js';

/** Another one each time, told in the end, and given again for the same runbooks and mishaps. */
const SEED = Number(process.env['PG_RUNBOOK_TEST_SEED'] ?? Date.now() % 1_000_000);
/** Five minutes at most; what every test run has time for is less. */
const SECONDS = Math.min(300, Number(process.env['PG_RUNBOOK_SOAK_SECONDS'] ?? 25));
const ENGINES = 8;
const DATABASES = ['one', 'two'] as const;

const folder = useFolder();
const server = useOwnServer('soak');
const random = seededRandom(SEED);
const engines = new Engines();
const mishaps: string[] = [];
const restarts: { from: string; to: string }[] = [];
let uri = '';
let over = false;

const uriOf = (database: string): string => databaseUri(database, uri);
const databaseOf = (engine: number): string => DATABASES[engine % 2] ?? 'one';

async function query<T extends pg.QueryResultRow>(
  database: string,
  sql: string,
  values: unknown[] = [],
): Promise<T[]> {
  const client = new pg.Client({ connectionString: uriOf(database) });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<T>(sql, values)).rows;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Runs runbook after runbook, as cron would; now and then what a killed one left is taken up. */
async function work(engine: number): Promise<void> {
  const env = libpqEnvironment(uriOf(databaseOf(engine)));
  for (let n = 1; !over; n += 1) {
    const name = `soak-${String(engine)}-${String(n)}`;
    const path = join(folder, `${name}.yaml`);
    writeFileSync(path, randomRunbook(random, name, engine, ENGINES));
    const { stderr } = await engines.run(
      ['run', path, '--report', join(folder, `${name}.json`)],
      env,
    );
    const run = /run (\S+) started/.exec(stderr)?.[1];
    if (run === undefined || random() < 0.5) continue;
    await engines.run([random() < 0.3 ? 'cancel' : 'resume', run], env);
  }
}

const one = (which: string): string =>
  `select pg_terminate_backend(pid) from (select pid from pg_stat_activity where ${which}
     order by md5(pid::text || $1) limit 1) p`;

const MISHAPS = {
  engine: (): void => {
    const all = [...engines.live];
    all[Math.floor(random() * all.length)]?.child.kill('SIGKILL');
  },
  worker: () =>
    query(
      'postgres',
      one("backend_type = 'pg_background' and application_name like 'pg-runbook/%'"),
      [String(random())],
    ),
  connection: () =>
    query('postgres', one("application_name like 'pg-runbook:%'"), [String(random())]),
  server: async (): Promise<void> => {
    const from = new Date().toISOString();
    await server.stop(random() < 0.5 ? 'immediate' : 'fast');
    uri = await server.start();
    restarts.push({ from, to: new Date().toISOString() });
  },
};

async function meetMishaps(): Promise<void> {
  const names = ['engine', 'worker', 'connection'] as const;
  const restartAt = Date.now() + SECONDS * 500;
  while (!over) {
    await sleep(200 + 800 * random());
    const due = restarts.length === 0 && Date.now() > restartAt;
    const name = due || random() < 0.02 ? 'server' : (names[Math.floor(random() * 3)] ?? 'engine');
    mishaps.push(name);
    await MISHAPS[name]();
  }
}

/** Sessions and workers of others, always at work, so that a signal that met one would show in the log. */
async function beStrangers(goesOn: () => boolean): Promise<void> {
  const stranger = (name: string, sql: string): Promise<void> =>
    steadily(uriOf('one'), goesOn, async (client) => {
      await client.query(`set application_name = '${name}'`);
      await client.query(sql);
    });
  const launch = `select pg_background_wait(h.pid, h.cookie, 3000), pg_background_detach(h.pid, h.cookie)
    from pg_background_launch('select pg_sleep(0.5)') h`;
  await Promise.all([
    stranger('stranger-a', 'select pg_sleep(0.4)'),
    stranger('pg-runbookish', 'select pg_sleep(0.3)'),
    stranger('stranger-worker', launch),
  ]);
}

const lastRunbook = (name: string): string =>
  `api_version: pg-runbook/v1\nname: last-${name}\nversion: 1\nsteps: [{ id: one, sql: SELECT 1, timeout: 9s }]\n`;

/** Says what happened, for whoever looks at a failure. */
function tell(): void {
  const counts = (all: readonly unknown[]): string =>
    JSON.stringify(
      all.reduce<Record<string, number>>((sum, one) => {
        const key = String(one);
        return { ...sum, [key]: (sum[key] ?? 0) + 1 };
      }, {}),
    );
  console.log(
    `soak, seed ${String(SEED)}: ${String(engines.ended.length)} processes, exits ` +
      `${counts(engines.ended.map(({ code }) => code))}; mishaps ${counts(mishaps)}`,
  );
}

/** Takes up what is left, until every run has come to its end. */
async function settle(database: string): Promise<void> {
  const env = libpqEnvironment(uriOf(database));
  for (let round = 0; round < 5; round += 1) {
    const open = await query<{ run_id: string }>(
      database,
      'select run_id from runbook.run where finished_at is null order by started_at',
    );
    if (open.length === 0) return;
    for (const { run_id: run } of open) {
      await engines.run(['resume', run], env);
      await engines.run(['wait', run, '--timeout', '60s'], env);
    }
  }
}

describe.skipIf(serverIsGiven())(
  `eight engines and what befalls them, seed ${String(SEED)}`,
  () => {
    const observer = new Observer({ all: SERVER_WORKERS, tight: TIGHT });

    beforeAll(async () => {
      uri = await server.start();
      await query('postgres', "alter system set logging_collector = 'on'");
      await query('postgres', "alter system set log_destination = 'jsonlog'");
      await server.stop('fast');
      uri = await server.start();
      for (const name of DATABASES) {
        await query('postgres', `create database ${name}`);
        const tables = Array.from({ length: ENGINES }, (_, i) => tablesOf(i)).join('');
        await query(
          name,
          `create extension pg_background; create table done (attempt text); ${tables}`,
        );
        await runCli(['init'], { env: libpqEnvironment(uriOf(name)) });
      }
    }, 240_000);

    afterAll(() => engines.stop());

    it('runs, is killed, and settles', async () => {
      let settled = false;
      const looking = observer.watch(uriOf('postgres'), () => !settled);
      const strangers = beStrangers(() => !settled);
      const working = Promise.all(Array.from({ length: ENGINES }, (_, i) => work(i)));
      const suffering = meetMishaps();
      await sleep(SECONDS * 1000);
      over = true;
      await Promise.all([working, suffering]);
      for (const name of DATABASES) await settle(name);
      settled = true;
      await Promise.all([looking, strangers]);
      tell();
      expect(mishaps.length).toBeGreaterThan(SECONDS / 3);
      expect(restarts.length).toBeGreaterThan(0);
    }, 600_000);

    it('exceeds no budget', () => {
      expect(observer.excess).toEqual([]);
      expect(observer.most.all).toBeGreaterThan(1);
      expect(observer.looks).toBeGreaterThan(SECONDS);
    });

    it('ends each process with an exit code that says what to do, and never with a stack trace', () => {
      const documented = [0, 1, 3, 4, 75, null];
      const odd = engines.ended.filter(
        ({ code, stderr }) => !documented.includes(code) || /\n\s+at /.test(stderr),
      );
      expect(odd).toEqual([]);
    });

    it.each(DATABASES)('has told the truth about database %s', async (database) => {
      const ask: Query = (sql, values) => query(database, sql, values);
      expect(await contradictions(ask)).toEqual([]);
      const [counted] = await ask<{ runs: number; sql: number }>(
        `select (select count(*)::int from runbook.run) as runs,
              (select count(*)::int from runbook.attempt a join runbook.step s using (run_id, step_id)
                where s.kind = 'sql' and a.status = 'succeeded') as sql`,
      );
      expect(counted?.runs).toBeGreaterThan(2);
      expect(counted?.sql).toBeGreaterThan(0);
      const mine = Array.from({ length: ENGINES }, (_, i) => i).filter(
        (i) => databaseOf(i) === database,
      );
      for (const engine of mine) {
        const { told, changed } = await walked(ask, engine);
        expect(told).toBe(changed);
      }
    });

    it('leaves nothing behind', async () => {
      expect(await query('postgres', LEFT)).toEqual([]);
      for (const database of DATABASES) {
        const invalid = await query(database, 'select 1 from pg_index where not indisvalid');
        const path = join(folder, `last-${database}.yaml`);
        writeFileSync(path, lastRunbook(database));
        const report = path.replace('.yaml', '.json');
        await engines.run(['run', path, '--report', report], libpqEnvironment(uriOf(database)));
        const { residue } = JSON.parse(readFileSync(report, 'utf8')) as ReportV1;
        expect(residue.before).toHaveLength(invalid.length);
        expect(residue.after?.filter(({ done }) => done !== null)).toEqual([]);
      }
    });

    it('has signalled nobody else', async () => {
      expect(
        await strangersSignalled((sql, values) => query('postgres', sql, values), restarts),
      ).toEqual([]);
    });
  },
);
