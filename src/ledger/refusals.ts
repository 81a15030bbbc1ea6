import { RunbookError } from '../errors.js';

/** What keeps a run from beginning, in the words of the run and of a plan that foresees it. */
export const refusals = {
  window: (opensAt: number): RunbookError =>
    new RunbookError('window_closed', 'the window of this runbook is closed', {
      hint: `It opens at ${new Date(opensAt).toISOString()}.`,
    }),

  version: (name: string, version: number): RunbookError =>
    new RunbookError(
      'version_changed',
      `${name} version ${String(version)} has run before with other content`,
      { hint: 'Raise `version` in the runbook, or pass --allow-changed for this once.' },
    ),

  brake: (by: string): RunbookError =>
    new RunbookError('braked', `all runs of this database are paused by ${by}`, {
      hint: 'Let them go on: pg-runbook unpause',
    }),

  overlap: (name: string, other: string, policy: 'skip' | 'fail'): RunbookError =>
    new RunbookError(
      policy === 'fail' ? 'overlap_forbidden' : 'overlap',
      `run ${other} of ${name} is live on this database`,
      { hint: `What becomes of it: pg-runbook wait ${other}. See on_overlap in the runbook.` },
    ),
} as const;
