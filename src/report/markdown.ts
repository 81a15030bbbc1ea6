import type { ReportV1, Residue, Step } from '../generated/report.v1.js';
import { describeDuration } from '../model/duration.js';
import { escapeMarkdown as text, inlineCode as code } from '../model/markdown.js';
import { count, listSome, formatNumber } from '../model/phrases.js';
import { formatSize } from '../model/size.js';
import { gainsOf } from './gains.js';
import { furtherReason, headline } from './headline.js';
import { lineOfStatements } from './statements.js';
import type { Suggestion } from './suggestions.js';
import { describeTime, elapsedMs } from './times.js';
import { troublesOf, type Trouble } from './troubles.js';

/** A message in a chat should fit on a screen; the other formats have it all. */
const MOST_STEPS = 30;
const MOST_TROUBLES = 10;
const MOST_RELATIONS = 5;
const MOST_RESIDUE = 5;

/**
 * The report for a chat or a ticket: what happened, a line for each step, what needs attention, and what
 * may be done next. Names and messages cannot break out of it. Pure.
 */
export function renderReportMarkdown(report: ReportV1): string {
  return [
    `## ${text(headline(report))}`,
    '',
    describeRun(report),
    '',
    ...renderSteps(report.steps),
    ...renderStatements(report.steps),
    ...renderTroubles(report),
    ...renderResidue(report),
    ...renderNext(report),
  ].join('\n');
}

function describeRun(report: ReportV1): string {
  const { run, server } = report;
  const reason = furtherReason(run);
  const took = elapsedMs(run.started_at, run.finished_at);
  const { freedBytes, deadRowsRemoved } = gainsOf(report);
  const facts = [
    `Run ${code(run.id)} on ${code(server.database)}, ${describeTime(run.started_at)}`,
    ...(took === undefined ? [] : [`took ${describeDuration(took)}`]),
    ...(run.exit_code === null ? [] : [`exit ${String(run.exit_code)}`]),
    ...(freedBytes > 0 ? [`freed ${formatSize(freedBytes)}`] : []),
    ...(freedBytes < 0 ? [`relations grew by ${formatSize(-freedBytes)}`] : []),
    ...(deadRowsRemoved > 0 ? [`${formatNumber(deadRowsRemoved)} dead rows less`] : []),
    ...(reason === null ? [] : [text(reason)]),
    ...(run.paused_by === null ? [] : [`paused by ${text(run.paused_by)}`]),
  ];
  return `${facts.join('; ')}.`;
}

function renderSteps(steps: readonly Step[]): string[] {
  if (steps.length === 0) return [];
  const more = steps.length - MOST_STEPS;
  return [
    '| step | status | tasks done | took | planned |',
    '| --- | --- | ---: | ---: | ---: |',
    ...steps.slice(0, MOST_STEPS).map(renderStep),
    ...(more > 0 ? ['', `and ${count(more, 'more step')}`] : []),
    '',
  ];
}

function describeExpected({ basis, p50_ms: p50 }: NonNullable<Step['expected']>): string {
  return `${describeDuration(p50)}${basis === 'guess' ? ' (guess)' : ''}`;
}

function renderStep(step: Step): string {
  const took = elapsedMs(step.started_at, step.finished_at);
  const good = step.tasks.filter(({ status }) => status === 'succeeded').length;
  const status = text(step.status);
  const cells = [
    code(step.id),
    step.status === 'succeeded' ? status : `**${status}**`,
    `${String(good)} of ${String(step.tasks.length)}`,
    took === undefined ? '' : describeDuration(took),
    step.expected === null ? '' : describeExpected(step.expected),
  ];
  return `| ${cells.join(' | ')} |`;
}

function renderStatements(steps: readonly Step[]): string[] {
  const told = steps.flatMap((step) => {
    const line = lineOfStatements(step);
    return line === undefined ? [] : [`- ${code(step.id)}: ${code(line)}`];
  });
  if (told.length === 0) return [];
  const more = told.length - MOST_STEPS;
  return [
    '**SQL**',
    '',
    ...told.slice(0, MOST_STEPS),
    ...(more > 0 ? [`- and ${String(more)} more`] : []),
    '',
  ];
}

function renderTroubles(report: ReportV1): string[] {
  const troubles = troublesOf(report);
  if (troubles.length === 0) return [];
  const more = troubles.length - MOST_TROUBLES;
  return [
    '**Needs attention**',
    '',
    ...troubles.slice(0, MOST_TROUBLES).flatMap(renderTrouble),
    ...(more > 0 ? [`- and ${String(more)} more`] : []),
    '',
  ];
}

function renderTrouble(trouble: Trouble): string[] {
  const { step, status, sqlstate, reasons, places, suggestion } = trouble;
  const relations = [...new Set(places.flatMap((place) => place.relations))];
  const what =
    relations.length === 0
      ? places.map(({ task }) => code(task)).slice(0, MOST_RELATIONS)
      : relations.map(code);
  const state = `**${text(status)}**${sqlstate === null ? '' : ` ${code(sqlstate)}`}`;
  const [reason] = reasons;
  const more = reasons.length > 1 ? ` and ${String(reasons.length - 1)} more like it` : '';
  const said = reason === undefined ? '' : `: ${code(reason)}${more}`;
  return [
    `- ${code(step)} ${state} ${listSome(what, MOST_RELATIONS)}${said}`,
    ...(suggestion === undefined ? [] : [`  ${describeSuggestion(suggestion)}`]),
  ];
}

function describeSuggestion({ advice, code: way }: Suggestion): string {
  return `${text(advice)}${way === undefined ? '' : ` ${code(way)}`}`;
}

function renderResidue({ residue }: ReportV1): string[] {
  const left = (residue.after ?? []).filter(({ done }) => done === null);
  if (left.length === 0) return [];
  const more = left.length - MOST_RESIDUE;
  return [
    '**Left over in the database**',
    '',
    ...left.slice(0, MOST_RESIDUE).map(renderLeftover),
    ...(more > 0 ? [`- and ${String(more)} more`] : []),
    '',
  ];
}

function renderLeftover({ name, origin, advice }: Residue): string {
  return `- ${code(name)}: ${text(origin)}; ${code(advice)}`;
}

function renderNext({ run }: ReportV1): string[] {
  const { next_commands: commands } = run;
  return commands.length === 0 ? [] : [`Next: ${commands.map(code).join(' · ')}`, ''];
}
