import type { ReportV1 } from '../../generated/report.v1.js';
import { count } from '../../model/phrases.js';
import { clockTime, describeTime } from '../times.js';
import { timelineOf, type StepBar, type Timeline } from '../timeline.js';
import { chart } from './chart.js';
import { section } from './cells.js';
import { html, type Html } from './template.js';

/** A description that is listened to has an end. */
const MOST_STEPS = 20;

const LEGEND: readonly (readonly [tone: string, text: string])[] = [
  ['good', 'succeeded'],
  ['bad', 'failed, timed out, cancelled'],
  ['odd', 'unknown'],
  ['live', 'running'],
  ['late', 'skipped'],
  ['wait', 'waiting, or between two attempts'],
  ['plan', 'planned end of the step'],
];

/** Steps and worker slots along the time. */
export function timelineSection(report: ReportV1): Html {
  const timeline = timelineOf(report);
  if (timeline === undefined) {
    return section('timeline', 'Timeline', html`<p>Nothing was launched.</p>`);
  }
  const labels = [
    ...timeline.steps.map(({ step }) => html`<span title="${step}">${step}</span>`),
    html`<span class="gap"></span>`,
    ...timeline.lanes.map((_, index) => html`<span>slot ${index + 1}</span>`),
  ];
  return section(
    'timeline',
    'Timeline',
    html`<figure>
      <div class="scroll" role="region" aria-label="Chart of the timeline" tabindex="0">
        <div class="chart">
          <div class="rows" aria-hidden="true">${labels}</div>
          ${chart(timeline, describe(timeline, report))}
        </div>
      </div>
      <figcaption>
        Steps above, worker slots below; times are UTC. The same in figures:
        <a href="#steps">steps</a>, <a href="#tasks">tasks</a>.
        <ul class="legend">
          ${LEGEND.map(([tone, text]) => html`<li><i class="key ${tone}"></i>${text}</li>`)}
        </ul>
      </figcaption>
    </figure>`,
  );
}

/** What the picture shows, for those who do not see it. */
function describe({ to, steps, lanes }: Timeline, { run }: ReportV1): string {
  const more = steps.length - MOST_STEPS;
  return [
    `${describeTime(run.started_at)} to ${clockTime(to, true)}, at most ${count(lanes.length, 'worker')} at once.`,
    ...steps.slice(0, MOST_STEPS).map(describeStep),
    ...(more > 0 ? [`And ${count(more, 'more step')}.`] : []),
  ].join(' ');
}

function describeStep({ step, status, from, to }: StepBar): string {
  if (from === undefined || to === undefined) return `${step}: ${status}, not launched.`;
  return `${step}: ${status}, ${clockTime(from, true)} to ${clockTime(to, true)}.`;
}
