import { describe, expect, it, onTestFinished } from 'vitest';
import type { EngineEvent } from '../../../src/index.js';
import { useTestDatabase } from '../../support/database.js';
import { taskOf } from '../support/report.js';
import { planYaml, runbookOf, runYaml } from '../support/run-yaml.js';

const db = await useTestDatabase();

const invalid = async (table: string): Promise<string[]> =>
  (
    await db.rows<{ name: string }>(
      `select indexrelid::regclass::text as name from pg_index
        where indrelid = $1::regclass and not indisvalid order by 1`,
      [table],
    )
  ).map((row) => row.name);

const reindex = (index: string, more: string): string =>
  runbookOf(`
    - id: r
      reindex: { indexes: { include: ["public.${index}"] } }
      old_transactions_timeout: 1s
      ${more}`);

/** A table with an index and a writer in its way, which ends some time after the worker's failure. */
async function blocked(table: string): Promise<() => Promise<unknown>> {
  await db.query(`create table ${table} (id int primary key, t text)`);
  const writer = await db.connect();
  await writer.query(`begin; insert into ${table} values (1, 'a')`);
  return () => writer.query('commit');
}

describe('reindex: what a failed concurrent rebuild leaves', () => {
  it('is dropped before the retry when it is ours, and the retry succeeds', async () => {
    const release = await blocked('ours');
    const events: EngineEvent[] = [];
    const report = await runYaml(
      db,
      reindex('ours_pkey', 'retry: { attempts: 3, delay: 1s, on: [lock_not_available] }'),
      {
        onEvent: (event) => {
          events.push(event);
          if (event.type === 'task_launched') setTimeout(() => void release(), 2000);
        },
      },
    );
    const { status, attempts } = taskOf(report);
    expect(attempts.map((attempt) => attempt.status)).toEqual(['failed', 'succeeded']);
    expect(attempts[0]).toMatchObject({ sqlstate: '55P03' });
    expect(attempts[0]?.messages.join()).toContain('dropped the invalid index');
    expect(status).toBe('succeeded');
    expect(events.filter(({ type }) => type === 'cleaned_up')).toHaveLength(1);
    expect(await invalid('ours')).toEqual([]);
  });

  it('somebody else’s is never dropped, and told', async () => {
    await db.query(
      "create table theirs (id int primary key, t text); insert into theirs values (1, 'a'), (2, 'a')",
    );
    const build = 'create unique index concurrently theirs_pkey_ccnew on theirs (t)';
    await expect(db.query(build)).rejects.toMatchObject({ code: '23505' });
    const writer = await db.connect();
    await writer.query("begin; insert into theirs values (3, 'b')");
    const report = await runYaml(db, reindex('theirs_pkey', ''), {
      onEvent: ({ type }) => {
        if (type === 'task_launched') setTimeout(() => void writer.query('commit'), 2000);
      },
    });
    const [attempt] = taskOf(report).attempts;
    expect(attempt).toMatchObject({ status: 'failed', sqlstate: '55P03' });
    expect(attempt?.messages).toEqual([
      'dropped the invalid index public.theirs_pkey_ccnew1, left by this task',
      'an invalid index stays: public.theirs_pkey_ccnew, not provably ours',
    ]);
    expect(await invalid('theirs')).toEqual(['theirs_pkey_ccnew']);
  });

  it('a rebuild that succeeds leaves another’s leftover alone', async () => {
    const report = await runYaml(db, reindex('theirs_pkey', ''));
    expect(taskOf(report).status).toBe('succeeded');
    expect(await invalid('theirs')).toEqual(['theirs_pkey_ccnew']);
  });

  it('interrupted in the middle: it is cancelled, and leaves nothing', async () => {
    const release = await blocked('interrupted');
    const stop = new AbortController();
    const report = await runYaml(
      db,
      reindex('interrupted_pkey', 'timeout: 30s').replace('lock_timeout: 1s', ''),
      {
        stop: stop.signal,
        onEvent: ({ type }) => {
          if (type !== 'task_launched') return;
          setTimeout(() => {
            stop.abort(130);
          }, 700);
          setTimeout(() => void release(), 1500);
        },
      },
    );
    expect(report.run).toMatchObject({ status: 'cancelled', exit_code: 130 });
    expect(await invalid('interrupted')).toEqual([]);
  });
});

describe.each(['wait', 'detach'])('a rebuild that fails at once, policy %s', (policy) => {
  it('leaves nothing behind, however often it is tried', async () => {
    await db.query(`
      create schema if not exists broken;
      drop table if exists broken.t;
      create table broken.t (id int primary key, a int);
      insert into broken.t select g, g from generate_series(1, 200) g;
      create or replace function broken.inverse(i int) returns float8 immutable language plpgsql as $$
        begin if current_setting('my.break', true) = 'on' then return 1 / 0; end if; return i; end $$;
      create index t_inverse on broken.t (broken.inverse(a));
      alter database ${db.name} set my.break = 'on'`);
    const yaml = runbookOf(`
      - id: rebuild
        policy: ${policy}
        reindex: { indexes: { include: [broken.t_inverse] } }
        retry: { attempts: 2, delay: 100ms, on: ['22012'] }`);
    onTestFinished(async () => {
      await db.query(`alter database ${db.name} reset my.break`);
    });
    for (let night = 1; night <= 2; night += 1) {
      const { run } = await runYaml(db, yaml);
      await expect
        .poll(() => db.rows('select status from runbook.run where run_id = $1', [run.id]), {
          timeout: 20_000,
        })
        .toEqual([{ status: 'failed' }]);
      expect(
        await db.rows(
          "select indexrelid::regclass from pg_index where not indisvalid and indrelid = 'broken.t'::regclass",
        ),
      ).toEqual([]);
    }
  });
});

describe('the plan of an invalid index', () => {
  it('goes by a valid one with its columns, else by the table, else says that nothing is known', async () => {
    await db.query(`
      create table big (id int, note text); insert into big select i, repeat('x', 500) from generate_series(1, 5000) i;
      create index big_twin on big (id);
      create table fresh (id int); insert into fresh values (1), (1)`);
    await db.query('vacuum (analyze) big');
    for (const sql of [
      'create unique index concurrently big_broken on big ((1 / (id - 1)))',
      'create unique index concurrently fresh_broken on fresh (id)',
    ]) {
      await db.query(sql).catch(() => undefined);
    }
    await db.query(
      `update pg_index set indisvalid = false where indexrelid = 'big_twin'::regclass`,
    );
    await db.query('create index big_valid on big (id)');
    await db.query('vacuum (analyze) big');
    const all = '["public.big_*", "public.fresh_*"]';
    const { steps } = await planYaml(
      db,
      runbookOf(`
    - id: r
      reindex: { indexes: { include: ${all}, invalid_only: true } }`),
    );
    const tasks = new Map(
      steps[0]?.tasks.map(({ targets: [index], duration }) => [
        index?.relation,
        [index?.facts['work_bytes'], duration !== null],
      ]),
    );
    const [sizes] = await db.rows<{ twin: number; big: number }>(
      `select pg_relation_size('big_valid')::float8 as twin, pg_relation_size('big')::float8 as big`,
    );
    expect(Object.fromEntries(tasks)).toEqual({
      big_twin: [sizes?.twin, true],
      big_broken: [sizes?.big, true],
      fresh_broken: [null, false],
    });
  });
});
