import { RunbookError } from '../errors.js';
import type { Runbook } from '../model/runbook.js';
import { asSqlError, SQLSTATE } from '../postgres/errors.js';
import type { Session } from '../postgres/session.js';
import { inTransaction } from '../postgres/transaction.js';
import { readBrake } from './brake.js';
import { inspectLedger, refusalOf } from './migrate.js';
import { isWorkedOn } from './read.js';
import { refusals } from './refusals.js';
import { mayMakeLedger } from './trust.js';

type Wanted = Pick<Runbook, 'name' | 'version' | 'digest' | 'onOverlap'>;

/**
 * What the ledger would refuse a run that began now for. It is only read, and none is made.
 * @returns nothing, where a run would make or upgrade the ledger first.
 */
export async function foreseeRefusals(session: Session, runbook: Wanted): Promise<RunbookError[]> {
  try {
    const state = await inspectLedger(session);
    if (state.is === 'current') return await lookInto(session, runbook);
    const refusal = refusalOf(state);
    const made = ['none', 'older'].includes(state.is) && (await mayMakeLedger(session));
    return made || refusal === undefined ? [] : [refusal];
  } catch (error) {
    if (error instanceof RunbookError && !session.lost) return [error];
    const sql = asSqlError(error);
    if (sql === undefined || !LEDGER_CLOSED.includes(sql.sqlstate)) throw error;
    return [
      new RunbookError('ledger_busy', `the ledger cannot be read: ${sql.message}`, {
        sqlstate: sql.sqlstate,
        hint: 'Try again; `pg-runbook doctor` says more.',
      }),
    ];
  }
}

const LEDGER_CLOSED: readonly string[] = [
  SQLSTATE.lockNotAvailable,
  SQLSTATE.insufficientPrivilege,
];

function lookInto(session: Session, runbook: Wanted): Promise<RunbookError[]> {
  const { name, version, digest, onOverlap } = runbook;
  return inTransaction(session, async () => {
    await session.query('SET TRANSACTION READ ONLY');
    const [known] = await session.query<{ digest: string }>(
      'SELECT digest FROM runbook.runbook_version WHERE name = $1 AND version = $2::int',
      [name, version],
    );
    const changed = known !== undefined && known.digest !== digest;
    const brakedBy = await readBrake(session);
    const other = onOverlap === 'wait' ? undefined : await findOther(session, name);
    return [
      ...(changed ? [refusals.version(name, version)] : []),
      ...(brakedBy === null ? [] : [refusals.brake(brakedBy)]),
      ...(other === undefined || onOverlap === 'wait'
        ? []
        : [refusals.overlap(name, other, onOverlap)]),
    ];
  });
}

/**
 * A run that somebody or something works on. What has ended with nobody there to say so would be settled by
 * a run, and holds up none.
 */
async function findOther(session: Session, name: string): Promise<string | undefined> {
  const open = await session.query<{ id: string }>(
    `SELECT r.run_id AS id FROM runbook.run r
      WHERE r.runbook_name = $1 AND r.finished_at IS NULL ORDER BY r.started_at DESC`,
    [name],
  );
  for (const { id } of open) if (await isWorkedOn(session, id)) return id;
  return undefined;
}
