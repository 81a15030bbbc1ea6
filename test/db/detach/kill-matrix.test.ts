import { setTimeout as sleep } from 'node:timers/promises';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ReportV1 } from '../../../src/generated/report.v1.js';
import { runCli } from '../../support/cli.js';
import { runHere } from '../../support/in-process.js';
import { useOwnServer } from '../../support/own-server.js';
import { expectValidReport } from '../../support/report-schema.js';
import { ROOT } from '../../support/root.js';
import { libpqEnvironment, serverIsGiven } from '../../support/server.js';
import { runbook, useFolder } from '../engine/support.js';
import { SCENARIOS, type Query, type Scenario } from './matrix.js';

const folder = useFolder();
const server = useOwnServer('matrix');
let uri = '';
let env: Record<string, string> = {};

async function withClient<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: uri, application_name: 'matrix' });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}

const query: Query = (sql) =>
  withClient(async (client) => (await client.query(sql)).rows as never[]);

async function until(what: string, look: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 30_000; Date.now() < end;) {
    if (await look().catch(() => false)) return;
    await sleep(20);
  }
  throw new Error(`it never came true: ${what}`);
}

const signal = (how: string, which: string) => async (): Promise<void> => {
  await query(`select pg_${how}_backend(pid) from pg_stat_activity where ${which}`);
};
const WORKERS = `backend_type = 'pg_background' and application_name like 'pg-runbook/%'
  and application_name not like '%/supervisor'`;

/** Each kill, and whether the engine is gone after it. */
const KILLS: readonly (readonly [string, (engine: ChildProcess) => Promise<unknown>])[] = [
  ['engine SIGKILL', (engine) => Promise.resolve(engine.kill('SIGKILL'))],
  ['engine SIGTERM', (engine) => Promise.resolve(engine.kill('SIGTERM'))],
  [
    'control connection terminated',
    signal('terminate', "application_name like 'pg-runbook:control:%'"),
  ],
  ['worker terminated', signal('terminate', WORKERS)],
  ['worker cancelled', signal('cancel', WORKERS)],
  ['supervisor terminated', signal('terminate', "application_name like '%/supervisor'")],
  [
    'server restarted immediate',
    async () => {
      await server.stop('immediate');
      uri = await server.start();
    },
  ],
];

const table = new Map<string, Map<string, string>>();

function startEngine(scenario: Scenario): { engine: ChildProcess; report: string } {
  const file = join(folder, `${scenario.name.replaceAll(' ', '-')}.yaml`);
  const report = join(folder, `report-${String(Math.random()).slice(2)}.json`);
  writeFileSync(file, runbook(scenario.steps, scenario.head));
  const main = join(ROOT, 'dist', 'cli', 'main.js');
  const engine = spawn(process.execPath, [main, 'run', file, '--report', report], {
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env },
    stdio: 'ignore',
  });
  return { engine, report };
}

async function ended(engine: ChildProcess): Promise<void> {
  if (engine.exitCode === null && engine.signalCode === null) await once(engine, 'exit');
}

async function reportOf(command: string, run: string): Promise<ReportV1> {
  const { stdout, stderr } = await runHere([command, run, '--json'], { env });
  expect(stdout, stderr).toMatch(/^\{/);
  const report = JSON.parse(stdout) as ReportV1;
  expectValidReport(report);
  return report;
}

/** What somebody on call would do: look, resume where that is offered, and wait for the end. */
async function bringToAnEnd(run: string): Promise<ReportV1> {
  const seen = await reportOf('status', run);
  const unattended =
    seen.run.status === 'running' || seen.run.next_commands.join().includes('resume');
  if (unattended) {
    const resumed = await runHere(['resume', run, '--report', join(folder, 'resumed.json')], {
      env,
    });
    expect(resumed.stderr).not.toMatch(/\n\s+at /);
  }
  return reportOf('wait', run);
}

async function verify(scenario: Scenario, report: ReportV1): Promise<void> {
  expect(['running', 'detached']).not.toContain(report.run.status);
  for (const step of report.steps) {
    for (const task of step.tasks) {
      expect(['pending', 'running', 'detached'], task.id).not.toContain(task.status);
      for (const attempt of task.attempts) {
        expect(['pending', 'running'], task.id).not.toContain(attempt.status);
      }
    }
  }
  await scenario.verify(report, query);
  expect(await query('select 1 from pg_index where not indisvalid')).toEqual([]);
  await until('no worker of ours is left', async () => {
    const left = await query("select 1 from pg_stat_activity where backend_type = 'pg_background'");
    return left.length === 0;
  });
  const locks = await query(
    "select 1 from pg_locks l join pg_stat_activity a using (pid) where l.locktype in ('advisory', 'relation') and a.application_name like 'pg-runbook%'",
  );
  expect(locks).toEqual([]);
}

describe.skipIf(serverIsGiven())('the kill matrix', () => {
  beforeAll(async () => {
    uri = await server.start();
    env = libpqEnvironment(uri);
    await query('create extension pg_background');
    await query('create table effect (what text)');
    await runCli(['init'], { env });
  }, 120_000);

  afterAll(() => {
    const kills = KILLS.map(([name]) => name);
    const width = Math.max(...kills.map((name) => name.length));
    const lines = SCENARIOS.flatMap(({ name }) => [
      `${name}:`,
      ...kills.map(
        (kill) => `  ${kill.padEnd(width)}  ${table.get(name)?.get(kill) ?? 'not reached'}`,
      ),
    ]);
    console.log(`The kill matrix, and what became of each task:\n${lines.join('\n')}`);
  });

  describe.each(SCENARIOS.map((scenario) => [scenario.name, scenario] as const))(
    '%s',
    (name, scenario) => {
      it.each(KILLS)(
        '%s',
        async (kill, act) => {
          await query(`truncate effect; ${scenario.setUp}`);
          await withClient(async (holder) => {
            if (scenario.hold !== undefined) await holder.query(scenario.hold);
            const { engine, report } = startEngine(scenario);
            const { step, status } = scenario.interrupted;
            let run = '';
            await until(`${step} is ${status}`, async () => {
              const rows = await query<{ run_id: string }>(
                `select run_id from runbook.run join runbook.attempt a using (run_id)
              where a.step_id = '${step}' and a.status = '${status}'
                and (a.backend_start is not null or '${status}' = 'failed')
                and run.started_at > now() - interval '20 seconds' and run.finished_at is null`,
              );
              run = rows[0]?.run_id ?? '';
              return rows.length > 0;
            });
            await sleep(300);
            await act(engine);
            await sleep(200);
            await holder.query('rollback').catch(() => undefined);
            await ended(engine);
            const final = await bringToAnEnd(run);
            await verify(scenario, final);
            if (kill !== 'engine SIGKILL') expect(existsSync(report)).toBe(true);
            if (existsSync(report)) JSON.parse(readFileSync(report, 'utf8'));
            const told = final.steps.flatMap((s) => s.tasks.map((task) => task.status));
            table.set(
              name,
              (table.get(name) ?? new Map<string, string>()).set(kill, told.join(' ')),
            );
          });
        },
        90_000,
      );
    },
  );
});
