import type { Attempt, Progress, ReportV1, Residue, Step, Task } from '../generated/report.v1.js';

/** What happens in a run, for those who watch it. The report, not the events, holds the truth. */
export type EngineEvent =
  | { readonly type: 'run_started'; readonly run: ReportV1['run'] }
  /** From the ledger, by another engine or after a lost connection. */
  | { readonly type: 'run_resumed'; readonly run: ReportV1['run']; readonly adopted: number }
  | { readonly type: 'residue_found'; readonly residue: Residue }
  | { readonly type: 'step_started'; readonly step: Step }
  | { readonly type: 'task_launched'; readonly task: Task; readonly attempt: Attempt }
  | { readonly type: 'task_ended'; readonly task: Task; readonly attempt: Attempt | undefined }
  /** It failed, and is not done again, since that may do harm. */
  | { readonly type: 'task_kept'; readonly task: Task }
  /** Several tasks of a step that were never launched, for one reason. */
  | {
      readonly type: 'tasks_skipped';
      readonly step: Step;
      readonly tasks: number;
      readonly why: string;
    }
  | {
      readonly type: 'task_retried';
      readonly task: Task;
      readonly attempt: Attempt;
      readonly delayMs: number;
    }
  | { readonly type: 'task_split'; readonly task: Task; readonly parts: number }
  | { readonly type: 'slots_awaited'; readonly why: string }
  | { readonly type: 'relation_awaited'; readonly task: Task; readonly run: string }
  /** Another run of the runbook is live. */
  | { readonly type: 'overlap_awaited'; readonly other: string }
  | { readonly type: 'guard_breached'; readonly why: string }
  | { readonly type: 'run_paused'; readonly by: string }
  | { readonly type: 'step_progress'; readonly step: Step; readonly progress: Progress }
  | { readonly type: 'worker_signalled'; readonly task: Task; readonly how: string }
  | { readonly type: 'queue_drained'; readonly task: Task }
  | { readonly type: 'cleaned_up'; readonly task: Task; readonly messages: readonly string[] }
  | { readonly type: 'step_detached'; readonly step: Step }
  | { readonly type: 'step_ended'; readonly step: Step }
  | { readonly type: 'connection_lost'; readonly message: string }
  | { readonly type: 'run_ended'; readonly run: ReportV1['run'] };

export type EventListener = (event: EngineEvent) => void;
