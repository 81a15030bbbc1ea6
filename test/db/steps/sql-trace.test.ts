import { describe, expect, it } from 'vitest';
import { useTestDatabase } from '../../support/database.js';
import { POLICIES, runSteps } from '../support/both-policies.js';
import { taskOf } from '../support/report.js';
import { planYaml, runbookOf } from '../support/run-yaml.js';

const db = await useTestDatabase();
await db.query(`
  create schema shop; create schema other;
  create table shop.twice (id int, v int) with (autovacuum_enabled = off);
  insert into shop.twice select i, 1 from generate_series(1, 3000) i;
  insert into shop.twice values (1, 1);
  create table shop.t (id int primary key, v int) with (autovacuum_enabled = off);
  insert into shop.t select i, i from generate_series(1, 3000) i;
  create index t_v on shop.t (v);
  create table shop.parts (id int) partition by range (id);
  create table shop.part_1 partition of shop.parts for values from (0) to (10);
  create table public.t (id int)`);

const invalid = (): Promise<unknown[]> =>
  db.rows(`select indexrelid::regclass::text from pg_index where not indisvalid`);

/** A step without a transaction, whose worker finds schema shop first. */
const alone = (sql: string, more = ''): string => `
      - id: s
        sql: ${sql}
        transaction: false
        settings: { search_path: 'shop, public' }
        idempotent: true
        ${more}`;

describe.each(POLICIES)('a statement without a transaction, %s', (policy) => {
  it('CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS over duplicates fails on every try, and leaves nothing', async () => {
    const report = await runSteps(
      db,
      policy,
      alone(
        'create unique index concurrently if not exists "Once;" on twice (id)',
        'retry: { attempts: 3, delay: 1s, on: [unique_violation] }',
      ),
    );
    const { status, attempts } = taskOf(report);
    expect([status, attempts.map((one) => [one.status, one.sqlstate])]).toEqual([
      'failed',
      [1, 2, 3].map(() => ['failed', '23505']),
    ]);
    expect(attempts[0]?.messages.join()).toContain('dropped the invalid index');
    expect(await invalid()).toEqual([]);
    expect(report.residue.after ?? []).toEqual([]);
  });

  it('an invalid index that was there before is no success, and is not ours to drop', async () => {
    await db
      .query('create unique index concurrently was_there on shop.twice (id)')
      .catch(() => undefined);
    const steps = alone('create unique index concurrently if not exists was_there on twice (id)');
    const { status, reason, attempts } = taskOf(await runSteps(db, policy, steps));
    expect([status, attempts[0]?.sqlstate]).toEqual(['failed', '55000']);
    expect(reason).toContain('index was_there of shop.twice is there, but it is not valid');
    expect(await invalid()).toHaveLength(1);
    await db.query('drop index shop.was_there');
  });

  it('an index that was built is proven by the catalogs, as is one that was there and is valid', async () => {
    const made = alone('create index concurrently if not exists t_made on t (v)');
    const first = taskOf(await runSteps(db, policy, made));
    expect(first).toMatchObject({
      status: 'succeeded',
      targets: [{ name: 'shop.t', status: 'succeeded' }],
      attempts: [{ command_tag: 'CREATE INDEX' }],
    });
    expect(first.targets[0]?.evidence.after).toMatchObject({ valid: true });
    const again = taskOf(await runSteps(db, policy, made));
    expect([again.status, again.targets[0]?.reason]).toEqual([
      'succeeded',
      'index t_made was there before',
    ]);
    const other = alone('create index concurrently if not exists t_made on twice (v)');
    const { status, reason } = taskOf(await runSteps(db, policy, other));
    expect([status, reason]).toEqual([
      'failed',
      expect.stringContaining('there is no index t_made'),
    ]);
    await db.query('drop index shop.t_made');
  });

  it.each([
    ['drop index concurrently t_gone', { there: false }],
    ['reindex index concurrently t_v', { valid: true }],
    ['reindex table t', {}],
    ['vacuum (analyze) t', {}],
    ['vacuum full t', {}],
    ['analyze t', {}],
    ['cluster t using t_pkey', {}],
    ['alter table parts detach partition part_1 concurrently', { partition_of: null }],
  ])('%s leaves its trace', async (sql, after) => {
    await db.query(`create index if not exists t_gone on shop.t (v)`);
    await db
      .query('alter table shop.parts attach partition shop.part_1 for values from (0) to (10)')
      .catch(() => undefined);
    const report = await runSteps(db, policy, alone(sql));
    const { status, reason, targets } = taskOf(report);
    expect([status, reason]).toEqual(['succeeded', null]);
    expect(targets).toHaveLength(1);
    expect(targets[0]?.evidence.after).toMatchObject(after);
    expect(targets[0]?.evidence.before).not.toEqual(targets[0]?.evidence.after);
  });

  it('an index of a cancelled build that could not be dropped yet is told, and the next run drops it', async () => {
    await db.query('create table if not exists shop.held (id int)');
    const holder = await db.connect();
    await holder.query('begin; insert into shop.held values (1)');
    const report = await runSteps(
      db,
      policy,
      alone('create index concurrently held_id on held (id)', 'timeout: 2s'),
    );
    const { status, attempts } = taskOf(report);
    expect(status).toBe('timed_out');
    await holder.query('rollback');
    await holder.end();
    if (policy === 'wait') {
      expect(attempts[0]?.messages.join()).toContain('an invalid index stays: shop.held_id');
      expect(report.residue.after).toMatchObject([
        {
          name: 'shop.held_id',
          origin: expect.stringContaining('left by the build of attempt') as string,
        },
      ]);
    }
    await runSteps(db, 'wait', alone('vacuum t'));
    expect(await invalid()).toEqual([]);
  });
});

describe('the plan', () => {
  it('names the relation that the worker’s search_path finds, and the proof', async () => {
    const plan = await planYaml(db, runbookOf(alone('vacuum t')));
    expect(plan.steps[0]?.tasks[0]).toMatchObject({
      proof: 'trace',
      targets: [{ name: 'shop.t' }],
    });
    const unknown = await planYaml(db, runbookOf(alone('vacuum not_there')));
    expect(unknown.steps[0]?.tasks[0]).toMatchObject({ proof: 'tag', targets: [] });
  });
});
