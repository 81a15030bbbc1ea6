import { expect, it } from 'vitest';
import type { EngineEvent } from '../../../src/index.js';
import { useTestDatabase } from '../../support/database.js';
import { runbookOf, runYaml } from '../support/run-yaml.js';

const db = await useTestDatabase();
await db.query('create table done (what text)');

const end = (): Promise<unknown> =>
  db.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and application_name like 'pg-runbook:control:%'`,
  );

it('a worker of the session before the last is followed, and its work is proven', async () => {
  const events: EngineEvent['type'][] = [];
  const yaml = runbookOf("\n  - id: one\n    sql: INSERT INTO done SELECT 'it' FROM pg_sleep(6)");
  const report = await runYaml(db, yaml, {
    onEvent: ({ type }) => {
      const resumed = events.filter((one) => one === 'run_resumed').length;
      events.push(type);
      if (type === 'task_launched') setTimeout(() => void end(), 300);
      if (type === 'run_resumed' && resumed === 0) setTimeout(() => void end(), 300);
    },
  });
  expect(events.filter((type) => type === 'run_resumed')).toHaveLength(2);
  expect(report.run.status).toBe('succeeded');
  expect(report.steps[0]?.tasks[0]?.attempts).toHaveLength(1);
  expect(await db.rows('select what from done')).toEqual([{ what: 'it' }]);
});
