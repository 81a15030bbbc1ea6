import type { ReportV1 } from '../../generated/report.v1.js';
import { describeDuration } from '../../model/duration.js';
import { formatSize } from '../../model/size.js';
import { TASK_STATUSES } from '../../model/status.js';
import { gainsOf } from '../gains.js';
import { furtherReason, headline } from '../headline.js';
import { describeTime, elapsedMs } from '../times.js';
import { formatNumber } from '../../model/phrases.js';
import { badge, name, toneOf } from './cells.js';
import { html, when, type Html } from './template.js';

/** What happened, in a sentence, and the figures that everybody asks for first. */
export function banner(report: ReportV1): Html {
  const { run } = report;
  const reason = furtherReason(run);
  return html`<header class="banner ${toneOf(run.status)}">
    <p class="kicker">
      ${badge(run.status)} <span>run ${name(run.id)}</span>
      <span>database ${name(report.server.database)}</span>
      <span>${describeTime(run.started_at)}</span>
    </p>
    <h1>${headline(report)}</h1>
    ${when(reason !== null, html`<p class="reason">${reason}</p>`)}${when(
      run.paused_by !== null,
      html`<p class="reason">Paused by ${run.paused_by}</p>`,
    )}
    ${shares(report)}
    <dl class="figures">
      ${figures(report).map(
        ([term, value]) =>
          html`<div>
            <dt>${term}</dt>
            <dd>${value}</dd>
          </div>`,
      )}
    </dl>
  </header> `;
}

/** How many tasks there are of each status; what was left to the next run counts as that. */
function countTasks({ steps }: ReportV1): [status: string, n: number][] {
  const tasks = steps.flatMap((step) => step.tasks);
  return [...TASK_STATUSES, 'deferred'].flatMap((status) => {
    const n = tasks.filter((task) => (task.deferred ? 'deferred' : task.status) === status).length;
    return n === 0 ? [] : [[status, n] as [string, number]];
  });
}

/** The statuses of the tasks as one bar, with its words below it. */
function shares(report: ReportV1): Html | undefined {
  const counts = countTasks(report);
  const all = counts.reduce((sum, [, n]) => sum + n, 0);
  if (all === 0) return undefined;
  let x = 0;
  const bars = counts.map(([status, n]) => {
    const bar = html`<rect
      class="bar ${toneOf(status)}"
      x="${share(x, all)}%"
      width="${share(n, all)}%"
      height="8"
    />`;
    x += n;
    return bar;
  });
  const words = counts.map(
    ([status, n]) =>
      html`<li>
        <i class="key ${toneOf(status)}"></i>${formatNumber(n)} ${status.replace('_', ' ')}
      </li>`,
  );
  return html`<svg class="shares" width="100%" height="8" aria-hidden="true">${bars}</svg>
    <ul class="legend" aria-label="Tasks by status">
      ${words}
    </ul>`;
}

const share = (n: number, all: number): string => ((100 * n) / all).toFixed(2);

function figures(report: ReportV1): [string, string][] {
  const { run, steps } = report;
  const took = elapsedMs(run.started_at, run.finished_at);
  const { freedBytes, deadRowsRemoved } = gainsOf(report);
  const targets = steps.flatMap((step) => step.tasks).flatMap((task) => task.targets);
  const grew = freedBytes < 0;
  return [
    ['Took', took === undefined ? 'not ended' : describeDuration(took)],
    ['Exit code', run.exit_code === null ? '–' : String(run.exit_code)],
    ['Steps', formatNumber(steps.length)],
    ['Relations', formatNumber(new Set(targets.map(({ oid }) => oid)).size)],
    [grew ? 'Grew by' : 'Freed', formatSize(Math.abs(freedBytes))],
    [
      deadRowsRemoved < 0 ? 'Dead rows made' : 'Dead rows removed',
      formatNumber(Math.abs(deadRowsRemoved)),
    ],
    ...(run.window_ends_at === null
      ? []
      : [['Window until', describeTime(run.window_ends_at)] as [string, string]]),
  ];
}
