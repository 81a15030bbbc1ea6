import { describeDuration } from '../../model/duration.js';
import { clockTime } from '../times.js';
import type { Bar, Lane, StepBar, Timeline } from '../timeline.js';
import { toneOf } from './cells.js';
import { html, when, type Html } from './template.js';

/** Heights in pixels; widths are in percent, so that a narrow screen shrinks bars and no letters. */
const AXIS = 24;
const ROW = 22;
const BAR = 14;
const GAP = 12;

/** Bars of less than this share of the width cannot be told apart: they are drawn as one. */
const LEAST_PERCENT = 0.08;

/** Stripes on a narrower bar would only make it pale. */
const LEAST_HATCHED = 0.8;

/** Some percent of the width that a letter takes on the narrowest chart. */
const LETTER_PERCENT = 1.05;

const MOST_TICKS = 8;
const TICKS_S = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 43_200];

/** Where a moment stands between the edges, in percent with two digits: more are below a pixel. */
type Scale = (ms: number) => number;

/** The timeline as a picture. Its words are in the description and in the tables. Pure. */
export function chart(timeline: Timeline, description: string): Html {
  const { from, to, steps, lanes } = timeline;
  const scale: Scale = (ms) => Math.round(((ms - from) / (to - from)) * 10_000) / 100;
  const below = AXIS + ROW * steps.length + GAP;
  const height = below + ROW * lanes.length;
  return html`<svg
    role="img"
    aria-labelledby="chart-title chart-text"
    width="100%"
    height="${height}"
  >
    <title id="chart-title">Who worked when</title>
    <desc id="chart-text">${description}</desc>
    <defs>
      <pattern
        id="hatch"
        width="5"
        height="5"
        patternUnits="userSpaceOnUse"
        patternTransform="rotate(45)"
      >
        <rect class="hatch" width="2" height="5" />
      </pattern>
    </defs>
    ${ticksOf(timeline).map((ms) => tick(ms, scale, height, to - from))}
    ${steps.map((step, row) => stepRow(step, AXIS + ROW * row, scale, to))}
    ${lanes.map((lane, row) => laneRow(lane, below + ROW * row, scale))}
  </svg>`;
}

function ticksOf({ from, to }: Timeline): number[] {
  const every =
    (TICKS_S.find((s) => (to - from) / (s * 1000) <= MOST_TICKS) ?? dayTicks(to - from)) * 1000;
  const first = Math.ceil(from / every) * every;
  return Array.from(
    { length: Math.floor(Math.max(0, to - first) / every) + 1 },
    (_, i) => first + i * every,
  )
    .filter((ms) => ms <= to)
    .slice(0, MOST_TICKS + 1);
}

function dayTicks(ms: number): number {
  return 86_400 * Math.ceil(ms / 86_400_000 / MOST_TICKS);
}

function tick(ms: number, scale: Scale, height: number, span: number): Html {
  const x = scale(ms);
  const text = clockTime(ms, span < 600_000);
  // A word at the right edge would be cut off.
  return html`<line class="grid" x1="${x}%" x2="${x}%" y1="16" y2="${height}" />${when(
      x < 95,
      html`<text class="tick" x="${x}%" y="12">${text}</text>`,
    )}`;
}

function stepRow(
  { step, status, from, to, planned }: StepBar,
  y: number,
  scale: Scale,
  end: number,
): Html {
  const middle = y + ROW / 2;
  const waited = html`<line
    class="wait"
    x1="0%"
    x2="${scale(from ?? end)}%"
    y1="${middle}"
    y2="${middle}"
  />`;
  if (from === undefined || to === undefined) return waited;
  const title = `${step} ${status}, ${describeDuration(to - from)}`;
  const mark = planned === undefined || planned > end ? undefined : scale(planned);
  return html`${waited}${rect(title, toneOf(status), scale(from), scale(to), y, ' step')}${
    mark === undefined
      ? undefined
      : html`<line class="plan" x1="${mark}%" x2="${mark}%" y1="${y + 2}" y2="${y + ROW - 2}"
          ><title>${step}: planned end</title></line
        >`
  }`;
}

function rect(title: string, tone: string, x1: number, x2: number, y: number, more = ''): Html {
  const width = Math.max(x2 - x1, LEAST_PERCENT).toFixed(2);
  const top = y + (ROW - BAR) / 2;
  const at = html`x="${x1}%" y="${top}" width="${width}%" height="${BAR}"`;
  return html`<rect class="bar ${tone}${more}" ${at}><title>${title}</title></rect>${when(
      (tone === 'bad' || tone === 'odd') && x2 - x1 > LEAST_HATCHED,
      html`<rect class="over" fill="url(#hatch)" ${at} />`,
    )}`;
}

function laneRow(lane: Lane, y: number, scale: Scale): Html {
  const middle = y + ROW / 2;
  const pauses = lane
    .filter(({ attempt }) => attempt > 1)
    .map((bar) => {
      const before = lane.findLast((other) => other.task === bar.task && other.to <= bar.from);
      return before === undefined
        ? undefined
        : html`<line
            class="wait"
            x1="${scale(before.to)}%"
            x2="${scale(bar.from)}%"
            y1="${middle}"
            y2="${middle}"
          />`;
    });
  return html`${pauses}${mergeNarrow(lane, scale).map((bars) => laneBar(bars, y, scale))}`;
}

/** Neighbours that nobody could tell apart, as one. */
function mergeNarrow(lane: Lane, scale: Scale): Bar[][] {
  const groups: Bar[][] = [];
  for (const bar of lane) {
    const group = groups.at(-1);
    const [first, last] = [group?.[0], group?.at(-1)];
    const joins =
      first?.status === bar.status &&
      last !== undefined &&
      scale(bar.to) - scale(bar.from) < LEAST_PERCENT &&
      scale(last.to) - scale(last.from) < LEAST_PERCENT &&
      scale(bar.from) - scale(last.to) < LEAST_PERCENT;
    if (joins) group?.push(bar);
    else groups.push([bar]);
  }
  return groups;
}

function laneBar(bars: readonly Bar[], y: number, scale: Scale): Html | undefined {
  const [first, last] = [bars[0], bars.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  const [x1, x2] = [scale(first.from), scale(last.to)];
  const label = bars.length > 1 ? '' : labelOf(first);
  const fits = label !== '' && label.length * LETTER_PERCENT + 1 < x2 - x1;
  return html`${rect(titleOf(bars), toneOf(first.status), x1, x2, y)}${when(
    fits,
    html`<text class="label ${toneOf(first.status)}" x="${x1}%" dx="5" y="${y + ROW / 2 + 4}"
      >${label}</text
    >`,
  )}`;
}

const labelOf = ({ task, attempt, attempts }: Bar): string =>
  attempts > 1 ? `${task} try ${String(attempt)}` : task;

function titleOf(bars: readonly Bar[]): string {
  const [first, last] = [bars[0], bars.at(-1)];
  if (first === undefined || last === undefined) return '';
  if (bars.length > 1)
    return `${String(bars.length)} tasks, ${first.task} to ${last.task}: ${first.status}`;
  const { task, status, attempt, attempts, from, to, open } = first;
  const tries = attempts > 1 ? `, attempt ${String(attempt)} of ${String(attempts)}` : '';
  return `${task} ${status}${tries}, ${open ? 'since' : 'from'} ${clockTime(from, true)}, ${describeDuration(to - from)}`;
}
