import type { ReportV1 } from '../generated/report.v1.js';
import { budgetTag } from '../model/identity.js';
import type { NamedBudgets } from '../model/places.js';
import { NO_SLOT } from '../postgres/capacity.js';
import type { Queryable } from '../postgres/session.js';

/** The name under which the server's own slots and `budget.server_workers` stand beside named budgets. */
export const SERVER = '';

/** What one budget allows. */
export interface Turn {
  readonly free: number;
  /** A place among those that wait, first come, first served; null when there was no need to wait. */
  readonly place: string | null;
  /** What stands in the way when nothing is free. */
  readonly why: string;
}

/** The right to count workers and launch more, or the session that has it. */
export type Admission = { readonly ticket: number } | { readonly holder: string };

/**
 * Asks for the right to count workers and launch more, which one session on the whole server has at a time.
 * @see functions/admission.sql and functions/queues.sql
 */
export async function tryAdmission(db: Queryable): Promise<Admission> {
  const [row] = await db.query<{ admission: Admission }>(
    'SELECT runbook.try_admission() AS admission',
    [],
    'often',
  );
  if (row === undefined) throw new Error('a function of the ledger gave no row');
  return row.admission;
}

export async function leaveAdmission(db: Queryable, ticket: number): Promise<void> {
  await db.query('SELECT runbook.leave_admission($1)', [ticket], 'often');
}

/** A session that has counted and launched for longer than a moment, so that all others wait; null: none. */
export async function readSlowAdmission(db: Queryable): Promise<string | null> {
  const [row] = await db.query<{ holder: string }>(
    `SELECT h.holder FROM runbook.admission_holder() h
      WHERE runbook.ticket_age(runbook.ticket(1000), h.ticket) > 1000`,
  );
  return row?.holder ?? null;
}

/** What the ledger's functions are told of the budgets that a launch must keep to. */
export function budgetOrder(budget: ReportV1['budget'], named: NamedBudgets): object {
  const byName = Object.entries(named).map(([name, limit]) => ({
    name,
    tag: budgetTag(name),
    limit,
  }));
  return { ...budget, no_slot: NO_SLOT, named: byName };
}

/**
 * Counts what is free by each budget, for whoever's turn it is.
 * @param room workers that the run's own budget allows.
 * @param places those held so far, by the budgets' names.
 */
export async function countFreeSlots(
  db: Queryable,
  order: object,
  room: number,
  places: Readonly<Record<string, string | null>>,
): Promise<Readonly<Record<string, Turn>>> {
  const held = Object.entries(places).map(([name, place]) => [name, { place }]);
  const [row] = await db.query<{ turns: Record<string, Turn> }>(
    'SELECT runbook.free_slots($1, $2, $3) AS turns',
    [JSON.stringify(order), room, JSON.stringify(Object.fromEntries(held))],
    'often',
  );
  if (row === undefined) throw new Error('a function of the ledger gave no row');
  return row.turns;
}

/** Gives back places in queues. */
export async function leaveQueues(db: Queryable, places: readonly string[]): Promise<void> {
  await db.query('SELECT runbook.leave_queues($1::bigint[])', [places]);
}
