import { describe, expect, it } from 'vitest';
import { useTestDatabase } from '../../support/database.js';
import { DIALECTS } from '../support/background.js';
import { runbookOf, runYaml } from '../support/run-yaml.js';
import { about, statuses, workersLeft } from './support.js';

const db = await useTestDatabase();
await db.query('create table effect (what text); create table t (i int primary key)');

describe.each(DIALECTS)('the supervisor with pg_background %s', (_name, dialect) => {
  it('tells successes, failures, timeouts and proofs as they are', async () => {
    await db.query('truncate effect');
    const steps = `
      - id: good
        sql: INSERT INTO effect VALUES ('good')
      - id: bad
        sql: INSERT INTO effect VALUES ('bad'); SELECT 1 / 0
      - id: slow
        timeout: 1s
        sql: INSERT INTO effect VALUES ('slow'); SELECT pg_sleep(30)
      - id: vacuum
        vacuum: { tables: { include: [public.t] }, options: { analyze: true } }
      - id: rebuild
        reindex: { tables: { include: [public.t] } }
      - id: call
        transaction: false
        sql: DO $$ BEGIN COMMIT; END $$`;
    const detached = steps.replaceAll(/(- id: \w+)/g, '$1\n        policy: detach');
    const report = await runYaml(db, runbookOf(detached).replace('workers: 8', 'workers: 14'), {
      dialect,
    });
    const waited = await about(db, 'wait', report.run.id);
    const told = waited.report.steps.map(({ tasks }) => tasks[0]?.reason).join('; ');
    expect(statuses(waited.report), told).toEqual({
      'good/1': 'succeeded',
      'bad/1': 'failed',
      'slow/1': 'timed_out',
      'vacuum/1': 'succeeded',
      'rebuild/1': 'succeeded',
      'call/1': 'succeeded',
    });
    expect(waited.code, waited.stderr).toBe(1);
    const attempts = Object.fromEntries(
      waited.report.steps.map(({ id, tasks }) => [id, tasks[0]!.attempts[0]!.sqlstate]),
    );
    expect(attempts).toMatchObject({ good: null, bad: '22012', slow: '57014' });
    expect(await db.rows('select * from effect')).toEqual([{ what: 'good' }]);
    expect(await workersLeft(db)).toEqual([]);
  });
});
