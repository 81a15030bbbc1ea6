import pg from 'pg';
import { beforeAll, describe, expect, it } from 'vitest';
import { useOwnServer } from '../../support/own-server.js';
import { libpqEnvironment, serverIsGiven } from '../../support/server.js';
import type { TestDatabase } from '../../support/database.js';
import { runbook, runReported, taskOf, stepOf, useFolder, waitForWorker } from './support.js';

const folder = useFolder();
const server = useOwnServer('engine');
let uri = '';
let db: TestDatabase;

async function withClient<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: uri });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** What the helpers need of a database, on a server that comes and goes. */
function databaseOf(serverUri: string): TestDatabase {
  return {
    env: libpqEnvironment(serverUri),
    rows: (sql: string, values: unknown[] = []) =>
      withClient(async (client) => (await client.query(sql, values)).rows as unknown[]),
  } as unknown as TestDatabase;
}

const workersLeft = (): Promise<number> =>
  withClient(async (client) => {
    const { rows } = await client.query<{ n: number }>(
      "select count(*)::int as n from pg_stat_activity where backend_type = 'pg_background'",
    );
    return rows[0]?.n ?? -1;
  });

describe.skipIf(serverIsGiven())('a server of its own', () => {
  beforeAll(async () => {
    uri = await server.start();
    await withClient((client) => client.query('alter system set max_worker_processes = 4'));
    await server.stop('fast');
    uri = await server.start();
    await withClient((client) => client.query('create extension pg_background'));
    db = databaseOf(uri);
  }, 120_000);

  describe('a full worker pool', () => {
    /** Takes all slots for some time, as another application would. */
    const occupy = (seconds: number): Promise<void> =>
      withClient(async (client) => {
        for (let i = 0; i < 10; i += 1) {
          try {
            await client.query(
              `select pg_background_launch('select pg_sleep(${String(seconds)})')`,
            );
          } catch (error) {
            expect(error).toMatchObject({ code: '53000' });
            return;
          }
        }
        throw new Error('the slots have no end');
      });

    it('is waited for, even where the slots go between look and launch', async () => {
      await occupy(8);
      const run = await runReported(
        db,
        folder,
        runbook(
          '  - id: patient\n    sql: SELECT 1\n',
          'budget: { workers: 2, keep_free: 0 }\ndefaults: { timeout: 30s }',
        ),
      );
      expect(run.code).toBe(0);
      expect(run.stderr).toContain('waiting for a worker slot');
      expect(taskOf(run, 'patient').task.attempts).toHaveLength(1);
    });

    it('is a failure with 53000 after the time that the task itself might take', async () => {
      await occupy(12);
      const run = await runReported(
        db,
        folder,
        runbook(
          '  - id: impatient\n    sql: SELECT 1\n',
          'budget: { workers: 2, keep_free: 0 }\ndefaults: { timeout: 1s }',
        ),
      );
      expect(run.code).toBe(1);
      const [task] = stepOf(run, 'impatient').tasks;
      expect(task).toMatchObject({
        status: 'failed',
        reason: expect.stringContaining('no worker slot') as string,
      });
    });

    it('that the budget can never have is refused before the start', async () => {
      const run = await runReported(
        db,
        folder,
        runbook(
          '  - id: a\n    sql: SELECT 1\n',
          'budget: { workers: 9 }\ndefaults: { timeout: 1s }',
        ),
      ).catch((error: unknown) => String(error));
      expect(run).toContain('exit 3');
      expect(run).toContain('budget_impossible');
    });
  });

  describe('a crash of the server', () => {
    it('is gone on after; what was interrupted and is not idempotent is not done again', async () => {
      const running = runReported(
        db,
        folder,
        runbook(
          `  - id: nap
    sql: SELECT pg_sleep(30)
  - id: next
    needs: [nap]
    sql: SELECT 1
`,
          'budget: { workers: 2, keep_free: 0 }\ndefaults: { timeout: 60s }',
        ),
      );
      await waitForWorker(db, 'nap');
      await server.stop('immediate');
      await server.start();
      const run = await running;
      expect(run.code).toBe(4);
      expect(run.report.run.reason).toContain('the connection was lost');
      expect(taskOf(run, 'nap').task).toMatchObject({
        status: 'failed',
        reason: expect.stringContaining('nothing was committed') as string,
      });
      expect(stepOf(run, 'next').status).toBe('skipped');
      expect(await workersLeft()).toBe(0);
    }, 90_000);

    it('from which it does not come back is unknown, exit 4', async () => {
      const running = runReported(
        db,
        folder,
        runbook(
          '  - id: nap\n    sql: SELECT pg_sleep(30)\n',
          'budget: { workers: 2, keep_free: 0 }\ndefaults: { timeout: 60s }',
        ),
      );
      await waitForWorker(db, 'nap');
      await server.stop('immediate');
      const run = await running;
      expect(run.code).toBe(4);
      expect(run.report.run).toMatchObject({ status: 'unknown', exit_code: 4 });
      expect(taskOf(run, 'nap').attempt.status).toBe('unknown');
      await server.start();
      expect(await workersLeft()).toBe(0);
    }, 90_000);
  });
});
