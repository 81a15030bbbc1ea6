import type { Problem } from './diagnostic.js';
import { checkLimits } from './checks/limits.js';
import { checkNeeds } from './checks/needs.js';
import { checkRetries } from './checks/retries.js';
import { checkSettings } from './checks/settings.js';
import { checkSql } from './checks/sql.js';
import { checkStepIds } from './checks/step-ids.js';
import { checkTimeouts } from './checks/timeouts.js';

/**
 * Finds what no schema can say: how the parts of a runbook fit together. The content need not have
 * passed the schema; what cannot be read is passed over.
 */
export async function checkReferences(
  content: unknown,
  parameterNames: readonly string[],
): Promise<readonly Problem[]> {
  const structural = [
    checkStepIds,
    checkNeeds,
    checkTimeouts,
    checkRetries,
    checkSettings,
    checkLimits,
  ].flatMap((check) => check(content));
  return [...structural, ...(await checkSql(content, parameterNames))];
}
