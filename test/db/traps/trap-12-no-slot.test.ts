import { describe, expect, it } from 'vitest';
import pg from 'pg';
import type { EngineEvent } from '../../../src/index.js';
import { useOwnServer } from '../../support/own-server.js';
import { libpqEnvironment, serverIsGiven } from '../../support/server.js';
import { stepOf, taskOf } from '../support/report.js';
import { makeRole } from '../support/roles.js';
import { runbookOf, runYaml, type Account } from '../support/run-yaml.js';

const SLOTS = 6;
const server = useOwnServer('slots');
const small: Account = { user: 'small', password: 'for tests only' };
const db: { env: Record<string, string> } = {
  env: serverIsGiven() ? {} : await startWithFewSlots(),
};

async function startWithFewSlots(): Promise<Record<string, string>> {
  await withClient(await server.start(), async (client) => {
    await client.query(`alter system set max_worker_processes = ${String(SLOTS)}`);
  });
  await server.stop('fast');
  const uri = await server.start();
  const env = libpqEnvironment(uri);
  await withClient(uri, async (client) => {
    await client.query('create extension pg_background');
    await makeRole((sql) => client.query(sql), small, 'public', 'runbook_of_small');
  });
  return env;
}

async function withClient<T>(uri: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: uri, application_name: 'somebody else' });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Takes every free slot with sleepers of a session that is not ours; answers how many there were. */
async function fill(client: pg.Client, seconds: number): Promise<number> {
  for (let taken = 0; ; taken += 1) {
    try {
      await client.query(`select pg_background_launch('select pg_sleep(${String(seconds)})')`);
    } catch (error) {
      expect(error).toMatchObject({ code: '53000' });
      return taken;
    }
  }
}

async function cancelSleepers(client: pg.Client): Promise<void> {
  await client.query(
    `select pg_cancel_backend(pid) from pg_stat_activity
      where backend_type = 'pg_background' and application_name not like 'pg-runbook/%'`,
  );
}

const uriOf = (): string => {
  const { PGUSER, PGPASSWORD, PGHOST, PGPORT, PGDATABASE } = db.env;
  return `postgresql://${PGUSER!}:${PGPASSWORD!}@${PGHOST!}:${PGPORT!}/${PGDATABASE!}`;
};

const THREE_TASKS = runbookOf(`
  - id: a
    sql: select 1
  - id: b
    sql: select 2
  - id: c
    sql: select 3
`).replace('workers: 8', 'workers: 2');

describe.skipIf(serverIsGiven())('trap 12: without a free slot a launch fails with 53000', () => {
  it.each([
    ['seen in the catalogs before the launch', undefined],
    // Who may not see other sessions' backend_type counts too few, and meets the server's error.
    ['met at the launch itself', small],
  ])('it is waited for, %s', async (_how, as) => {
    await withClient(uriOf(), async (stranger) => {
      expect(await fill(stranger, 60)).toBeGreaterThan(2);
      const events: EngineEvent[] = [];
      const report = await runYaml(db, THREE_TASKS, {
        ...(as === undefined ? {} : { as }),
        onEvent: (event) => {
          if (event.type === 'slots_awaited') {
            setTimeout(() => void cancelSleepers(stranger), 600);
          }
          events.push(event);
        },
      });
      expect(report.run).toMatchObject({ status: 'succeeded', exit_code: 0 });
      expect(events.filter(({ type }) => type === 'slots_awaited').length).toBeGreaterThan(0);
      for (const step of report.steps) expect(step.tasks[0]?.attempts).toHaveLength(1);
    });
  });

  it('it is not waited for longer than the task itself might take', async () => {
    await withClient(uriOf(), async (stranger) => {
      await fill(stranger, 60);
      const report = await runYaml(db, THREE_TASKS.replace('timeout: 40s', 'timeout: 2s'));
      expect(report.run).toMatchObject({ status: 'failed', exit_code: 1 });
      const { status, reason } = taskOf(report, 'a');
      expect([status, reason]).toEqual(['failed', expect.stringContaining('no worker slot')]);
      await cancelSleepers(stranger);
    });
  });

  it('keep_free leaves slots to others', async () => {
    const report = await runYaml(
      db,
      THREE_TASKS.replace('keep_free: 0', `keep_free: ${String(SLOTS - 3)}`),
    );
    expect(report.run.status).toBe('succeeded');
    expect(stepOf(report, 'c').status).toBe('succeeded');
  });
});
