import type { Settings } from '../generated/plan.v1.js';
import type { StepCommon } from '../model/runbook.js';

/**
 * The settings that a step's workers get. statement_timeout is the one timeout that holds when the
 * engine is gone. Messages below WARNING would only fill the worker's queue.
 * @param ofKind what its kind asks for; the step's own settings come first.
 */
export function workerSettings(step: StepCommon, ofKind: Settings = {}): Settings {
  return {
    client_min_messages: 'warning',
    ...ofKind,
    ...step.settings,
    statement_timeout: `${String(step.timeoutMs)}ms`,
    // Without one they wait for locks up to their timeout, whatever a role or a database has by default.
    lock_timeout: step.lockTimeoutMs === undefined ? '0' : `${String(step.lockTimeoutMs)}ms`,
  };
}
