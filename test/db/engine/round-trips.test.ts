import { expect, it } from 'vitest';
import { useTestDatabase } from '../../support/database.js';
import { useCounter } from '../support/count-statements.js';
import { runbook, runReported, useFolder } from './support.js';

const db = await useTestDatabase();
const folder = useFolder();
const counter = await useCounter(Number(db.env['PGPORT']));
const env = { ...db.env, PGHOST: '127.0.0.1', PGPORT: String(counter.port), PGSSLMODE: 'disable' };

/** What a run sends, by the first words of each statement. */
async function sentBy(steps: string): Promise<{ connections: number; statements: string[] }> {
  const [connections, statements] = [counter.connections, counter.statements.length];
  const { code, stderr } = await runReported(db, folder, runbook(steps), { env });
  expect(code, stderr).toBe(0);
  return {
    connections: counter.connections - connections,
    statements: counter.statements.slice(statements),
  };
}

it('a trivial run sends at most 25 statements over two connections', async () => {
  // The first one makes the ledger.
  await sentBy('  - id: one\n    sql: SELECT 1\n');
  const { connections, statements } = await sentBy('  - id: one\n    sql: SELECT 1\n');
  expect(connections).toBeLessThanOrEqual(2);
  expect(statements.length, statements.join('\n')).toBeLessThanOrEqual(25);
});

it.each([
  ['sql', 'SELECT 1'],
  ['a statement without a transaction', 'VACUUM t'],
])('a task takes at most four statements from its launch to its end: %s', async (_what, sql) => {
  await db.query('create table if not exists t (i int)');
  const one = (id: number): string =>
    `  - id: s${String(id)}\n    sql: ${sql}\n${sql.startsWith('VACUUM') ? '    transaction: false\n' : ''}`;
  const few = await sentBy(one(1));
  const tasks = 10;
  const many = await sentBy(Array.from({ length: tasks }, (_, i) => one(i + 1)).join(''));
  const more = (sent: { statements: string[] }): number =>
    sent.statements.filter((text) => /CALL runbook.tick|pg_background/.test(text)).length;
  expect((more(many) - more(few)) / (tasks - 1)).toBeLessThanOrEqual(4);
});
