import type { ReportV1, Residue } from '../../generated/report.v1.js';
import { count } from '../../model/phrases.js';
import { isSerious, troublesOf, type Place, type Trouble } from '../troubles.js';
import { badge, name, section } from './cells.js';
import { html, lines, when, type Content, type Html } from './template.js';

const MOST_TROUBLES = 30;
const MOST_REASONS = 3;
const MOST_NAMES = 8;

/** What somebody has to look at, worst first, with what the server said and what may help. */
export function attention(report: ReportV1): Html {
  const troubles = troublesOf(report);
  if (troubles.length === 0) {
    return section('attention', 'Needs attention', html`<p>Nothing.</p>`);
  }
  const more = troubles.length - MOST_TROUBLES;
  return section(
    'attention',
    'Needs attention',
    html`<ol class="troubles">
        ${troubles.slice(0, MOST_TROUBLES).map(renderTrouble)}
      </ol>
      ${when(more > 0, html`<p>And ${more} more: see <a href="#tasks">the tasks</a>.</p>`)}`,
  );
}

function renderTrouble(trouble: Trouble): Html {
  const { step, status, sqlstate, reasons, places, serverSaid, suggestion } = trouble;
  return html`<li class="${isSerious(trouble) ? 'serious' : 'mild'}">
    <h3>
      ${badge(status)} ${name(step)}
      ${when(sqlstate !== null, html`<span class="sqlstate">SQLSTATE ${sqlstate}</span>`)}
    </h3>
    ${reasons.slice(0, MOST_REASONS).map((reason) => html`<p class="said">${reason}</p>`)}${when(reasons.length > MOST_REASONS, html`<p class="places">and ${reasons.length - MOST_REASONS} more like it</p>`)}
    <p class="places">${describePlaces(places)}</p>
    ${when(
      serverSaid.length > 0,
      html`<pre aria-label="What the server said">
${serverSaid.map((line) => html`${line}${lines('\n')}`)}</pre>`,
    )}${
      suggestion === undefined
        ? undefined
        : html`<p class="advice">
            ${suggestion.advice}${suggestion.code === undefined ? undefined : html` <code>${suggestion.code}</code>`}
          </p>`
    }
  </li> `;
}

/** `vacuum/3: app.orders`, and how many more. */
function describePlaces(places: readonly Place[]): Content {
  const shown = places.slice(0, MOST_NAMES);
  const more = places.length - shown.length;
  return [
    shown.map(({ task, relations }, index) => [
      index === 0 ? '' : ', ',
      html`<span class="place"
        >${task}${relations.length === 0 ? '' : ' '}${listNames(relations)}</span
      >`,
    ]),
    more > 0 ? ` and ${count(more, 'more')}`.replace(/s$/, '') : '',
  ];
}

function listNames(relations: readonly string[]): Content {
  const more = relations.length - MOST_NAMES;
  return [
    relations.slice(0, MOST_NAMES).map((relation, i) => [i === 0 ? '' : ', ', name(relation)]),
    more > 0 ? ` and ${String(more)} more` : '',
  ];
}

/** What may be done about the run from here. */
export function nextCommands({ run }: ReportV1): Html | undefined {
  if (run.next_commands.length === 0) return undefined;
  return section(
    'next',
    'Next commands',
    html`<pre>${run.next_commands.map((command) => html`${command}${lines('\n')}`)}</pre>`,
  );
}

/** What was left to the next run, by reason. */
export function deferredTasks({ steps }: ReportV1): Html | undefined {
  const left = steps.flatMap((step) => step.tasks.filter((task) => task.deferred));
  if (left.length === 0) return undefined;
  const reasons = new Map<string, string[]>();
  for (const { id, reason } of left) {
    const key = reason ?? 'no reason is recorded';
    reasons.set(key, [...(reasons.get(key) ?? []), id]);
  }
  return section(
    'deferred',
    'Left to the next run',
    html`<ul>
      ${[...reasons].map(
        ([reason, ids]) =>
          html`<li>${count(ids.length, 'task')}: ${reason} (${listNames(ids)})</li>`,
      )}
    </ul>`,
  );
}

/** What lies about in the database, what became of it, and how to get rid of it. */
export function residueSection({ residue }: ReportV1): Html | undefined {
  const { before, after } = residue;
  const cleared = (before ?? []).filter(({ done }) => done !== null);
  // Where nobody has looked afterwards, what was there before may be there still.
  const left = after ?? (before ?? []).filter(({ done }) => done === null);
  const all = [...left, ...cleared];
  if (all.length === 0) return undefined;
  return section(
    'residue',
    'Left over in the database',
    html`<ul class="residue">
      ${all.map(renderResidue)}
    </ul>`,
  );
}

function renderResidue({ kind, name: what, origin, advice, done }: Residue): Html {
  return html`<li>
    <span class="badge ${done === null ? 'late' : 'good'}">${kind.replace('_', ' ')}</span>
    ${name(what)}
    <p>${origin}.</p>
    <p class="advice">${done ?? advice}</p>
  </li> `;
}
