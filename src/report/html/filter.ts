import { badge } from './cells.js';
import { html, when, type Html } from './template.js';

/** Fewer rows are seen at a glance. */
const LEAST_ROWS = 12;

/** What filters a table. Without the script it stays hidden, since it would do nothing. */
export function filterBar(table: string, statuses: readonly string[]): Html | undefined {
  if (statuses.length < LEAST_ROWS) return undefined;
  const kinds = [...new Set(statuses)].toSorted();
  return html`<div class="filter" data-for="${table}" hidden>
    <label>Filter <input type="search" autocomplete="off" spellcheck="false" /></label>
    ${when(
      kinds.length > 1,
      html`<fieldset>
        <legend>Status</legend>
        ${kinds.map(
          (status) =>
            html`<label><input type="checkbox" value="${status}" /> ${badge(status)}</label>`,
        )}
      </fieldset>`,
    )}
    <output></output>
  </div> `;
}
