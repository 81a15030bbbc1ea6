import { NO_SLOT } from '../postgres/capacity.js';
import type { Queryable } from '../postgres/session.js';
import type { ReportV1 } from '../generated/report.v1.js';

/** What the server's slots allow. */
export interface Slots {
  readonly free: number;
  /** A place among those that wait, first come, first served; null when there was no need to wait. */
  readonly ticket: number | null;
  /** Why there is none. */
  readonly why: string | null;
}

/**
 * Whether this session alone, on the whole server, may count workers and launch more.
 * @see migrations/000004.sql
 */
export async function tryAdmission(db: Queryable): Promise<boolean> {
  const [row] = await db.query<{ admitted: boolean }>('SELECT runbook.try_admission() AS admitted');
  return row?.admitted === true;
}

export async function leaveAdmission(db: Queryable): Promise<void> {
  await db.query('SELECT runbook.leave_admission()');
}

/**
 * Counts the slots that are free by the budget, for whoever's turn it is.
 * @param room workers that the run's own budget allows.
 */
export async function countFreeSlots(
  db: Queryable,
  budget: ReportV1['budget'],
  room: number,
  ticket: number | null,
): Promise<Slots> {
  const [row] = await db.query<{ free: number; ticket: number | null; why: string | null }>(
    'SELECT f.free, f.ticket, f.why FROM runbook.free_slots($1, $2, $3) f',
    [JSON.stringify({ ...budget, no_slot: NO_SLOT }), room, ticket],
  );
  if (row === undefined) throw new Error('a function of the ledger gave no row');
  return row;
}

/** Gives back a place in the queue. */
export async function leaveQueue(
  db: Queryable,
  budget: ReportV1['budget'],
  ticket: number,
): Promise<void> {
  await db.query('SELECT runbook.leave_queue($1, $2)', [JSON.stringify(budget), ticket]);
}
