import type { Attempt, ReportV1, Step, Task } from '../../generated/report.v1.js';
import { describeDuration } from '../../model/duration.js';
import { count } from '../../model/phrases.js';
import { lineOfStatements } from '../statements.js';
import { elapsedMs, taskMs } from '../times.js';
import { sqlstateOf } from '../troubles.js';
import {
  badge,
  column,
  durationCell,
  expectedCell,
  moment,
  name,
  section,
  table,
  verdictCell,
} from './cells.js';
import { filterBar } from './filter.js';
import { html, lines, when, type Html } from './template.js';

const MOST_NAMES = 3;

/** Every task, with its SQL and its attempts to open. */
export function tasksSection({ steps }: ReportV1): Html | undefined {
  const tasks = steps.flatMap((step) => step.tasks.map((task) => ({ step, task })));
  if (tasks.length === 0) return undefined;
  const columns = [
    ...['Task', 'Status', 'Relations'].map((title) => column(title)),
    column('Started'),
    ...['Took', 'Planned'].map((title) => column(title, true)),
    column('Against the plan'),
    column('Tries', true),
    column('SQL and attempts'),
  ];
  const rows = tasks.map(({ step, task }) => row(step, task));
  return section(
    'tasks',
    'Tasks',
    html`${filterBar(
      'tasks-table',
      tasks.map(({ task }) => statusOf(task)),
    )}${table('tasks-table', 'In launch order; times are UTC', columns, rows)}`,
    tasks.length,
  );
}

const statusOf = (task: Task): string => (task.deferred ? 'deferred' : task.status);

function row(step: Step, task: Task): Html {
  const took = taskMs(task);
  const started = task.attempts[0]?.launched_at ?? null;
  const sqlstate = sqlstateOf(task);
  const statements = lineOfStatements({ kind: step.kind, tasks: [task] }) ?? '';
  return html`<tr data-s="${statusOf(task)}">
    <th scope="row">${name(task.id)}</th>
    <td>
      ${badge(task.status, task.deferred)}${when(
        sqlstate !== null && task.status !== 'succeeded',
        html` <span class="sqlstate">${sqlstate}</span>`,
      )}${when(task.reason !== null, html`<div class="why">${task.reason}</div>`)}
    </td>
    <td>${relations(task)}${when(statements !== '', html`<div>${statements}</div>`)}</td>
    <td data-v="${started ?? ''}">${moment(started)}</td>
    ${durationCell(took)}${expectedCell(task.expected)}${verdictCell(took, task.expected)}
    <td class="n" data-v="${task.attempts.length}">${task.attempts.length}</td>
    <td>${details(step, task)}</td>
  </tr> `;
}

function relations({ targets }: Task): Html {
  const more = targets.length - MOST_NAMES;
  const names = targets.slice(0, MOST_NAMES).map((target) => html`<div>${name(target.name)}</div>`);
  return html`${names}${when(more > 0, html`<div>and ${more} more</div>`)}`;
}

function details(step: Step, { id, sql, attempts }: Task): Html {
  const told = attempts.filter(
    ({ message, messages, sql: own }) => message !== null || messages.length > 0 || own !== null,
  );
  const shown = attempts.length > 1 ? attempts : told;
  const first = sql.trimStart().split(/[\s(;]/, 1)[0] ?? step.kind;
  return html`<details>
    <summary>${first.slice(0, 20)} …<span class="unseen"> by ${id}</span></summary>
    <pre>${lines(sql)}</pre>
    ${when(
      shown.length > 0,
      html`<ol class="attempts">
        ${shown.map(attemptItem)}
      </ol>`,
    )}
  </details>`;
}

function attemptItem(attempt: Attempt): Html {
  const {
    number,
    status,
    sqlstate,
    message,
    messages,
    pid,
    launched_at: at,
    finished_at: end,
  } = attempt;
  const took = elapsedMs(at, end);
  const facts = [
    ...(took === undefined ? [] : [describeDuration(took)]),
    ...(pid === null ? [] : [`pid ${String(pid)}`]),
    ...(sqlstate === null ? [] : [`SQLSTATE ${sqlstate}`]),
    ...(attempt.command_tag === null ? [] : [attempt.command_tag]),
    ...(attempt.row_count === null ? [] : [count(attempt.row_count, 'row')]),
  ];
  return html`<li value="${number}">
    ${badge(status)} ${moment(at)}
    ${facts.join(', ')}${when(
      message !== null,
      html`<p class="said">${message}</p>`,
    )}${when(attempt.sql !== null, html`<pre>${lines(attempt.sql ?? '')}</pre>`)}${when(
      messages.length > 0,
      html`<pre>${messages.map((line) => html`${line}${lines('\n')}`)}</pre>`,
    )}
  </li>`;
}
