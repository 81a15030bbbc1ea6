import type { ReportV1 } from '../generated/report.v1.js';
import { oneLine } from '../model/printable.js';
import { RUN_STATUSES, TASK_STATUSES } from '../model/status.js';
import { gainsOf } from './gains.js';
import { parseTime } from './times.js';

type Labels = Readonly<Record<string, string>>;
type Sample = readonly [labels: Labels, value: number];

interface Metric {
  readonly name: string;
  readonly help: string;
  readonly samples: readonly Sample[];
}

/** The metric that outlives a run: it is taken over from the file of the one before. */
const LAST_SUCCESS = 'pg_runbook_last_success_timestamp_seconds';

/**
 * The run as a text file for Prometheus' node exporter. All are gauges: the file tells of the last run
 * and counts nothing up. What is not known, such as the end of a run that goes on, is left out. Pure.
 * @param before the file of the run before, if there was one: when a run last succeeded is taken from it.
 */
export function renderMetrics(report: ReportV1, before = ''): string {
  const labels = { runbook: report.runbook.name, database: report.server.database };
  return [...runMetrics(report, labels), lastSuccess(report, labels, before)]
    .filter(({ samples }) => samples.length > 0)
    .map(renderMetric)
    .join('');
}

function runMetrics(report: ReportV1, labels: Labels): Metric[] {
  const { run, runbook, steps, summary } = report;
  const [start, end] = [secondsOf(run.started_at), secondsOf(run.finished_at)];
  const gains = gainsOf(report);
  const gauge = (name: string, help: string, value: number | null | undefined): Metric => ({
    name: `pg_runbook_${name}`,
    help,
    samples: value === null || value === undefined ? [] : [[labels, value]],
  });
  const byStatus = (name: string, help: string, value: (status: string) => number): Metric => ({
    name: `pg_runbook_${name}`,
    help,
    samples: (name === 'run_status' ? RUN_STATUSES : TASK_STATUSES).map((status) => [
      { ...labels, status },
      value(status),
    ]),
  });
  const info = { ...labels, run_id: run.id, version: String(runbook.version) };
  const deferred = steps.flatMap((step) => step.tasks).filter((task) => task.deferred).length;
  return [
    { name: 'pg_runbook_run_info', help: 'The last run, by its id.', samples: [[info, 1]] },
    byStatus('run_status', 'Whether the run has this status.', (s) => (s === run.status ? 1 : 0)),
    gauge('run_start_timestamp_seconds', 'When the run started.', start),
    gauge('run_end_timestamp_seconds', 'When the run ended.', end),
    gauge(
      'run_duration_seconds',
      'How long the run took.',
      start === undefined || end === undefined ? undefined : round(end - start),
    ),
    gauge('run_exit_code', 'The exit code of the run.', run.exit_code),
    byStatus('run_tasks', 'Tasks of the run.', (status) => summary.tasks[status] ?? 0),
    byStatus('run_targets', 'Relations of the run.', (status) => summary.targets[status] ?? 0),
    gauge('run_deferred_tasks', 'Tasks that were left to the next run.', deferred),
    gauge('run_freed_bytes', 'What relations shrank by; negative: they grew.', gains.freedBytes),
    gauge(
      'run_dead_rows_removed',
      'Dead rows that are gone; negative: more are there than before.',
      gains.deadRowsRemoved,
    ),
  ];
}

function lastSuccess({ run }: ReportV1, labels: Labels, before: string): Metric {
  const own = run.status === 'succeeded' ? secondsOf(run.finished_at) : undefined;
  const value = own ?? earlierSuccess(labels, before);
  return {
    name: LAST_SUCCESS,
    help: 'When a run of the runbook last succeeded.',
    samples: value === undefined ? [] : [[labels, value]],
  };
}

/** Only of this very runbook and database: a file may have been given to another one. */
function earlierSuccess(labels: Labels, before: string): number | undefined {
  const start = `${LAST_SUCCESS}${renderLabels(labels)} `;
  const line = before.split('\n').find((one) => one.startsWith(start));
  const value = Number(line?.slice(start.length) ?? Number.NaN);
  return Number.isFinite(value) && value > 0 ? value : undefined;
}

function renderMetric({ name, help, samples }: Metric): string {
  const lines = samples.map(([labels, value]) => `${name}${renderLabels(labels)} ${String(value)}`);
  return [`# HELP ${name} ${help}`, `# TYPE ${name} gauge`, ...lines, ''].join('\n');
}

function renderLabels(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeLabel(value)}"`);
  return `{${pairs.join(',')}}`;
}

function escapeLabel(value: string): string {
  return oneLine(value)
    .replaceAll('\\', String.raw`\\`)
    .replaceAll('"', String.raw`\"`);
}

function secondsOf(text: string | null): number | undefined {
  const ms = parseTime(text);
  return ms === undefined ? undefined : ms / 1000;
}

/** Differences of fractions have digits that nobody measured. */
const round = (value: number): number => Math.round(value * 1000) / 1000;
