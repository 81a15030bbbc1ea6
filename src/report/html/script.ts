/**
 * The page's script: tables are sorted by their headings, and filtered. Without it everything is there,
 * in the order of the run. It takes nothing from the report but text to compare, and makes no markup of
 * it. Its hash stands in {@link SCRIPT_HASH}; a test tells the right one.
 */
export const SCRIPT = `'use strict';
const collator = new Intl.Collator('en', { numeric: true });
const valueOf = (row, index) => {
  const cell = row.cells[index];
  const value = cell.dataset.v;
  if (value === undefined) return cell.textContent.trim();
  return value === '' || Number.isNaN(Number(value)) ? value : Number(value);
};
const compare = (a, b) =>
  typeof a === 'number' && typeof b === 'number' ? a - b : collator.compare(String(a), String(b));
const isNothing = (value) => value === '' || value === '\\u2013';
const sortBy = (table, index, direction) => {
  const body = table.tBodies[0];
  const rows = Array.from(body.rows, (row) => ({ row, value: valueOf(row, index) }));
  rows.sort((a, b) => {
    const gaps = isNothing(a.value) - isNothing(b.value);
    return gaps !== 0 ? gaps : direction * compare(a.value, b.value);
  });
  body.append(...rows.map(({ row }) => row));
};
for (const table of document.querySelectorAll('table.sortable')) {
  const heads = Array.from(table.tHead.rows[0].cells);
  heads.forEach((head, index) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.append(...head.childNodes);
    head.append(button);
    head.setAttribute('aria-sort', 'none');
    button.addEventListener('click', () => {
      const was = head.getAttribute('aria-sort');
      const first = head.classList.contains('n') ? 'descending' : 'ascending';
      const next = was === 'none' ? first : was === 'ascending' ? 'descending' : 'ascending';
      for (const other of heads) other.setAttribute('aria-sort', 'none');
      head.setAttribute('aria-sort', next);
      sortBy(table, index, next === 'ascending' ? 1 : -1);
    });
  });
}
for (const bar of document.querySelectorAll('.filter')) {
  const rows = Array.from(document.getElementById(bar.dataset.for).tBodies[0].rows);
  const texts = rows.map((row) => row.textContent.toLowerCase());
  const search = bar.querySelector('input[type=search]');
  const boxes = Array.from(bar.querySelectorAll('input[type=checkbox]'));
  const output = bar.querySelector('output');
  const apply = () => {
    const wanted = search.value.trim().toLowerCase();
    const states = boxes.filter((box) => box.checked).map((box) => box.value);
    let shown = 0;
    rows.forEach((row, index) => {
      const hit =
        texts[index].includes(wanted) && (states.length === 0 || states.includes(row.dataset.s));
      row.hidden = !hit;
      if (hit) shown += 1;
    });
    const all = rows.length.toLocaleString('en');
    output.value = shown === rows.length ? all + ' rows' : shown.toLocaleString('en') + ' of ' + all + ' rows';
  };
  bar.addEventListener('input', apply);
  bar.hidden = false;
  apply();
}
`;

/** For the page's Content-Security-Policy: no other script may run. */
export const SCRIPT_HASH = 'sha256-7t2f34ftKDoefsFOrq8btuwklyzQSLbf1lfGpZmJto8=';
