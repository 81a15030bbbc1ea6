import { RunbookError } from '../errors.js';
import type { PlanV1 } from '../generated/plan.v1.js';
import { asSqlError } from '../postgres/errors.js';
import type { Queryable } from '../postgres/session.js';
import { estimateRows, inTrial } from '../postgres/trial.js';

/**
 * Has the server plan the guards' queries, as the role that runs them: what is misspelt or forbidden
 * shows in the plan, and not at night.
 * @throws RunbookError `guard_refused`.
 */
export async function checkGuards(db: Queryable, guards: PlanV1['guards']): Promise<void> {
  for (const { name, condition } of guards) {
    const { sql } = condition;
    if (typeof sql !== 'string') continue;
    try {
      await inTrial(db, {}, () => estimateRows(db, `SELECT (${sql}\n)::pg_catalog.bool`));
    } catch (error) {
      const told = asSqlError(error);
      if (told === undefined) throw error;
      throw new RunbookError('guard_refused', `guard ${name}: ${told.message}`, {
        sqlstate: told.sqlstate,
        hint: 'Its query must give one boolean: true means go.',
      });
    }
  }
}
