import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { oneLine } from '../../../src/model/printable.js';
import { RUN_STATUSES, TASK_STATUSES } from '../../../src/model/status.js';
import { renderMetrics } from '../../../src/report/metrics.js';
import { report, richReport, step, task, withHostileTexts } from './fixtures.js';

interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Reads the text format as strictly as Prometheus and its linter do; throws on what they refuse. */
function parse(text: string): Sample[] {
  expect(text.endsWith('\n')).toBe(true);
  const samples: Sample[] = [];
  const types = new Map<string, string>();
  let current = '';
  for (const line of text.slice(0, -1).split('\n')) {
    const comment = /^# (HELP|TYPE) ([a-z][a-z0-9_]*) (.+)$/.exec(line);
    if (comment !== null) {
      const [, kind, name = '', rest = ''] = comment;
      if (kind === 'HELP') {
        // All of a metric stands together, its HELP before its TYPE.
        expect(types.has(name)).toBe(false);
        current = name;
      } else {
        expect(name).toBe(current);
        types.set(name, rest);
        expect(rest).toBe('gauge');
        expect(name).not.toMatch(/_total$|_(ms|minutes|hours|kb|mb)(_|$)/);
      }
      continue;
    }
    const match = /^([a-z][a-z0-9_]*)\{(.*)\} (-?[0-9.e+]+)$/.exec(line);
    if (match === null) throw new Error(`no sample: ${line}`);
    const [, name = '', inner = '', value] = match;
    expect(name).toBe(current);
    expect(types.has(name)).toBe(true);
    samples.push({ name, labels: parseLabels(inner), value: Number(value) });
  }
  expect(samples.every(({ value }) => Number.isFinite(value))).toBe(true);
  const keys = samples.map(({ name, labels }) => JSON.stringify([name, labels]));
  expect(new Set(keys).size).toBe(keys.length);
  return samples;
}

function parseLabels(text: string): Record<string, string> {
  const labels: Record<string, string> = {};
  const pair = /([a-z][a-z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(,|$)/y;
  while (pair.lastIndex < text.length) {
    const match = pair.exec(text);
    if (match === null) throw new Error(`no labels: ${text}`);
    const [, name = '', value = ''] = match;
    expect(labels).not.toHaveProperty(name);
    labels[name] = value.replace(/\\(.)/g, (_, char: string) => (char === 'n' ? '\n' : char));
  }
  return labels;
}

const valueOf = (samples: readonly Sample[], name: string, status?: string): number | undefined =>
  samples.find((one) => one.name === `pg_runbook_${name}` && one.labels['status'] === status)
    ?.value;

describe('the metrics', () => {
  const samples = parse(renderMetrics(richReport()));

  it('tell how the run went', () => {
    expect(valueOf(samples, 'run_exit_code')).toBe(1);
    expect(valueOf(samples, 'run_start_timestamp_seconds')).toBe(
      Date.parse('2026-11-21T02:30:00Z') / 1000,
    );
    expect(valueOf(samples, 'run_duration_seconds')).toBe(2_412.4);
    expect(valueOf(samples, 'run_deferred_tasks')).toBe(1);
    expect(valueOf(samples, 'run_freed_bytes')).toBeGreaterThan(1e9);
    expect(valueOf(samples, 'last_success_timestamp_seconds')).toBeUndefined();
  });

  it('have every status, so that none vanishes from a graph', () => {
    const run = RUN_STATUSES.map((status) => valueOf(samples, 'run_status', status));
    expect(run.filter((value) => value === 1)).toHaveLength(1);
    expect(run.filter((value) => value === 0)).toHaveLength(RUN_STATUSES.length - 1);
    expect(valueOf(samples, 'run_status', 'failed')).toBe(1);
    const tasks = TASK_STATUSES.map((status) => valueOf(samples, 'run_tasks', status));
    expect(tasks.reduce<number>((sum, n) => sum + (n ?? Number.NaN), 0)).toBe(12);
  });

  it('remember the last success over runs that fail', () => {
    const good = report([step('a', [task('a/1')], [0, 5])]);
    const first = renderMetrics(good);
    const at = Date.parse(good.run.finished_at ?? '') / 1000;
    expect(valueOf(parse(first), 'last_success_timestamp_seconds')).toBe(at);
    const run = { ...good.run, status: 'failed' as const, finished_at: '2026-11-22T02:30:00Z' };
    const second = renderMetrics({ ...good, run }, first);
    expect(valueOf(parse(second), 'last_success_timestamp_seconds')).toBe(at);
    const other = { ...good, run, runbook: { ...good.runbook, name: 'other' } };
    expect(renderMetrics(other, first)).not.toContain('last_success');
    expect(renderMetrics({ ...good, run }, 'no metrics at all')).not.toContain('last_success');
  });

  it('leave out what is not known of a run that goes on', () => {
    const made = report([]);
    const run = { ...made.run, status: 'running' as const, finished_at: null, exit_code: null };
    const text = renderMetrics({ ...made, run });
    parse(text);
    expect(text).not.toMatch(/end_timestamp|duration|exit_code/);
  });

  property.prop([fc.string({ unit: 'binary', maxLength: 30 })])(
    'are well-formed, whatever things are called',
    (text) => {
      const hostile = `${text}"} 1\n# \\`;
      const made = withHostileTexts(richReport(), hostile);
      const read = parse(renderMetrics(made));
      expect(read.find(({ name }) => name === 'pg_runbook_run_info')?.labels['runbook']).toBe(
        oneLine(hostile),
      );
    },
  );
});
