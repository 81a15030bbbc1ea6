import type { EngineEvent, EventListener } from '../engine/events.js';
import type { Attempt, Task } from '../generated/report.v1.js';
import { describeDuration } from '../model/duration.js';
import { describeResidue } from '../report/text.js';
import { oneLine } from '../model/printable.js';
import { describeProgress } from '../report/progress.js';
import type { Output, Style } from './io.js';

const STATUS_STYLES: Readonly<Record<string, Style>> = {
  succeeded: 'green',
  failed: 'red',
  timed_out: 'red',
  unknown: 'red',
  cancelled: 'yellow',
  skipped: 'yellow',
};

/**
 * One plain line on stderr for each event, for people.
 * @param of whose events they are, where there are several.
 */
export function textProgress(output: Output, of?: string): EventListener {
  const whose = of === undefined ? '' : `${of}: `;
  return (event) => {
    const line = describe(event, output);
    if (line === undefined) return;
    output.note(`${output.paint('dim', output.stamp())} ${whose}${line}`);
  };
}

function describe(event: EngineEvent, output: Output): string | undefined {
  const status = (text: string): string => output.paint(STATUS_STYLES[text] ?? 'dim', text);
  switch (event.type) {
    case 'run_started':
      return `run ${event.run.id} started`;
    case 'run_resumed':
      return `run ${event.run.id} goes on; ${String(event.adopted)} worker(s) of before still run`;
    case 'step_started':
      return `${event.step.id}: ${event.step.kind}, ${String(event.step.tasks.length)} task(s)`;
    case 'task_launched':
      return `${event.task.id} launched as pid ${String(event.attempt.pid)}: ${subject(event.task)}`;
    case 'task_ended':
      return `${event.task.id} ${status(event.task.status)}${took(event.attempt)}${reason(event.task)}`;
    case 'task_kept':
      return `${event.task.id} is not done again: its SQL is not declared idempotent`;
    case 'tasks_skipped':
      return `${event.step.id}: ${String(event.tasks)} tasks ${status('skipped')}: ${oneLine(event.why)}`;
    case 'task_retried':
      return `${event.task.id} will be tried again in ${describeDuration(event.delayMs)}: ${oneLine(event.attempt.message ?? '')}`;
    case 'task_split':
      return `${event.task.id} failed as a pack; ${String(event.parts)} relation(s) follow one by one`;
    case 'run_paused':
      return `paused by ${oneLine(event.by)}; go on: pg-runbook unpause`;
    case 'step_progress':
      return `${event.step.id}: ${describeProgress(event.progress)}`;
    case 'slots_awaited':
      return `waiting for a worker slot: ${oneLine(event.why)}`;
    case 'guard_breached':
      return `waiting: ${oneLine(event.why)}`;
    case 'relation_awaited':
      return `${event.task.id} waits: run ${event.run} works on the same relation`;
    case 'overlap_awaited':
      return `waiting for run ${event.other} of this runbook to end`;
    case 'residue_found':
      return `left over: ${oneLine(describeResidue(event.residue))}`;
    case 'worker_signalled':
      return `${event.task.id} asked to stop: ${event.how}`;
    case 'queue_drained':
      return `${event.task.id} printed more than its queue holds; making room`;
    case 'cleaned_up':
      return `${event.task.id}: ${oneLine(event.messages.join('; '))}`;
    case 'step_detached':
      return `${event.step.id}: ${status('detached')}; a supervisor looks after ${String(event.step.tasks.length)} task(s)`;
    case 'step_ended':
      return `${event.step.id}: ${status(event.step.status)}`;
    case 'connection_lost':
      return `${output.paint('red', 'connection lost')}: ${oneLine(event.message)}`;
    case 'run_ended':
      return `run ${event.run.id} ${status(event.run.status)}`;
  }
}

function subject(task: Task): string {
  const [first, ...others] = task.targets;
  if (first === undefined) return oneLine(task.sql.split('\n', 1)[0] ?? '');
  return oneLine(
    others.length === 0 ? first.name : `${first.name} and ${String(others.length)} more`,
  );
}

function took(attempt: Attempt | undefined): string {
  if (typeof attempt?.launched_at !== 'string' || attempt.finished_at === null) return '';
  const ms = Date.parse(attempt.finished_at) - Date.parse(attempt.launched_at);
  return ` in ${describeDuration(ms)}`;
}

function reason(task: Task): string {
  return task.reason === null ? '' : `: ${oneLine(task.reason)}`;
}
