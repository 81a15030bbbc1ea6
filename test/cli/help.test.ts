import { describe, expect, it } from 'vitest';
import { runCli } from '../support/cli.js';

const COMMANDS = [
  'validate',
  'plan',
  'run',
  'status',
  'history',
  'wait',
  'report',
  'why',
  'cancel',
  'pause',
  'unpause',
  'resume',
  'prune',
  'init',
  'doctor',
  'selftest',
  'grants',
  'schema',
  'explain',
  'completion',
  'man',
];

/** What a busy machine may take; on an idle one it is below 0.3 s. */
const BOUND_MS = 2_000;

describe('help', () => {
  it('of the program names every command and the exit codes, within the bound', async () => {
    const start = performance.now();
    const { code, stdout } = await runCli(['--help']);
    const elapsed = performance.now() - start;
    console.info(`pg-runbook --help answered in ${elapsed.toFixed(0)} ms`);
    expect(code).toBe(0);
    expect(elapsed).toBeLessThan(BOUND_MS);
    const listed = [...stdout.matchAll(/^ {2}([a-z]+) /gm)].map((match) => match[1]);
    expect(listed).toEqual([...COMMANDS, 'help']);
    expect(stdout).toContain('Example:');
    expect(stdout).toContain('Exit codes:');
  });

  it.each(COMMANDS)('of %s has an example of that command', async (command) => {
    const { code, stdout, stderr } = await runCli([command, '--help']);
    expect(code).toBe(0);
    expect(stderr).toBe('');
    expect(stdout).toMatch(new RegExp(`^Usage: pg-runbook ${command} `));
    expect(stdout).toMatch(new RegExp(`Example:\n  pg-runbook ${command}\\b`));
    const wide = stdout.split('\n').filter((line) => line.length > 90);
    expect(wide).toEqual([]);
  });

  it('of run tells what is for many databases', async () => {
    const { stdout } = await runCli(['run', '--help']);
    for (const option of ['--inventory <path>', '--shard <i/n>', '--tag <tag>', '--pass <name>']) {
      expect(stdout).toContain(`  ${option} `);
    }
    expect(stdout).toContain('--inventory fleet.yaml --shard 1/4');
  });

  it('without a command goes to stderr, with exit 2', async () => {
    const { code, stdout, stderr } = await runCli([]);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain('Usage: pg-runbook');
  });

  it.each([
    [['validat', 'x.yaml'], "unknown command 'validat'", 'Did you mean validate?'],
    [['run', '--reprot', 'x', 'y.yaml'], "unknown option '--reprot'", 'Did you mean --report?'],
    [['run', 'y.yaml', '--shrad', '1/2'], "unknown option '--shrad'", 'Did you mean --shard?'],
    [['run', 'y.yaml', '--inventroy', 'x'], "'--inventroy'", 'Did you mean --inventory?'],
    [['explain', 'cancle'], 'nothing is known of cancle', 'Did you mean `cancel`?'],
    [['explain', 'constructor'], 'nothing is known of constructor', ''],
    [['plan', 'x.yaml', '--format', 'xml'], "'xml' is invalid", 'text, markdown, json'],
    [
      ['report', 'latest', '--format', 'pdf'],
      "'pdf' is invalid",
      'text, markdown, html, junit, json',
    ],
    [['run'], 'name a runbook', '--plan'],
  ])('%j exits 2 and says what would be right', async (args, complaint, way) => {
    const { code, stdout, stderr } = await runCli(args);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(complaint);
    expect(stderr).toContain(way);
    expect(stderr).not.toMatch(/^\s+at /m);
  });
});

describe('explain', () => {
  it.each([
    ['wait', 'I block for the result'],
    ['detach', 'it runs on, and I look later'],
    ['cancel', 'I want it to stop'],
    ['plan_stale', 'What to do: Plan anew.'],
    ['[run_live]', 'run_live: exit 3'],
    ['unknown-key', 'a mistake in a runbook'],
    ['vacuum-full', 'VACUUM FULL writes the table anew'],
    ['no-privilege', 'Grant what privileges (docs/privileges.md) lists'],
  ])('%s fits on a screen', async (word, meaning) => {
    const { code, stdout } = await runCli(['explain', word]);
    expect(code).toBe(0);
    expect(stdout).toContain(meaning);
    const lines = stdout.trimEnd().split('\n');
    expect(lines.length).toBeLessThanOrEqual(24);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(90);
  });
});
