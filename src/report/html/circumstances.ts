import type { ReportV1, Settings, Step } from '../../generated/report.v1.js';
import { describeDuration } from '../../model/duration.js';
import { describeTime } from '../times.js';
import { name, section } from './cells.js';
import { html, type Content, type Html } from './template.js';

type Pairs = readonly (readonly [string, Content])[];

/** Under what the run ran: versions, parameters, budget, settings. */
export function circumstances(report: ReportV1): Html {
  return section(
    'circumstances',
    'Circumstances',
    html`<div class="columns">
        ${list('Run', ofRun(report))}${list('Server', ofServer(report))}${list('Budget', ofBudget(report))}${list('Parameters', ofParameters(report))}
      </div>
      ${settings(report.steps)}`,
  );
}

function list(title: string, pairs: Pairs): Html {
  const items = pairs.map(
    ([term, value]) =>
      html`<div>
        <dt>${term}</dt>
        <dd>${value}</dd>
      </div>`,
  );
  return html`<div>
    <h3>${title}</h3>
    ${pairs.length === 0 ? html`<p>None.</p>` : html`<dl>${items}</dl>`}
  </div> `;
}

function ofRun({ run, runbook }: ReportV1): Pairs {
  return [
    ['Run', name(run.id)],
    ['Runbook', html`${name(runbook.name)} version ${runbook.version}`],
    ['File', name(runbook.path)],
    ['Content', digest(runbook.digest)],
    ['Plan', digest(run.plan_digest)],
    ['Started', describeTime(run.started_at)],
    ['Ended', describeTime(run.finished_at)],
    ...(run.traceparent === null ? [] : [['Trace', name(run.traceparent)] as const]),
    ...(run.pass === null ? [] : [['Pass', name(run.pass)] as const]),
    ...(run.window_ends_at === null
      ? []
      : [['Window until', describeTime(run.window_ends_at)] as const]),
  ];
}

/** So many digits tell two contents apart; the rest is in the tooltip. */
function digest(text: string): Html {
  return html`<code title="${text}">${text.slice(0, 19)}…</code>`;
}

function ofServer({ server }: ReportV1): Pairs {
  const { version, dialect, schema } = server.pg_background;
  return [
    ['PostgreSQL', server.version],
    ['Database', name(server.database)],
    ['Role', name(server.role)],
    ['Worker slots', server.max_worker_processes],
    ['pg_background', html`${version}, API ${dialect}, in ${name(schema)}`],
    ['System', name(server.system_identifier)],
  ];
}

function ofBudget({ budget }: ReportV1): Pairs {
  const { workers, server_workers: all, keep_free: free, max_wait_ms: wait } = budget;
  return [
    ['Workers of the run', workers],
    ['Of the server', all ?? 'not limited'],
    ['Kept free', free],
    ['Longest wait', wait === null ? 'by default' : describeDuration(wait)],
  ];
}

function ofParameters({ runbook }: ReportV1): Pairs {
  return sortedEntries(runbook.parameters).map(([key, value]) => [key, name(String(value))]);
}

/** The settings of the workers, and which steps had them. */
function settings(steps: readonly Step[]): Html {
  const having = new Map<string, Set<string>>();
  for (const step of steps) {
    for (const task of step.tasks) {
      const text = describeSettings(task.settings);
      having.set(text, (having.get(text) ?? new Set()).add(step.id));
    }
  }
  if (having.size === 0) return html``;
  return html`<h3>Settings of the workers</h3>
    <dl class="settings">
      ${[...having].map(([text, ids]) => {
        const of = ids.size === steps.length && ids.size > 1 ? 'all steps' : [...ids].join(', ');
        return html`<div>
          <dt>${of}</dt>
          <dd><code>${text === '' ? 'the defaults' : text}</code></dd>
        </div>`;
      })}
    </dl>`;
}

function describeSettings(of: Settings): string {
  return sortedEntries(of)
    .map(([key, value]) => `${key}=${value}`)
    .join(' ');
}

/** The ledger keeps no order of keys: a file of the run and the ledger must show alike. */
function sortedEntries<T>(of: Readonly<Record<string, T>>): [string, T][] {
  return Object.entries(of).toSorted(([a], [b]) => (a < b ? -1 : 1));
}
