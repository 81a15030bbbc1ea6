import type { Facts, ReportV1, Step, Target } from '../../generated/report.v1.js';
import { KNOWN_FACTS, otherFacts, type KnownFact } from '../facts.js';
import { differenceOf } from '../gains.js';
import { badge, column, name, numberCell, section, table } from './cells.js';
import { filterBar } from './filter.js';
import { html, when, type Html } from './template.js';

interface Row {
  readonly step: Step;
  readonly target: Target;
}

/** What the catalogs showed of each relation before and after. */
export function relationsSection({ steps }: ReportV1): Html | undefined {
  const rows: Row[] = steps.flatMap((step) =>
    step.tasks.flatMap((task) => task.targets.map((target) => ({ step, target }))),
  );
  if (rows.length === 0) return undefined;
  const facts = KNOWN_FACTS.filter(({ key }) =>
    rows.some(({ target: { evidence } }) => has(evidence.before, key) || has(evidence.after, key)),
  );
  const columns = [
    ...['Relation', 'Step', 'Status'].map((title) => column(title)),
    ...facts.map(({ title }) => column(title, true)),
    column('Also changed'),
  ];
  const lines = rows.map((row) => renderRow(row, facts));
  const caption = 'What the catalogs showed before and after; figures are sorted by their change';
  return section(
    'relations',
    'Relations, before and after',
    html`${filterBar(
      'relations-table',
      rows.map(({ target }) => target.status),
    )}${table('relations-table', caption, columns, lines)}`,
    rows.length,
  );
}

const has = (facts: Facts | null, key: string): boolean => typeof facts?.[key] === 'number';

function renderRow({ step, target }: Row, facts: readonly KnownFact[]): Html {
  const { evidence, status, reason } = target;
  const others = otherFacts(evidence.before, evidence.after);
  return html`<tr data-s="${status}">
    <th scope="row">${name(target.name)}</th>
    <td class="id">${step.id}</td>
    <td>${badge(status)}${when(reason !== null, html`<div class="why">${reason}</div>`)}</td>
    ${facts.map((fact) => factCell(fact, evidence))}
    <td class="others">${others.join(', ')}</td>
  </tr> `;
}

function factCell({ key, show }: KnownFact, { before, after }: Target['evidence']): Html {
  const [from, to] = [before?.[key], after?.[key]];
  if (typeof from !== 'number' && typeof to !== 'number') return numberCell(undefined, '');
  const change = differenceOf({ before, after }, key);
  const side = (value: unknown): string => (typeof value === 'number' ? show(value) : '–');
  // What is the same in two digits has not changed as far as anybody can see.
  if (side(from) === side(to)) return numberCell(change ?? 0, side(to));
  return numberCell(
    change ?? 0,
    html`${side(from)} <span class="to">→ ${side(to)}</span>${when(
        key === 'size_bytes' && change !== undefined && typeof from === 'number' && from > 0,
        html` <small>${percent(change ?? 0, Number(from))}</small>`,
      )}`,
  );
}

function percent(change: number, from: number): string {
  const share = Math.round((100 * change) / from);
  if (share === 0) return `${change > 0 ? '+' : '−'}<1 %`;
  return share > 999 ? '>+999 %' : `${share > 0 ? '+' : '−'}${String(Math.abs(share))} %`;
}
