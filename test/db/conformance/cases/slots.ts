import type { Case } from '../support/case.js';
import { noteLaunched } from '../support/stage.js';
import { AT_ONCE, FOUR_SUCCEED, FOUR_VIEWS } from '../support/views.js';

/** Workers of others, which are no business of ours. */
const FILLERS = "application_name = 'somebody'";

export const SLOTS: readonly Case[] = [
  {
    rule: 'budget-server',
    title: 'no more workers of all runs live on the server, supervisors included',
    setUp: FOUR_VIEWS,
    head: (driver) => `budget: { server_workers: ${driver === 'detached' ? '3' : '2'} }`,
    steps: `
      - id: views
        concurrency: 4
        refresh: { views: { include: [c.*] } }`,
    truth: AT_ONCE,
    expected: [...FOUR_SUCCEED, 'truth: at once: 2'],
  },
  {
    rule: 'keep-free',
    title: 'a launch waits until so many slots are free, which is no failure',
    head: 'budget: { workers: 4, keep_free: 18 }',
    begun: async (stage) => {
      const client = await stage.transaction("set application_name = 'somebody'");
      await client.query(
        "select pg_background_launch('select pg_sleep(60)') from generate_series(1, 6); commit",
      );
      await stage.until(
        `select 1 from pg_stat_activity where backend_type = 'pg_background' and ${FILLERS}
          and $1 <> '' having count(*) = 6`,
      );
    },
    steps: '- { id: one, sql: SELECT 1 }',
    meanwhile: async (stage) => {
      await noteLaunched(stage, 'one');
      await stage.db.query(
        `select pg_cancel_backend(pid) from pg_stat_activity where backend_type = 'pg_background' and ${FILLERS}`,
      );
    },
    expected: [
      'run succeeded, exit 0',
      'one succeeded',
      'one/1 succeeded | 1 succeeded',
      'one was not launched meanwhile',
    ],
  },
];
