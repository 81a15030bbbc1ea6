import type { Expected } from '../../generated/report.v1.js';
import { describeDuration } from '../../model/duration.js';
import { clockTime, describeTime, parseTime } from '../times.js';
import { html, type Content, type Html } from './template.js';

/** Small pieces that several sections show. */

/** A status as a word with its colour; the mark tells it to those who see none. */
export function badge(status: string, deferred = false): Html {
  const shown = deferred ? 'deferred' : status;
  return html`<span class="badge ${toneOf(shown)}">${shown.replaceAll('_', ' ')}</span>`;
}

const TONES: Readonly<Record<string, string>> = {
  succeeded: 'good',
  failed: 'bad',
  timed_out: 'bad',
  cancelled: 'bad',
  unknown: 'odd',
  running: 'live',
  detached: 'live',
  deferred: 'late',
  skipped: 'late',
};

/** The colour that a status has everywhere. */
export function toneOf(status: string): string {
  return TONES[status] ?? 'idle';
}

/** Shorter names are not broken in a table. */
const LENGTHY = 40;

/** A name of something in the database, as it is. */
export function name(text: string): Html {
  return text.length > LENGTHY
    ? html`<code class="lengthy">${text}</code>`
    : html`<code>${text}</code>`;
}

/** A moment, of which a table shows the time of day and the tooltip all. */
export function moment(text: string | null): Html {
  const ms = parseTime(text);
  if (ms === undefined) return html`<span class="none">–</span>`;
  const iso = new Date(ms).toISOString();
  return html`<time datetime="${iso}" title="${describeTime(text)}">${clockTime(ms, true)}</time>`;
}

/** A cell with a number, by which its column is sorted. */
export function numberCell(value: number | undefined, shown: Content): Html {
  return value === undefined
    ? html`<td class="n none">–</td>`
    : html`<td class="n" data-v="${value}">${shown}</td>`;
}

export function durationCell(ms: number | undefined): Html {
  return numberCell(ms, ms === undefined ? '' : describeDuration(ms));
}

/** What the plan foresaw. */
export function expectedCell(expected: Expected | null): Html {
  if (expected === null) return numberCell(undefined, '');
  const { basis, p50_ms: p50, p95_ms: p95 } = expected;
  const from = { same: 'same work before', similar: 'similar work before', guess: 'a guess' }[
    basis
  ];
  const title = `${p95 === null ? '' : `p95 ${describeDuration(p95)}; `}${from}`;
  const shown = `${describeDuration(p50)}${basis === 'guess' ? ' (guess)' : ''}`;
  return numberCell(p50, html`<span title="${title}">${shown}</span>`);
}

/** Work below it is over before anyone could have planned it. */
const LEAST_MS = 1_000;

/** Slower than the one run that is known, and no more than that. */
const MUCH_SLOWER = 2;

/** How the time that was needed compares with what was planned; a guess is no plan. */
export function verdictCell(ms: number | undefined, expected: Expected | null): Html {
  if (ms === undefined || expected === null || expected.basis === 'guess') {
    return html`<td class="none">–</td>`;
  }
  const { p50_ms: p50, p95_ms: p95 } = expected;
  const ratio = ms / Math.max(p50, 1);
  if (p95 !== null && ms > p95 && ms > LEAST_MS) {
    return html`<td data-v="${ratio}">
      <strong class="slow">${ratio.toFixed(1)}× the plan</strong>
    </td>`;
  }
  const slower = p95 === null && ratio > MUCH_SLOWER && ms > LEAST_MS;
  const told = slower ? 'slower than the last time' : ms < p50 / 2 ? 'faster' : 'as planned';
  return html`<td data-v="${ratio}">${told}</td>`;
}

/** A heading of a column; numbers stand on the right. */
export function column(title: string, numeric = false): Html {
  return html`<th scope="col" ${numeric ? html` class="n"` : ''}>${title}</th>`;
}

/** A table that scrolls by itself on a narrow screen, with the keyboard too. */
export function table(
  id: string,
  caption: Content,
  columns: readonly Html[],
  rows: readonly Html[],
): Html {
  return html`<div class="scroll" role="region" aria-labelledby="${id}-caption" tabindex="0">
    <table id="${id}" class="sortable">
      <caption id="${id}-caption">
        ${caption}
      </caption>
      <thead>
        <tr>
          ${columns}
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`;
}

/** Fewer are laid out in no time. */
const MANY_ROWS = 200;

/**
 * A part of the page with its heading.
 * @param rows of its table: what is long is laid out when it comes into view.
 */
export function section(id: string, title: string, content: Content, rows = 0): Html {
  return html`<section
    id="${id}"
    class="${rows > MANY_ROWS ? 'long' : 'whole'}"
    aria-labelledby="${id}-heading"
  >
    <h2 id="${id}-heading">${title}</h2>
    ${content}
  </section> `;
}
