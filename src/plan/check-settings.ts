import { RunbookError } from '../errors.js';
import type { Settings } from '../generated/plan.v1.js';
import { asSqlError } from '../postgres/errors.js';
import type { Session } from '../postgres/session.js';

/**
 * Tries a step's settings in a transaction that is rolled back, so that a misspelt name, an
 * impossible value or a missing privilege shows before the run and not in every worker.
 * @throws RunbookError `setting_refused`.
 */
export async function checkSettings(
  session: Session,
  step: string,
  settings: Settings,
): Promise<void> {
  for (const [name, value] of Object.entries(settings)) {
    await trySetting(session, step, name, value);
  }
}

async function trySetting(
  session: Session,
  step: string,
  name: string,
  value: string,
): Promise<void> {
  await session.query('BEGIN');
  try {
    // A name with a dot that no extension knows would be accepted silently, whatever its value.
    await session.query('SELECT current_setting($1), set_config($1, $2, true)', [name, value]);
  } catch (error) {
    const sql = asSqlError(error);
    if (sql === undefined) throw error;
    throw new RunbookError('setting_refused', `step ${step}: setting ${name}: ${sql.message}`, {
      sqlstate: sql.sqlstate,
      hint: 'Correct it under `settings` of the step or of `defaults`.',
    });
  } finally {
    if (!session.lost) await session.query('ROLLBACK');
  }
}
