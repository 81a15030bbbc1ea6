import type { Queryable } from '../postgres/session.js';

/** A session that has counted and launched for longer than a moment, so that all others wait; null: none. */
export async function readSlowAdmission(db: Queryable): Promise<string | null> {
  const [row] = await db.query<{ holder: string }>(
    `SELECT h.holder FROM runbook.admission_holder() h
      WHERE runbook.ticket_age(runbook.ticket(1000), h.ticket) > 1000`,
  );
  return row?.holder ?? null;
}
