import { runbookOf, runYaml } from '../../support/run-yaml.js';
import type { Case } from '../support/case.js';
import { mostAtOnce } from '../support/ledger.js';

const WALK = `
  - id: walk
    backfill:
      table: c.walked
      key: id
      set: { hits: hits + 1 }
      batch: { rows: 100, max_rows: 100, pause: 20ms }`;

const WALKED = {
  setUp:
    'create table c.walked as select i as id, 0 as hits from generate_series(1, 5000) i; alter table c.walked add primary key (id)',
  steps: WALK,
  truth: "select concat('hits ', min(hits), ' to ', max(hits)) as truth from c.walked",
} satisfies Partial<Case>;

export const WORK: readonly Case[] = [
  {
    rule: 'overlap',
    title: 'a second run of the runbook does not begin',
    steps: `
      - id: one
        sql: SELECT c.pass('one')`,
    begun: async (stage) => {
      const second = runbookOf('- id: one\n  sql: SELECT 1').replace(
        'name: test',
        `name: ${stage.name}`,
      );
      const told = await runYaml(stage.db, second).catch((error: unknown) => error);
      stage.notes.push(`the second run: ${String((told as { code?: unknown }).code)}`);
    },
    meanwhile: (stage) => stage.open('one'),
    expected: [
      'run succeeded, exit 0',
      'one succeeded',
      'one/1 succeeded | 1 succeeded',
      'the second run: overlap',
    ],
  },
  {
    rule: 'relation-other-run',
    title: 'a task waits for the run that works on its relation',
    setUp: 'create table c.t as select 1 as id; create index t_id on c.t (id)',
    given: async (stage) => {
      await stage.transaction('lock table c.t in row exclusive mode');
      const steps =
        '- id: holder\n  reindex: { indexes: { include: [c.t_id] }, concurrently: false }';
      const yaml = runbookOf(steps).replace('name: test', `name: holder-of-${stage.name}`);
      stage.beside(runYaml(stage.db, yaml));
      await stage.holds('holder');
    },
    steps: '- { id: vacuum, vacuum: { tables: { include: [c.t] } } }',
    meanwhile: async (stage) => {
      await stage.until(
        'select 1 from runbook.task where run_id = $1 and awaited_since is not null',
      );
      await stage.release();
    },
    truth: `select concat('launched after its end: ', min(a.launched_at) >= max(h.finished_at)) as truth
              from runbook.attempt a, runbook.attempt h
             where a.run_id = 'RUN' and a.step_id = 'vacuum' and h.step_id = 'holder'`,
    expected: [
      'run succeeded, exit 0',
      'vacuum succeeded',
      'vacuum/1 succeeded | 1 succeeded',
      'truth: launched after its end: t',
    ],
  },
  {
    rule: 'relation-other-step',
    title: 'two steps do not work on one relation at once',
    setUp:
      'create table c.t as select i as id from generate_series(1, 1000) i; create index t_id on c.t (id)',
    steps: `
      - { id: vacuum, vacuum: { tables: { include: [c.t] } } }
      - { id: rebuild, reindex: { indexes: { include: [c.t_id] } } }`,
    shows: [mostAtOnce],
    expected: [
      'run succeeded, exit 0',
      'vacuum succeeded',
      'vacuum/1 succeeded | 1 succeeded',
      'rebuild succeeded',
      'rebuild/1 succeeded | 1 succeeded',
      'at once: 1',
    ],
  },
  {
    rule: 'packs',
    title: 'of a statement over several relations that failed, each gets an attempt of its own',
    setUp: 'create table c.a (i int); create table c.b (i int); create table c.d (i int)',
    begun: (stage) => stage.transaction('lock table c.b'),
    steps: `
      - id: vacuum
        lock_timeout: 300ms
        vacuum: { tables: { include: [c.a, c.b, c.d], order_by: name } }`,
    expected: [
      'run failed, exit 1',
      'vacuum failed: canceling statement due to lock timeout',
      'vacuum/1 failed: canceling statement due to lock timeout | c.a succeeded, c.b failed | 1 failed 55P03, 2 succeeded, 3 failed 55P03',
      'vacuum/2 succeeded | 1 succeeded',
    ],
  },
  {
    rule: 'skip-locked',
    title: 'a relation whose lock is not free is skipped, and the others are done',
    setUp: 'create table c.a (i int); create table c.b (i int)',
    begun: (stage) => stage.transaction('lock table c.b'),
    steps: `
      - id: vacuum
        vacuum: { tables: { include: [c.a, c.b], order_by: name }, options: { skip_locked: true } }`,
    expected: [
      'run succeeded, exit 0',
      'vacuum succeeded',
      'vacuum/1 succeeded | 1 succeeded',
      'vacuum/2 skipped: skip_locked: its lock was not free at once | 1 skipped 55P03',
    ],
  },
  {
    rule: 'checkpoints',
    title: 'a walk changes each row once, whoever is killed',
    ...WALKED,
    // After a few batches it waits for the gate.
    steps: `${WALK}
      throttle:
        sql: >-
          select (select count(*) from c.walked where hits > 0) < 500
              or exists (select from c.opened where gate = 'walk')`,
    killedIn: 'walk',
    meanwhile: (stage) => stage.open('walk'),
    expected: [
      'run succeeded, exit 0',
      'walk succeeded',
      'walk/1 succeeded | 1 succeeded',
      'truth: hits 1 to 1',
    ],
  },
  {
    rule: 'checkpoints-cancelled',
    title: 'a walk that was stopped goes on after its checkpoint',
    ...WALKED,
    meanwhile: async (stage) => {
      await stage.until('select 1 from runbook.batch_part where run_id = $1 and batches > 3');
      await stage.tell('pause', '--cancel', '--reason', 'incident 4711');
      await stage.until("select 1 from runbook.attempt where run_id = $1 and status = 'cancelled'");
      await stage.tell('unpause');
    },
    expected: [
      'run succeeded, exit 0',
      'walk succeeded',
      'walk/1 succeeded | 1 cancelled 57014, 2 succeeded',
      'truth: hits 1 to 1',
    ],
  },
  {
    rule: 'residue',
    title: 'an invalid index that an earlier run left is dropped before the first launch',
    setUp:
      'create table c.t as select 1 as id; create index t_id on c.t (id); create index t_id_ccnew on c.t (id)',
    given: async (stage) => {
      await stage.runBefore();
      await stage.db.query(`
        update pg_index set indisvalid = false where indexrelid = 'c.t_id_ccnew'::regclass;
        update runbook.attempt set status = 'failed', built_indexes = array['c.t_id_ccnew'::regclass::oid::bigint]
         where step_id = 'rebuild'`);
    },
    steps: '- { id: rebuild, reindex: { indexes: { include: [c.t_id] } } }',
    truth:
      "select string_agg(relname, ', ') as truth from pg_class where relkind = 'i' and relnamespace = 'c'::regnamespace",
    expected: [
      'run succeeded, exit 0',
      'rebuild succeeded',
      'rebuild/1 succeeded | 1 succeeded',
      'truth: t_id',
    ],
  },
];
