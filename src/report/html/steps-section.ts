import type { ReportV1, Step } from '../../generated/report.v1.js';
import { isFinal } from '../../model/status.js';
import { describeProgress, describeWalk } from '../progress.js';
import { elapsedMs } from '../times.js';
import {
  badge,
  column,
  durationCell,
  expectedCell,
  moment,
  name,
  section,
  table,
  verdictCell,
} from './cells.js';
import { html, when, type Html } from './template.js';

/** The plan against what was, a line for each step. */
export function stepsSection({ steps }: ReportV1): Html {
  const columns = [
    ...['Step', 'Status', 'Kind'].map((title) => column(title)),
    column('Tasks done', true),
    column('Started'),
    ...['Took', 'Planned'].map((title) => column(title, true)),
    column('Against the plan'),
    column('Remarks'),
  ];
  return section(
    'steps',
    'Steps',
    table('steps-table', 'Plan and outcome of each step', columns, steps.map(row)),
  );
}

function row(step: Step): Html {
  const took = elapsedMs(step.started_at, step.finished_at);
  const done = step.tasks.filter(({ status }) => status === 'succeeded').length;
  return html`<tr>
    <th scope="row">${name(step.id)}</th>
    <td>${badge(step.status)}</td>
    <td>${step.kind}${when(step.policy === 'detach', ', detached')}</td>
    <td class="n" data-v="${done}">${done} of ${step.tasks.length}</td>
    <td data-v="${step.started_at ?? ''}">${moment(step.started_at)}</td>
    ${durationCell(took)}${expectedCell(step.expected)}${verdictCell(took, step.expected)}
    <td class="remarks">${remarks(step).map((text) => html`<div>${text}</div>`)}</td>
  </tr> `;
}

function remarks(step: Step): string[] {
  const { progress, reason, status, tasks } = step;
  const walk =
    progress === null
      ? []
      : isFinal(status)
        ? describeWalk(step, progress)
        : [describeProgress(progress)];
  const tries = tasks.reduce((sum, { attempts }) => sum + Math.max(0, attempts.length - 1), 0);
  return [
    ...(reason === null ? [] : [reason]),
    ...(tries === 0 ? [] : [`${String(tries)} ${tries === 1 ? 'retry' : 'retries'}`]),
    ...walk,
  ];
}
