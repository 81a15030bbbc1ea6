import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useTestDatabase } from '../../support/database.js';
import { about, statuses } from '../detach/support.js';
import { DIALECTS } from '../support/background.js';
import { runbookOf, runYaml } from '../support/run-yaml.js';

const db = await useTestDatabase();
await db.query('create table saw (step text, value text)');

describe.each(DIALECTS)('trap 21: a timeout of pg_background’s own, with %s', (_name, dialect) => {
  beforeAll(() => db.query(`alter database ${db.name} set pg_background.worker_timeout = '700ms'`));
  afterAll(() => db.query(`alter database ${db.name} reset pg_background.worker_timeout`));

  it.each(['wait', 'detach'])(
    'is that of the step, whatever a database has: policy %s',
    async (policy) => {
      await db.query('truncate saw');
      const report = await runYaml(
        db,
        runbookOf(`
        - id: slow
          policy: ${policy}
          timeout: 17s
          sql: |
            insert into saw values ('slow', current_setting('pg_background.worker_timeout'));
            select pg_sleep(1.5)
        - id: late
          policy: ${policy}
          timeout: 1s
          sql: select pg_sleep(0.6); select pg_sleep(20)`),
        { dialect },
      );
      const { report: ended } =
        policy === 'wait' ? { report } : await about(db, 'wait', report.run.id);
      expect(statuses(ended)).toEqual({ 'slow/1': 'succeeded', 'late/1': 'timed_out' });
      expect(await db.rows('select value from saw')).toEqual([{ value: '17s' }]);
    },
  );
});
