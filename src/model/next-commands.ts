import { isFinal, type RunStatus, type TaskStatus } from './status.js';

/** A step as far as it decides what may be done next. */
interface StepEnd {
  readonly status: TaskStatus;
  /** Null for steps without checkpoints. */
  readonly progress: object | null;
}

/** What may be done about a run from here. Pure. */
export function nextCommands(
  runId: string,
  status: RunStatus,
  steps: readonly StepEnd[],
): string[] {
  const command = (name: string): string => `pg-runbook ${name} ${runId}`;
  if (status === 'running' || steps.some((s) => ['detached', 'running'].includes(s.status))) {
    return ['status', 'wait', 'cancel'].map(command);
  }
  if (!steps.every((step) => isFinal(step.status))) return ['resume', 'cancel'].map(command);
  return steps.some(goesOnFromCheckpoint) ? [command('resume')] : [];
}

function goesOnFromCheckpoint({ status, progress }: StepEnd): boolean {
  return progress !== null && !['succeeded', 'skipped'].includes(status);
}
