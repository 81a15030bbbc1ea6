import { RunbookError } from '../errors.js';
import type { Settings } from '../generated/plan.v1.js';
import { asSqlError, SQLSTATE, type SqlError } from '../postgres/errors.js';
import { readParameters } from '../postgres/privileges.js';
import type { ServerInfo } from '../postgres/server.js';
import type { Session } from '../postgres/session.js';
import { grantParameter } from './grants/statements.js';

/**
 * Tries a step's settings, each for the time of one statement, so that a misspelt name, an impossible
 * value or a missing privilege shows before the run and not in every worker.
 * @throws RunbookError `setting_refused`.
 */
export async function checkSettings(
  session: Session,
  step: string,
  settings: Settings,
  server: Pick<ServerInfo, 'role' | 'versionNumber'>,
): Promise<void> {
  const together = await refusal(session, settings);
  if (together === undefined) return;
  // One after another, to know which of them it is.
  for (const [name, value] of Object.entries(settings)) {
    const refused = await refusal(session, { [name]: value });
    if (refused === undefined) continue;
    const hint = (await missingGrant(session, name, refused, server)) ?? CORRECT_IT;
    throw settingRefused(`step ${step}: setting ${name}`, refused, hint);
  }
  throw settingRefused(`step ${step}: settings`, together, CORRECT_IT);
}

const CORRECT_IT = 'Correct it under `settings` of the step or of `defaults`.';

function settingRefused(what: string, { message, sqlstate }: SqlError, hint: string): RunbookError {
  return new RunbookError('setting_refused', `${what}: ${message}`, { sqlstate, hint });
}

/** The GRANT that the role lacks to set a parameter; undefined where it is not that, or none would do. */
async function missingGrant(
  session: Session,
  name: string,
  { sqlstate }: SqlError,
  server: Pick<ServerInfo, 'role' | 'versionNumber'>,
): Promise<string | undefined> {
  if (sqlstate !== SQLSTATE.insufficientPrivilege) return undefined;
  const [parameter] = await readParameters(session, server.role, [name], server);
  if (parameter === undefined || parameter.has) return undefined;
  return grantParameter(parameter.name, server.role, false).sql;
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
