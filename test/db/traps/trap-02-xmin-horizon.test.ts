import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { useTestDatabase } from '../../support/database.js';
import { EXTENSION_SCHEMA } from '../../support/template.js';
import { command, openBackground, outcomeOf, workingIdentity } from '../support/background.js';
import { runbookOf, runYaml } from '../support/run-yaml.js';

const db = await useTestDatabase();

interface Held {
  /** The longest that a session of ours was seen to hold a snapshot, in ms. */
  sessions: number;
  workers: number;
  samples: number;
}

/** Looks every 100 ms who of ours holds backend_xmin, and since when. */
async function sampleUntil(done: Promise<unknown>): Promise<Held> {
  const held: Held = { sessions: 0, workers: 0, samples: 0 };
  const over = new AbortController();
  const end = (): void => {
    over.abort();
  };
  done.then(end, end);
  while (!over.signal.aborted) {
    const rows = await db.rows<{ worker: boolean; ms: number }>(
      `select backend_type = 'pg_background' as worker,
              extract(epoch from clock_timestamp() - xact_start)::float8 * 1000 as ms
         from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid()
          and backend_xmin is not null and starts_with(application_name, 'pg-runbook')`,
    );
    held.samples += 1;
    for (const { worker, ms } of rows) {
      const who = worker ? 'workers' : 'sessions';
      held[who] = Math.max(held[who], ms);
    }
    await sleep(100);
  }
  return held;
}

describe('trap 2: a blocking wait pins backend_xmin', () => {
  it('is real: the waiting session holds it for as long as it waits', async () => {
    const { client, session } = await openBackground(db);
    const handle = await client.launch(command('select pg_sleep(3)::text'));
    await workingIdentity(db, client, handle);
    const wait = session.query(
      `select ${EXTENSION_SCHEMA}.pg_background_wait(${String(handle.pid)}, '${handle.cookie}'::int8)`,
    );
    const held = await sampleUntil(wait);
    await wait;
    await outcomeOf(client, handle);
    expect(held.sessions).toBeGreaterThan(1000);
  });

  it('during a waited task of 5 s only the worker itself holds it for more than 1 s', async () => {
    const run = runYaml(
      db,
      runbookOf(`
        - id: slow
          sql: select pg_sleep(5)`),
    );
    const held = await sampleUntil(run);
    expect((await run).run.status).toBe('succeeded');
    expect(held.samples).toBeGreaterThan(20);
    expect(held.workers).toBeGreaterThan(4000);
    expect(held.sessions).toBeLessThan(1000);
  });
});
