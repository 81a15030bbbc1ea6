import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../../support/cli.js';
import { useOwnServer } from '../../support/own-server.js';
import { serverIsGiven } from '../../support/server.js';
import { runbook, useFolder } from '../engine/support.js';
import { CrashedRun, seededRandom } from './crashes.js';

/** Another one each time, told when the test fails, and given again to repeat it. */
const SEED = Number(process.env['PG_RUNBOOK_TEST_SEED'] ?? Date.now() % 1_000_000);
const ROWS = 1_000_000;

/** Small batches with pauses, so that the walk is still at it after all the crashes. */
const BATCH = 'batch: { rows: 500, max_rows: 2000, target_duration: 100ms, pause: 120ms }';
const HEAD = `defaults: { timeout: 10m }
budget: { workers: 4, keep_free: 0 }`;

const folder = useFolder();
const server = useOwnServer('exactly-once');
const crashed = new CrashedRun(server, folder, seededRandom(SEED));

describe.skipIf(serverIsGiven())(`exactly once, seed ${String(SEED)}`, () => {
  beforeAll(async () => {
    crashed.uri = await server.start();
    await crashed.query('create extension pg_background');
    await runCli(['init'], { env: crashed.env });
  }, 120_000);
  afterEach(() => crashed.stop());
  afterAll(() => {
    console.log(`exactly once, seed ${String(SEED)}: killed ${crashed.log.join(' ')}`);
  });

  it('adds 1 to each of a million rows, whatever is killed on the way', async () => {
    await crashed.query(`create table counted (id int primary key, hits int not null default 0, pad text);
      insert into counted select i, 0, repeat('x', i % 50) from generate_series(1, ${String(ROWS)}) i; analyze counted`);
    await crashed.begin(
      runbook(
        `  - id: count
    backfill: { table: public.counted, key: id, set: { hits: hits + 1 }, ${BATCH} }
    concurrency: 3`,
        HEAD,
      ),
    );
    for (let round = 0; round < 12; round += 1) await crashed.crash();
    const report = await crashed.finish();
    expect(await crashed.query('select hits, count(*)::int from counted group by hits')).toEqual([
      { hits: 1, count: ROWS },
    ]);
    expect(report.steps[0]?.progress).toMatchObject({ rows_seen: ROWS, rows_changed: ROWS });
  }, 300_000);

  it('moves half of a million rows to the archive, each to just one place', async () => {
    await crashed.query(`create table live (id int primary key, old boolean);
      create table archive (like live);
      insert into live select i, i % 2 = 0 from generate_series(1, ${String(ROWS)}) i; analyze live`);
    await crashed.begin(
      runbook(
        `  - id: move
    purge: { table: public.live, key: id, where: old, archive_to: public.archive, ${BATCH} }
    concurrency: 3`,
        HEAD,
      ),
    );
    for (let round = 0; round < 12; round += 1) await crashed.crash();
    const report = await crashed.finish();
    expect(
      await crashed.query(`select (select count(*)::int from live) as live,
        (select count(*)::int from live where old) as left_over,
        (select count(*)::int from archive) as archived, (select count(distinct id)::int from archive) as different,
        (select count(*)::int from archive join live using (id)) as in_both`),
    ).toEqual([
      { live: ROWS / 2, left_over: 0, archived: ROWS / 2, different: ROWS / 2, in_both: 0 },
    ]);
    expect(report.steps[0]?.progress).toMatchObject({ rows_changed: ROWS / 2, rows_left: 0 });
  }, 300_000);
});
