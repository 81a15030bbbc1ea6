import { describe, expect, it } from 'vitest';
import { useTestDatabase } from '../../support/database.js';
import { attemptsOf, statusByTarget, stepOf } from '../support/report.js';
import { runbookOf, runYaml } from '../support/run-yaml.js';

const db = await useTestDatabase();
await db.query(`do $$ begin for i in 1..300 loop
  execute format('create table small_%s (id int primary key); insert into small_%s values (1)', i, i);
end loop; end $$`);

describe('trap 14: a worker costs as much as a connection', () => {
  it.each(['vacuum', 'analyze'])('%s of 300 small tables takes a few workers', async (kind) => {
    const report = await runYaml(
      db,
      runbookOf(`
        - id: all
          ${kind}: { tables: { include: ["public.small_*"] } }
          concurrency: 4`),
    );
    const statuses = Object.values(statusByTarget(report));
    expect(statuses).toHaveLength(300);
    expect(new Set(statuses)).toEqual(new Set(['succeeded']));
    expect(stepOf(report).tasks.length).toBeLessThanOrEqual(8);
    expect(attemptsOf(report).length).toBeLessThanOrEqual(8);
    const [row] = await db.rows<{ done: number }>(
      `select count(*)::int as done from pg_stat_user_tables where ${kind}_count = 1`,
    );
    expect(row).toEqual({ done: 300 });
  });
});

describe('trap 15: what VERBOSE says comes through the queue', () => {
  it('and is kept with the attempt', async () => {
    const report = await runYaml(
      db,
      runbookOf(`
        - id: verbose
          vacuum: { tables: { include: [public.small_7] }, options: { verbose: true } }`),
    );
    const messages = attemptsOf(report).flatMap((attempt) => attempt.messages);
    expect(messages.join('\n')).toMatch(/^INFO: vacuuming "[^"]*small_7"/m);
    expect(messages.join('\n')).toContain('removable cutoff');
    const [row] = await db.rows<{ messages: string[] }>(
      'select messages from runbook.attempt where run_id = $1',
      [report.run.id],
    );
    expect(row?.messages).toEqual(messages);
  });

  it('a quiet run keeps none', async () => {
    const report = await runYaml(
      db,
      runbookOf(`
        - id: quiet
          vacuum: { tables: { include: [public.small_7] } }`),
    );
    expect(attemptsOf(report)).toMatchObject([{ messages: [] }]);
  });
});
