import { describe, expect, it } from 'vitest';
import { migrateLedger } from '../../../src/index.js';
import { readHistory, type History } from '../../../src/ledger/history.js';
import { useTestDatabase } from '../../support/database.js';
import { connectionTo, runbookOf, runYaml, withSession } from '../support/run-yaml.js';

const db = await useTestDatabase();
await withSession(connectionTo(db), migrateLedger);

const history = (kind: string): Promise<History> =>
  withSession(connectionTo(db), (session) => readHistory(session, [kind]));

describe('history', () => {
  it('has an index that was broken when the plan was made with its size of afterwards', async () => {
    await db.query(
      'create table t (id int primary key); insert into t select generate_series(1, 5000)',
    );
    await runYaml(db, runbookOf('- { id: r, reindex: { indexes: { include: [public.t_pkey] } } }'));
    await db.query(`update runbook.task set plan = jsonb_set(plan, '{targets,0,size_bytes}', '0')`);
    const [size] = await db.rows<{ bytes: number }>(
      "select pg_relation_size('t_pkey')::int as bytes",
    );
    expect(await history('reindex')).toMatchObject([{ relation: 'public.t_pkey', ...size }]);
  });

  it('goes back by relations, and always has the newest attempt', async () => {
    const tables = Array.from({ length: 40 }, (_, i) => `create table small_${String(i)} (id int)`);
    await db.query(tables.join(';'));
    const analyze = runbookOf(
      '- { id: a, analyze: { tables: { include: [public.small_*] } }, concurrency: 1 }',
    );
    for (let i = 0; i < 3; i += 1) await runYaml(db, analyze);
    const all = await history('analyze');
    // As if each had looked at thousands.
    await db.query(`update runbook.attempt a set target_oids = array_fill(0::bigint, array[4000])
                     from runbook.step s where (s.run_id, s.step_id) = (a.run_id, a.step_id) and s.kind = 'analyze'`);
    expect(all.length).toBeGreaterThan(2);
    expect(await history('analyze')).toHaveLength(1);
  });
});
