import type { Row, Session } from '../postgres/session.js';
import { inspectLedger } from './migrate.js';

/** More runs in a row than anybody should have let pass. */
const MOST_RUNS = 10;

interface LeftOverRow extends Row {
  step: string;
  oid: number;
  times: number;
}

/**
 * The relations that windows left over, by step and OID: in how many of the newest runs of a runbook in
 * a row. The ledger must be readable.
 */
export async function readLeftOver(
  session: Session,
  runbook: string,
): Promise<Map<string, Map<number, number>>> {
  if ((await inspectLedger(session)).is !== 'current') return new Map();
  const rows = await session.query<LeftOverRow>(LEFT_OVER, [runbook, MOST_RUNS]);
  const steps = new Map<string, Map<number, number>>();
  for (const { step, oid, times } of rows) {
    const known = steps.get(step) ?? new Map<number, number>();
    steps.set(step, known.set(oid, times));
  }
  return steps;
}

/** Of runs in a row from the newest on, the n-th is the n-th newest of all. */
const LEFT_OVER = `
WITH runs AS (
  SELECT r.run_id, row_number() OVER (ORDER BY r.started_at DESC) AS place
    FROM runbook.run r
   WHERE r.runbook_name = $1 AND r.finished_at IS NOT NULL
   ORDER BY r.started_at DESC LIMIT $2),
left_over AS (
  SELECT t.step_id, (x ->> 'oid')::oid AS oid, r.place,
         row_number() OVER (PARTITION BY t.step_id, x ->> 'oid' ORDER BY r.place) AS nth
    FROM runs r JOIN runbook.task t USING (run_id), jsonb_array_elements(t.targets) x
   WHERE t.deferred AND x ->> 'status' <> 'succeeded')
SELECT step_id AS step, oid, count(*)::int AS times
  FROM left_over WHERE nth = place GROUP BY step_id, oid`;
