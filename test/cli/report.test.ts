import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runbook, useFolder } from '../db/engine/support.js';
import { runCli } from '../support/cli.js';
import { useTestDatabase } from '../support/database.js';
import { runHere } from '../support/in-process.js';
import { richReport } from '../unit/report/fixtures.js';

const db = await useTestDatabase();
const folder = useFolder();
const at = (name: string): string => join(folder, name);

const MARKS = {
  text: /^run 20261121-k3x9t2 failed/,
  markdown: /^## nightly-maintenance failed: /,
  html: /^<!doctype html>/i,
  junit: /^<\?xml .*\n<testsuites name="nightly-maintenance" tests="12"/,
  json: /^\{\n {2}"report_version": 1,/,
} as const;

describe('report FILE', () => {
  it.each(Object.entries(MARKS))('as %s goes to stdout, without a server', async (format, mark) => {
    writeFileSync(at('night.json'), JSON.stringify(richReport()));
    const { code, stdout, stderr } = await runHere(
      ['report', at('night.json'), '--format', format],
      { env: { PGHOST: '/nowhere' } },
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(mark);
  });

  it('with --out goes to a file, whole', async () => {
    writeFileSync(at('night.json'), JSON.stringify(richReport()));
    const out = at('pages/night.html');
    const { code, stdout } = await runCli([
      ...['report', at('night.json'), '--format', 'html', '--out', out],
    ]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(readFileSync(out, 'utf8').trimEnd()).toMatch(/<\/html>$/);
    expect(readdirSync(at('pages'))).toEqual(['night.html']);
  });

  it.each([
    ['none.json', undefined, 'cannot read the report'],
    ['yaml.json', 'api_version: pg-runbook/v1', 'it is no JSON'],
    ['empty.json', '', 'it is no JSON'],
    ['plan.json', '{"plan_version": 1}', 'is no report'],
    ['odd.json', JSON.stringify({ ...richReport(), steps: [{}] }), '/steps/0'],
  ])('%s is refused with exit 2', async (name, text, complaint) => {
    if (text !== undefined) writeFileSync(at(name), text);
    const { code, stdout, stderr } = await runHere(['report', at(name)]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(complaint);
    expect(stderr).toContain('[report_invalid]');
    expect(stderr).toContain('hint: ');
  });

  it('is shown whatever its texts are', async () => {
    const made = richReport();
    const run = { ...made.run, started_at: 'x', finished_at: 'y' };
    writeFileSync(at('odd.json'), JSON.stringify({ ...made, run }));
    for (const format of Object.keys(MARKS)) {
      const { code } = await runHere(['report', at('odd.json'), '--format', format]);
      expect({ format, code }).toEqual({ format, code: 0 });
    }
  });
});

describe('a run', () => {
  const failing = runbook('  - id: good\n    sql: SELECT 1\n  - id: bad\n    sql: SELECT 1 / 0\n');
  const fine = failing.replace('1 / 0', '1 / 1').replace('version: 1', 'version: 2');

  it('has metrics though it failed, and a report in each format', async () => {
    writeFileSync(at('a.yaml'), failing);
    const metrics = at('a.prom');
    const ran = await runCli(
      ['run', at('a.yaml'), '--report', at('a.json'), '--metrics', metrics],
      { env: db.env },
    );
    expect(ran.code).toBe(1);
    const text = readFileSync(metrics, 'utf8');
    expect(text).toMatch(/^pg_runbook_run_status\{.*status="failed"\} 1$/m);
    expect(text).toMatch(/^pg_runbook_run_exit_code\{.*\} 1$/m);
    for (const format of Object.keys(MARKS)) {
      const shown = await runHere(['report', 'latest', '--format', format], { env: db.env });
      expect({ format, code: shown.code, stderr: shown.stderr }).toEqual({
        ...{ format, code: 0, stderr: '' },
      });
      expect(shown.stdout).toMatch(format === 'text' ? /22012/ : /division by zero|22012/);
    }
    const ofFile = await runHere(['report', at('a.json'), '--format', 'html']);
    const ofRun = await runHere(['report', 'latest', '--format', 'html'], { env: db.env });
    expect(ofRun.stdout).toBe(ofFile.stdout);
  });

  it('keeps the time of its last success, and wait writes metrics too', async () => {
    writeFileSync(at('b.yaml'), fine);
    const metrics = at('a.prom');
    const good = await runCli(
      ['run', at('b.yaml'), '--report', at('b.json'), '--metrics', metrics],
      { env: db.env },
    );
    expect(good.code).toBe(0);
    const success = /^pg_runbook_last_success_timestamp_seconds\{.*\} [0-9.]+$/m;
    const [line] = success.exec(readFileSync(metrics, 'utf8')) ?? [''];
    expect(line).not.toBe('');
    await runCli(['run', at('a.yaml'), '--report', at('c.json'), '--metrics', metrics], {
      env: db.env,
    });
    expect(readFileSync(metrics, 'utf8')).toContain(line);
    const waited = await runHere(['wait', 'latest', '--metrics', at('w.prom')], { env: db.env });
    expect(waited.code).toBe(1);
    expect(readFileSync(at('w.prom'), 'utf8')).toContain('pg_runbook_run_info{');
  });

  it('is not begun when its metrics could not be written', async () => {
    const { code, stderr } = await runCli(
      ['run', at('a.yaml'), '--report', at('d.json'), '--metrics', at('no/such/folder/a.prom')],
      { env: db.env },
    );
    expect(code).toBe(3);
    expect(stderr).toContain('[metrics_not_written]');
    expect(existsSync(at('d.json'))).toBe(false);
  });

  it('that is not there is exit 2', async () => {
    const { code, stderr } = await runHere(['report', '19990101-none'], { env: db.env });
    expect(code).toBe(2);
    expect(stderr).toContain('[run_not_found]');
  });
});
