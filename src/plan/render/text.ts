import type { PlanV1 } from '../../generated/plan.v1.js';
import { planDocument } from '../document/document.js';
import type { Fact, FindingPart, Part, StepSection, TaskPart } from '../document/model.js';
import { layOut, line, PLAIN, whole, type Layout, type Line } from './line.js';

/**
 * The plan for a terminal: the exact SQL and settings of each task, and its targets with their sizes. SQL
 * is never broken: it is what will be sent. Pure.
 */
export function renderPlanText(plan: PlanV1, layout: Layout = PLAIN): string {
  const { title, refusals, facts, steps, findings, end } = planDocument(
    plan,
    layout.explainSelection,
  );
  const lines = [
    heading(title),
    ...refusals.flatMap(({ code, message, hint }): Line[] => [
      { text: `  ${message} [${code}]`, emphasis: 'warning' },
      ...(hint === '' ? [] : [line(`    ${hint}`)]),
    ]),
    ...facts.map(factLine),
    ...steps.flatMap((step, index) => [line(''), ...stepLines(step, index)]),
    line(''),
    ...(findings.length === 0
      ? []
      : [heading('Findings'), ...findings.flatMap(findingLines), line('')]),
    line(end),
    line(''),
  ];
  return layOut(lines, layout);
}

const heading = (text: string): Line => ({ text, emphasis: 'heading' });

function factLine({ name, text, whole: unbroken }: Fact): Line {
  const row = `  ${name.padEnd(10)} ${text}`;
  return unbroken === true ? whole(row) : line(row);
}

function stepLines({ title, parts, tasks, leftOut }: StepSection, index: number): Line[] {
  return [
    heading(`${String(index + 1)}. ${title}`),
    ...parts.flatMap(partLines),
    ...tasks.flatMap(taskLines),
    ...leftOut.map((text) => line(`   ${text}`)),
  ];
}

const sqlRow = (row: string): Line => whole(`        ${row}`);

function partLines(part: Part): Line[] {
  return 'note' in part ? [line(`   ${part.note}`)] : part.sql.split('\n').map(sqlRow);
}

/** Lines of SQL that the task before has too are not worth reading twice. */
function taskLines(task: TaskPart, index: number, tasks: readonly TaskPart[]): Line[] {
  const before = tasks[index - 1]?.sql.split('\n').slice(1).join('\n') ?? '';
  const [first, ...others] = task.sql.split('\n');
  const same = others.length > 1 && before === others.join('\n');
  return [
    whole(`   ${`${String(task.number)}.`.padStart(4)} ${first ?? ''}`),
    ...(same ? [`… as in task ${String(index)}`] : others).map(sqlRow),
    ...task.notes.map((text) => line(`        ${text}`)),
    ...task.relations.map(({ name, about }) => line(`        - ${name}, ${about}`)),
  ];
}

function findingLines({ severity, code, place, message, hint, waived }: FindingPart): Line[] {
  return waived === null
    ? [
        { text: `  ${severity}: ${place}${message} [${code}]`, emphasis: severity },
        line(`    ${hint}`),
      ]
    : [line(`  allowed: ${place}${code}: ${waived}`)];
}
