import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { migrateLedger, readServerInfo } from '../../../src/index.js';
import { expectSame, type Case, type CaseResult } from '../../../src/selftest/contract.js';
import { expectStatuses, sqlStep } from '../../../src/selftest/cases/steps.js';
import { SET_UP } from '../../../src/selftest/marks.js';
import { runCases } from '../../../src/selftest/run-cases.js';
import { useTestDatabase } from '../../support/database.js';
import { connectionTo, withSession } from '../support/run-yaml.js';

const db = await useTestDatabase();
await withSession(connectionTo(db), migrateLedger);
await db.query(SET_UP);

const made = (name: string, run: Case['run'], more: Partial<Case> = {}): Case => ({
  name,
  title: name,
  timeoutMs: 5_000,
  run,
  ...more,
});

const GOOD = made('good', () => Promise.resolve('seen'));

function runMade(
  cases: readonly Case[],
  stop: AbortSignal = new AbortController().signal,
): Promise<CaseResult[]> {
  const reach = { dsn: undefined, env: db.env, database: db.name };
  return withSession(connectionTo(db), async (session) => {
    const surroundings = {
      db: session,
      server: await readServerInfo(session),
      reach,
      origin: { host: 'test', pid: 1 },
    };
    return runCases(cases, surroundings, stop, () => undefined);
  });
}

const told = (results: readonly CaseResult[]): string[] =>
  results.map(({ name, status, seen }) => `${name} ${status}: ${seen}`);

const workersLeft = (): Promise<unknown[]> =>
  db.rows(
    "select application_name from pg_stat_activity where datname = current_database() and (backend_type = 'pg_background' or application_name like 'pg-runbook:%')",
  );

it('a case that sees something else than it expects fails, and the next one is run', async () => {
  const results = await runMade([
    made('rows', async (scratch) => {
      expectSame('rows', await scratch.marks(), 1);
      return 'one row';
    }),
    made('status', async (scratch) => {
      const { report } = await scratch.run(sqlStep('work', 'select 1 / 0'));
      expectStatuses(report, 'succeeded');
      return 'done';
    }),
    made('sql', () => Promise.resolve('never'), { setUp: 'select 1 / 0' }),
    GOOD,
  ]);
  expect(told(results)).toEqual([
    'rows failed: rows: 0, and not 1',
    expect.stringMatching(/^status failed: the engine says failed, and not succeeded: .*division/),
    'sql failed: division by zero',
    'good ok: seen',
  ]);
});

it('a case that hangs is given up, and its workers are ended', async () => {
  const results = await runMade([
    made(
      'hangs',
      async (scratch) => {
        await scratch.hold('create table selftest.held ()');
        const run = await scratch.begin(sqlStep('work', 'select pg_sleep(30)'));
        await scratch.untilAtWork(run.id, 'work');
        return scratch.until<string>('what never comes', () => Promise.resolve(undefined));
      },
      { timeoutMs: 2_000 },
    ),
    made('deaf', () => sleep(20_000, 'late', { ref: false }), { timeoutMs: 500 }),
    made(
      'detached',
      async (scratch) => {
        const detached = sqlStep('later', 'select pg_sleep(30)', { policy: 'detach' });
        const { run } = await scratch.run(detached);
        await scratch.untilAtWork(run.id, 'later');
        return (await scratch.follow(run.id)).run.status;
      },
      { timeoutMs: 2_500 },
    ),
    GOOD,
  ]);
  expect(told(results)).toEqual([
    'hangs failed: not within 2.0s: what never comes',
    'deaf failed: not within 500ms: the end of a run',
    'detached failed: not within 2.5s: the end of the detached run',
    'good ok: seen',
  ]);
  await expect.poll(workersLeft).toEqual([]);
});

it('stopped, the case at hand gives up, and no other is begun', async () => {
  const stop = new AbortController();
  const started = Date.now();
  const results = await runMade(
    [
      made('at_hand', async (scratch) => {
        const run = await scratch.begin(sqlStep('work', 'select pg_sleep(30)'));
        await scratch.untilAtWork(run.id, 'work');
        stop.abort(130);
        return (await run.report).run.status;
      }),
      GOOD,
    ],
    stop.signal,
  );
  expect(told(results)).toEqual(['at_hand not_run: interrupted', 'good not_run: interrupted']);
  expect(Date.now() - started).toBeLessThan(5_000);
  await expect.poll(workersLeft).toEqual([]);
});
