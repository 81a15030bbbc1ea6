import { isFinal, type RunStatus, type TaskStatus } from './status.js';

/**
 * What may be done about a run from here. Pure.
 * @param steps the states of its steps.
 */
export function nextCommands(
  runId: string,
  status: RunStatus,
  steps: readonly TaskStatus[],
): string[] {
  const command = (name: string): string => `pg-runbook ${name} ${runId}`;
  if (status === 'running' || steps.some((step) => step === 'detached' || step === 'running')) {
    return ['status', 'wait', 'cancel'].map(command);
  }
  return steps.every(isFinal) ? [] : ['resume', 'cancel'].map(command);
}
