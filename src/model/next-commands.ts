import { isFinal, type RunStatus, type TaskStatus } from './status.js';

/** A step as far as it decides what may be done next. */
export interface StepEnd {
  readonly status: TaskStatus;
  /** Null for steps without checkpoints. */
  readonly progress: object | null;
  readonly tasks: readonly { readonly status: TaskStatus }[];
  /** Whether its tasks may be done again after they failed. */
  readonly repeatable: boolean;
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
  return [
    ...(steps.some((step) => goesOnFromCheckpoint(step) || wasCancelled(step))
      ? [command('resume')]
      : []),
    ...(steps.some(hasFailed) ? [`${command('resume')} --failed`] : []),
  ];
}

function goesOnFromCheckpoint({ status, progress }: StepEnd): boolean {
  return progress !== null && !['succeeded', 'skipped'].includes(status);
}

function wasCancelled({ status, tasks }: StepEnd): boolean {
  return status === 'cancelled' || tasks.some((task) => task.status === 'cancelled');
}

/** What goes on from its checkpoints needs no word for it. */
function hasFailed({ progress, repeatable, tasks }: StepEnd): boolean {
  return (
    repeatable &&
    progress === null &&
    tasks.some((task) => task.status === 'failed' || task.status === 'timed_out')
  );
}
