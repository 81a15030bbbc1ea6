/** Tasks that are waited for, to their end: done, failed, too late, held up, too loud. */
import { workerApplicationName } from '../../model/identity.js';
import { expectSame, type Case } from '../contract.js';
import { attemptsOf, expectSqlState, expectStatuses, sqlStep, step } from './steps.js';

const waitedSql: Case = {
  name: 'waited_sql',
  title: 'waited task',
  timeoutMs: 8_000,
  run: async (scratch) => {
    const { run, report } = await scratch.run(sqlStep('work', scratch.mark()));
    expectStatuses(report, 'succeeded');
    expectSame('rows', await scratch.marks(), 1);
    const markers = await scratch.count(
      'SELECT count(*) FROM runbook.completion JOIN runbook.attempt USING (attempt_id) WHERE run_id = $1',
      [run.id],
    );
    expectSame('completion markers', markers, 1);
    return 'row and marker committed together';
  },
};

const waitedVacuum: Case = {
  name: 'waited_vacuum',
  title: 'waited VACUUM',
  setUp: `CREATE TABLE selftest.dead (id int) WITH (autovacuum_enabled = off);
    INSERT INTO selftest.dead SELECT generate_series(1, 2000);
    DELETE FROM selftest.dead WHERE id % 2 = 0`,
  timeoutMs: 8_000,
  run: async (scratch) => {
    const vacuums = "SELECT pg_stat_get_vacuum_count('selftest.dead'::regclass)";
    expectSame('vacuum_count before', await scratch.count(vacuums), 0);
    const vacuum = { tables: { include: ['selftest.dead'] } };
    const { report } = await scratch.run(step('vacuum', { vacuum }));
    expectStatuses(report, 'succeeded');
    expectSame('vacuum_count after', await scratch.count(vacuums), 1);
    return 'vacuum_count went from 0 to 1';
  },
};

const failingSql: Case = {
  name: 'failing_sql',
  title: 'failing statement',
  timeoutMs: 8_000,
  run: async (scratch) => {
    const { report } = await scratch.run(sqlStep('work', `${scratch.mark()}; SELECT 1 / 0`));
    expectStatuses(report, 'failed');
    expectSqlState(report, '22012');
    expectSame('rows', await scratch.marks(), 0);
    return '22012, nothing committed';
  },
};

const timeout: Case = {
  name: 'timeout',
  title: 'timeout',
  timeoutMs: 10_000,
  run: async (scratch) => {
    const sql = `${scratch.mark()}; SELECT pg_sleep(30)`;
    const { run, report } = await scratch.run(sqlStep('work', sql, { timeout: '1s' }));
    expectStatuses(report, 'timed_out');
    expectSqlState(report, '57014');
    const signals = run.events.filter(({ type }) => type === 'worker_signalled').length;
    expectSame('signals of ours', signals, 0);
    expectSame('rows', await scratch.marks(), 0);
    await scratch.untilLeft(0, run.id);
    return '57014 by the server, worker gone';
  },
};

const lockRetry: Case = {
  name: 'lock_retry',
  title: 'lock_timeout and retry',
  setUp: 'CREATE TABLE selftest.gate ()',
  timeoutMs: 10_000,
  run: async (scratch) => {
    const release = await scratch.hold('LOCK TABLE selftest.gate');
    const retry = { attempts: 9, delay: '200ms', on: ['lock_not_available'] };
    const more = { idempotent: true, lock_timeout: '200ms', retry };
    const sql = `LOCK TABLE selftest.gate; ${scratch.mark()}`;
    const run = await scratch.begin(sqlStep('work', sql, more));
    await scratch.until('the first retry', async () =>
      Promise.resolve(run.events.find(({ type }) => type === 'task_retried')),
    );
    await release();
    const report = await run.report;
    expectStatuses(report, 'succeeded');
    const [first, ...others] = attemptsOf(report);
    expectSame('SQLSTATE of the first attempt', first?.sqlstate, '55P03');
    expectSame('rows', await scratch.marks(), 1);
    return `55P03; attempt ${String(1 + others.length)} did it, once`;
  },
};

const reindex: Case = {
  name: 'reindex_concurrently',
  title: 'REINDEX CONCURRENTLY',
  setUp: `CREATE TABLE selftest.rebuilt (id int);
    INSERT INTO selftest.rebuilt SELECT generate_series(1, 2000);
    CREATE INDEX rebuilt_i ON selftest.rebuilt (id)`,
  timeoutMs: 12_000,
  run: async (scratch) => {
    const oid = "SELECT 'selftest.rebuilt_i'::regclass::oid::int";
    const before = await scratch.count(oid);
    const release = await scratch.hold('INSERT INTO selftest.rebuilt VALUES (0)');
    const indexes = { include: ['selftest.rebuilt_i'] };
    const run = await scratch.begin(step('rebuild', { reindex: { indexes } }));
    await scratch.untilRow(
      'the rebuild waits for a writer',
      "SELECT 1 FROM pg_catalog.pg_stat_activity WHERE application_name = $1 AND wait_event_type = 'Lock'",
      [workerApplicationName(run.id, 'rebuild', 1)],
    );
    await release();
    expectStatuses(await run.report, 'succeeded');
    const isNew = (await scratch.count(oid)) !== before;
    expectSame('the index is a new one', isNew, true);
    const invalid = 'SELECT count(*) FROM pg_catalog.pg_index WHERE NOT indisvalid';
    expectSame('invalid indexes', await scratch.count(invalid), 0);
    return 'ended; a new, valid index';
  },
};

const fullQueue: Case = {
  name: 'full_queue',
  title: 'output beyond the queue',
  setUp: `CREATE PROCEDURE selftest.burst() LANGUAGE plpgsql AS $$ BEGIN
      FOR i IN 1..100 LOOP RAISE WARNING '%', repeat('x', 20000); END LOOP;
    END $$`,
  timeoutMs: 12_000,
  run: async (scratch) => {
    const { run, report } = await scratch.run(
      sqlStep('work', `CALL selftest.burst(); ${scratch.mark()}`),
    );
    expectStatuses(report, 'succeeded');
    expectSame('rows', await scratch.marks(), 1);
    const wasFull = run.events.some(({ type }) => type === 'queue_drained');
    expectSame('the queue was full', wasFull, true);
    return '2 MB through 64 KiB, and done';
  },
};

export const WAITED: readonly Case[] = [
  waitedSql,
  waitedVacuum,
  failingSql,
  timeout,
  lockRetry,
  reindex,
  fullQueue,
];
