import type { Settings } from '../generated/plan.v1.js';
import type { StepCommon } from '../model/runbook.js';

/**
 * The settings that a step's workers get. statement_timeout is the one timeout that holds when the
 * engine is gone. Messages below WARNING would only fill the worker's queue.
 * @param oldTransactionsMs how long they may wait for an older transaction, of a concurrent build.
 * @param ofKind what its kind asks for; the step's own settings come first.
 */
export function workerSettings(
  step: StepCommon,
  oldTransactionsMs: number | undefined,
  ofKind: Settings = {},
): Settings {
  return {
    client_min_messages: 'warning',
    ...ofKind,
    ...step.settings,
    statement_timeout: `${String(step.timeoutMs)}ms`,
    lock_timeout: lockTimeout(step, oldTransactionsMs),
  };
}

/** Whoever looks after a worker comes first, and tells what it waited for; the server follows where nobody does. */
const WATCHED_MARGIN_MS = 3_000;

/**
 * Without one they wait for locks up to their timeout, whatever a role or a database has by default. The server's
 * lock_timeout ends waits for older transactions too, so that a concurrent build's is the longer of its two bounds.
 */
function lockTimeout(
  { timeoutMs, lockTimeoutMs }: StepCommon,
  oldTransactionsMs: number | undefined,
): string {
  if (oldTransactionsMs === undefined) {
    return lockTimeoutMs === undefined ? '0' : `${String(lockTimeoutMs)}ms`;
  }
  const longest = Math.max(lockTimeoutMs ?? timeoutMs, oldTransactionsMs) + WATCHED_MARGIN_MS;
  return `${String(Math.min(longest, timeoutMs))}ms`;
}
