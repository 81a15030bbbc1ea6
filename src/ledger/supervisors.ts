import type { Queryable } from '../postgres/session.js';

/** Whether a step's supervisor has begun its work and lives, or has done it. */
export async function isSupervised(
  db: Queryable,
  runId: string,
  stepId: string,
  pid: number,
): Promise<boolean> {
  const rows = await db.query(
    `SELECT FROM runbook.supervisor s
      WHERE (s.run_id, s.step_id, s.pid) = ($1, $2, $3)
        AND (s.ended_at IS NOT NULL OR runbook.is_alive(s.pid, s.backend_start))`,
    [runId, stepId, pid],
  );
  return rows.length > 0;
}
