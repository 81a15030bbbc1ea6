import { RunbookError } from '../errors.js';
import type { Settings } from '../generated/plan.v1.js';
import { asSqlError, type SqlError } from '../postgres/errors.js';
import type { Session } from '../postgres/session.js';

/**
 * Tries a step's settings, each for the time of one statement, so that a misspelt name, an impossible
 * value or a missing privilege shows before the run and not in every worker.
 * @throws RunbookError `setting_refused`.
 */
export async function checkSettings(
  session: Session,
  step: string,
  settings: Settings,
): Promise<void> {
  const together = await refusal(session, settings);
  if (together === undefined) return;
  // One after another, to know which of them it is.
  for (const [name, value] of Object.entries(settings)) {
    const refused = await refusal(session, { [name]: value });
    if (refused !== undefined) throw settingRefused(`step ${step}: setting ${name}`, refused);
  }
  throw settingRefused(`step ${step}: settings`, together);
}

function settingRefused(what: string, { message, sqlstate }: SqlError): RunbookError {
  return new RunbookError('setting_refused', `${what}: ${message}`, {
    sqlstate,
    hint: 'Correct it under `settings` of the step or of `defaults`.',
  });
}

async function refusal(session: Session, settings: Settings): Promise<SqlError | undefined> {
  try {
    await session.query(
      // A name with a dot that no extension knows would be accepted silently, whatever its value.
      `SELECT current_setting(s.key), set_config(s.key, s.value, true) FROM jsonb_each_text($1) s`,
      [JSON.stringify(settings)],
      'often',
    );
    return undefined;
  } catch (error) {
    const sql = asSqlError(error);
    if (sql === undefined) throw error;
    return sql;
  }
}
