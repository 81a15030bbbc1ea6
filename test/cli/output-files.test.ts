import { execFileSync, spawn } from 'node:child_process';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import type { ReportV1 } from '../../src/index.js';
import { runbook, useFolder } from '../db/engine/support.js';
import { runCli } from '../support/cli.js';
import { useTestDatabase } from '../support/database.js';
import { runHere } from '../support/in-process.js';
import { writeInventory, writeRunbook } from './inventory/support.js';

const db = await useTestDatabase();
const folder = useFolder();
const at = (name: string): string => join(folder, name);
const modeOf = (name: string): number => fs.statSync(at(name)).mode & 0o777;

const file = at('a.yaml');
fs.writeFileSync(file, runbook('  - id: one\n    sql: create temporary table t (id int)\n'));

/** A command that must end well. */
async function done(...args: string[]): Promise<void> {
  const { code, stderr } = await runHere(args, db);
  expect(code, stderr).toBe(0);
}

describe('files with SQL and names in them', () => {
  it('are for who runs, and for others when --mode says so; metrics are for an exporter', async () => {
    const others = ['--mode', '0640'];
    const run = async (name: string, ...more: string[]): Promise<void> =>
      done('run', file, '--allow-changed', '--report', at(name), ...more);
    await run('run.json', '--metrics', at('a.prom'));
    await run('run-640.json', ...others);
    const { run: ran } = JSON.parse(fs.readFileSync(at('run.json'), 'utf8')) as ReportV1;
    for (const [suffix, ...more] of [[''], ['-640', ...others]] as const) {
      await done('plan', file, '--out', at(`plan${suffix}.json`), ...more);
      await done('wait', ran.id, '--report', at(`wait${suffix}.json`), ...more);
      await done('report', ran.id, '--out', at(`report${suffix}.json`), ...more);
      for (const name of ['run', 'plan', 'wait', 'report']) {
        expect([name, modeOf(`${name}${suffix}.json`)]).toEqual([
          name,
          suffix === '' ? 0o600 : 0o640,
        ]);
      }
    }
    expect(modeOf('a.prom')).toBe(0o644);
  });

  it('are so for each database of an inventory, and the summary too', async () => {
    const inventory = writeInventory(folder, [db]);
    const { file: small } = writeRunbook(folder, 'create temporary table t (id int)');
    const run = ['run', small, '--inventory', inventory, '--report'];
    await done(...run, at('fleet'));
    await done(...run, at('fleet-644'), '--mode', '644');
    for (const name of ['d1', 'summary']) {
      expect(modeOf(`fleet/${name}.json`)).toBe(0o600);
      expect(modeOf(`fleet-644/${name}.json`)).toBe(0o644);
    }
  });

  it.each(['rw-r-----', '0888', '06440', '', '64', '-1', '0x1ff'])(
    'with the mode %j are refused before anything is done',
    async (mode) => {
      const result = await runHere(['run', file, '--report', at('no.json'), `--mode=${mode}`], db);
      expect(result.code).toBe(2);
      expect(result.stderr).toContain(`--mode: not a mode of a file: ${mode} [usage]`);
      expect(result.stderr).toContain('0640');
      expect(fs.existsSync(at('no.json'))).toBe(false);
    },
  );
});

describe('a report to a pipe', () => {
  const pipe = (name: string): string => {
    execFileSync('mkfifo', [at(name)]);
    return at(name);
  };

  it('that nobody reads is refused before the run', async () => {
    const { code, stderr } = await runCli(['run', file, '--allow-changed', '--report', pipe('a')], {
      env: db.env,
      deadlineMs: 60_000,
    });
    expect(code, stderr).toBe(3);
    expect(stderr).toMatch(
      /cannot write the report .*: nobody reads the pipe \[report_not_written\]/,
    );
  });

  it('whose reader goes after the first report lets the run go on, and tells it', async () => {
    const path = pipe('b');
    const reader = spawn('cat', [path], { stdio: ['ignore', 'pipe', 'inherit'] });
    const read = text(reader.stdout);
    const { code, stderr } = await runCli(['run', file, '--allow-changed', '--report', path], {
      env: db.env,
      deadlineMs: 60_000,
    });
    expect(code, stderr).toBe(0);
    expect(stderr).toContain('nobody reads the pipe [report_not_written]');
    expect(JSON.parse(await read)).toMatchObject({ report_version: 1 });
  });
});

describe.runIf(process.geteuid?.() === 0)('as the superuser of the machine', () => {
  it('a run is refused whose report would go through the link of another user', async () => {
    fs.mkdirSync(at('open'));
    fs.chmodSync(at('open'), 0o777);
    fs.chmodSync(folder, 0o755);
    fs.writeFileSync(at('victim'), 'precious');
    execFileSync('ln', ['-s', at('victim'), at('open/a.json')], { uid: 65_534, gid: 65_534 });
    const { code, stderr } = await runHere(['run', file, '--report', at('open/a.json')], db);
    expect(code).toBe(3);
    expect(stderr).toMatch(/a\.json is a symbolic link of another user: remove the link/);
    const metrics = ['--allow-changed', '--report', at('no.json'), '--metrics', at('open/a.json')];
    const other = await runHere(['run', file, ...metrics], db);
    expect(other.code).toBe(3);
    expect(other.stderr).toContain('[metrics_not_written]');
    expect(other.stderr).toContain('remove the link');
    expect(fs.existsSync(at('no.json'))).toBe(false);
    expect(fs.readFileSync(at('victim'), 'utf8')).toBe('precious');
  });

  it('a report and metrics that go to a device leave it one', async () => {
    execFileSync('mknod', [at('null'), 'c', '1', '3']);
    const more = ['--allow-changed', '--report', at('null'), '--metrics', at('null')];
    await done('run', file, ...more);
    expect(fs.statSync(at('null')).isCharacterDevice()).toBe(true);
  });
});
