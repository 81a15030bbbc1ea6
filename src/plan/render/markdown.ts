import type { PlanV1 } from '../../generated/plan.v1.js';
import { escapeMarkdown as text, fenceSql, inlineCode } from '../../model/markdown.js';
import { count, listSome } from '../../model/phrases.js';
import { planDocument } from '../document/document.js';
import {
  COLUMNS,
  type Fact,
  type FindingPart,
  type Part,
  type StepSection,
  type TaskPart,
} from '../document/model.js';

/** A comment of a pull request holds some 65,000 characters. */
const MOST_TASKS = 20;
const MOST_RELATIONS = 10;

/**
 * The plan for a comment on a pull request: findings first, then a line for each step, and what is said of
 * it folded away with the SQL. Names from the database cannot break out of it. Pure.
 */
export function renderPlanMarkdown(plan: PlanV1): string {
  const { title, refusals, facts, steps, findings, end } = planDocument(plan, false);
  const open = findings.some(({ waived }) => waived === null);
  return [
    `## ${text(title)}`,
    '',
    ...refusals.flatMap(({ code, message, hint }) => [
      `**${text(message)}** (\`${code}\`). ${text(hint)}`,
      '',
    ]),
    ...facts.map(fact),
    '',
    ...(open ? [] : ['No findings.']),
    ...findings.map(finding),
    '',
    `| ${COLUMNS.join(' | ')} |`,
    `| ${COLUMNS.map(() => '---').join(' | ')} |`,
    ...steps.map(({ cells }) => `| ${COLUMNS.map((name) => text(cells[name])).join(' | ')} |`),
    '',
    ...steps.flatMap(section),
    end,
    '',
  ].join('\n');
}

const fact = ({ name, text: about, whole }: Fact): string =>
  `- ${name}: ${whole === true ? inlineCode(about) : text(about)}`;

function finding({ severity, code, place, message, hint, waived }: FindingPart): string {
  return waived === null
    ? `- **${severity}**: ${text(place)}${text(message)} (\`${code}\`). ${text(hint)}`
    : `- allowed: ${text(place)}\`${code}\`: ${text(waived)}`;
}

function section({ id, title, parts, tasks, leftOut }: StepSection): string[] {
  const shown = tasks.slice(0, MOST_TASKS);
  const more = tasks.length - shown.length;
  const sql = tasks.length === 0 ? '' : `, and the SQL of ${count(tasks.length, 'task')}`;
  return fold(`${id}: how it runs${sql}`, [
    text(title),
    '',
    ...parts.flatMap(part),
    ...leftOut.map((out) => `- ${text(out)}`),
    '',
    ...shown.flatMap(task),
    ...(more > 0 ? [`and ${String(more)} more: \`pg-runbook plan --format text\``, ''] : []),
  ]);
}

/** What opens at a click. The summary is HTML, and a step's id needs no quoting in it. */
function fold(summary: string, lines: readonly string[]): string[] {
  return ['<details>', `<summary>${summary}</summary>`, '', ...lines, '</details>', ''];
}

function part(one: Part): string[] {
  return 'note' in one ? [`- ${text(one.note)}`] : ['', ...fenceSql(one.sql), ''];
}

function task({ sql, notes, relations }: TaskPart): string[] {
  const names = relations.map(({ name, about }) => `${inlineCode(name)} (${text(about)})`);
  const told = [
    ...notes.map(text),
    ...(names.length === 0 ? [] : [listSome(names, MOST_RELATIONS)]),
  ];
  return [...told.flatMap((one) => [one, '']), ...fenceSql(sql), ''];
}
