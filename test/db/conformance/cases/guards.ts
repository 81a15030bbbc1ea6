import { setTimeout as sleep } from 'node:timers/promises';
import type { Case } from '../support/case.js';
import type { Stage } from '../support/stage.js';
import { overWithin } from '../support/truth.js';

/** Once the first view is at work, the guard does not hold any more. */
async function breach(stage: Stage): Promise<void> {
  await stage.atWork('views');
  await stage.db.query('update c.calm set yes = false');
  await stage.open('a');
}

const GUARDED = (more: string): Pick<Case, 'head' | 'setUp' | 'meanwhile' | 'steps'> => ({
  head: `guards: [{ name: calm, sql: select yes from c.calm, ${more} }]`,
  setUp: `create table c.calm as select true as yes;
    create materialized view c.a as select c.pass('a')::text as t with no data;
    do $$ begin for i in 1..8 loop
      execute format('create materialized view c.v%s as select 1 as one with no data', i);
    end loop; end $$`,
  meanwhile: breach,
  steps: '- { id: views, refresh: { views: { include: [c.*] } } }',
});

const WHY = 'guard calm: not true: select yes from c.calm';
const EIGHT = ['2', '3', '4', '5', '6', '7', '8', '9'];
const DEFERRED = [
  'run deferred, exit 75',
  `views skipped: 8 of 9 tasks not launched: ${WHY}`,
  'views/1 succeeded | 1 succeeded',
  ...EIGHT.map((n) => `views/${n} skipped (deferred): ${WHY} | not launched`),
];

export const GUARDS: readonly Case[] = [
  {
    rule: 'guard-pause',
    title: 'nothing is launched until it holds',
    ...GUARDED('on_breach: pause'),
    meanwhile: async (stage) => {
      await breach(stage);
      await sleep(1_500);
      const rows = await stage.db.rows(
        `select 1 from runbook.attempt where step_id = 'views' and task_no > 1 and launched_at is not null
            and run_id = '${await stage.run()}'`,
      );
      stage.notes.push(`${String(rows.length)} launched meanwhile`);
      await stage.db.query('update c.calm set yes = true');
    },
    expected: [
      'run succeeded, exit 0',
      'views succeeded',
      ...['1', ...EIGHT].map((n) => `views/${n} succeeded | 1 succeeded`),
      '0 launched meanwhile',
    ],
  },
  {
    rule: 'guard-max-pause',
    title: 'when it takes too long, all that is left is deferred',
    ...GUARDED('max_pause: 1s'),
    expected: [...DEFERRED],
  },
  {
    rule: 'guard-skip',
    title: 'the tasks that come up are left out, at once',
    ...GUARDED('on_breach: skip'),
    truth: overWithin(5),
    expected: [...DEFERRED, 'truth: over within 5 s: t'],
  },
  {
    rule: 'guard-stop',
    title: 'nothing more is launched after a second look',
    ...GUARDED('on_breach: stop'),
    expected: [...DEFERRED],
  },
];
