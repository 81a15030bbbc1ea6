import type { Queryable } from '../postgres/session.js';
import { BRAKED_BY } from './report-sql.js';

/** How all runs of a database are paused. */
export interface Brake {
  /** The host from which. */
  readonly by: string;
  readonly reason: string;
  /** When it lets go by itself, RFC 3339; null: never. */
  readonly until: string | null;
  /** Whether what runs is stopped, too. */
  readonly cancels: boolean;
}

/** Pauses all runs of the database, or changes how. */
export async function pullBrake(db: Queryable, brake: Brake): Promise<void> {
  const { by, reason, until, cancels } = brake;
  await db.query('SELECT runbook.pull_brake($1, $2, $3, $4)', [by, reason, until, cancels]);
  if (cancels) await db.query('SELECT runbook.stop_unattended()');
}

/**
 * Lets all runs go on.
 * @returns false when nothing kept them.
 */
export async function releaseBrake(db: Queryable): Promise<boolean> {
  const [row] = await db.query<{ released: boolean }>('SELECT runbook.release_brake() AS released');
  return row?.released === true;
}

/** Who has paused all runs, until when and why; null: nobody. */
export async function readBrake(db: Queryable): Promise<string | null> {
  const [row] = await db.query<{ by: string | null }>(`SELECT ${BRAKED_BY} AS by`);
  return row?.by ?? null;
}
