import type { TestDatabase } from '../../support/database.js';
import { runbookOf } from '../../db/support/run-yaml.js';

/** A run with one step of each kind of proof; it can be done again without a row looking different. */
export const WORK = runbookOf(`
  - id: tidy
    vacuum: { tables: { include: [public.note] } }
  - id: ask
    sql: select count(*) from note
    idempotent: true
    needs: [tidy]
  - id: fill
    backfill:
      table: public.note
      key: id
      set: { value: '1' }
      batch: { rows: 50 }
    needs: [ask]
`);

const TABLES = ['run', 'step', 'task', 'attempt', 'completion', 'batch_part'] as const;

/** What a killed engine leaves: nothing has ended, and nobody works on it. */
const OPEN = `
  update runbook.run set status = 'running', finished_at = null, exit_code = null, engine_pid = 2147483646;
  update runbook.step set status = 'running', finished_at = null;
  update runbook.task set status = 'running';
  update runbook.attempt set status = 'running', finished_at = null, outcome = null, pid = 2147483646,
         orphaned_at = now() - interval '1 hour';
  update runbook.batch_part set finished_at = null`;

/** Keeps the ledger as it is now, beside it. */
export async function keepLedger(db: TestDatabase): Promise<void> {
  await db.query('create schema kept');
  for (const table of TABLES)
    await db.query(`create table kept.${table} as table runbook.${table}`);
}

/** Puts the kept ledger back, perhaps as a killed engine leaves it, and then edits it. */
export async function editLedger(
  db: TestDatabase,
  base: 'ended' | 'open',
  edit: string,
): Promise<void> {
  const back = TABLES.map((table) => `insert into runbook.${table} table kept.${table}`);
  await db.query(
    [
      'begin; delete from runbook.run; delete from runbook.completion',
      ...back,
      ...(base === 'open' ? [OPEN] : []),
      edit,
      'commit',
    ].join(';\n'),
  );
}
