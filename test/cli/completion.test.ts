import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { useFolder } from '../db/engine/support.js';
import { runCli, runProgram } from '../support/cli.js';

const folder = useFolder();
const script = join(folder, 'completion.bash');
let commands: string[] = [];

beforeAll(async () => {
  const { stdout } = await runCli(['completion', 'bash']);
  writeFileSync(script, stdout);
  const help = await runCli(['--help']);
  commands = [...help.stdout.matchAll(/^ {2}([a-z]+) /gm)]
    .map((match) => match[1] ?? '')
    .filter((name) => name !== 'help');
});

/** What bash offers for a line whose last word is being typed. */
async function complete(...words: string[]): Promise<string[]> {
  const line = words.map((word) => `'${word}'`).join(' ');
  const ask = `source '${script}'; COMP_WORDS=(pg-runbook ${line}); COMP_CWORD=${String(words.length)};
    _pg_runbook; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = await runProgram('bash', ['-c', ask], { cwd: folder });
  expect(stderr).toBe('');
  return stdout.split('\n').filter((word) => word !== '');
}

describe('completion', () => {
  it('offers every command', async () => {
    expect(await complete('')).toEqual(commands);
    expect(await complete('un')).toEqual(['unpause']);
  });

  it('offers options, their values, and files where there are files', async () => {
    expect(await complete('wait', '--')).toEqual(expect.arrayContaining(['--timeout', '--report']));
    expect(await complete('plan', '--format', '')).toEqual(['text', 'markdown', 'json']);
    expect(await complete('schema', 'p')).toEqual(['plan']);
    expect(await complete('run', 'comp')).toEqual(['completion.bash']);
    expect(await complete('run', '--inv')).toEqual(['--inventory']);
    expect(await complete('run', '--inventory', 'comp')).toEqual(['completion.bash']);
    expect(await complete('schema', 'inv')).toEqual(['inventory', 'inventory-report']);
    expect(await complete('run', '--dsn', '')).toEqual([]);
    expect(await complete('status', 'comp')).toEqual([]);
  });

  it.each([
    ['zsh', /^#compdef pg-runbook\n/],
    ['fish', /^# fish completion/],
  ])('of %s names every command and quotes every description', async (shell, head) => {
    const { stdout, code } = await runCli(['completion', shell]);
    expect(code).toBe(0);
    expect(stdout).toMatch(head);
    for (const command of commands) expect(stdout).toContain(command);
    for (const line of stdout.split('\n').filter((text) => !text.startsWith('#'))) {
      const bare = line.replaceAll("'\\''", '').replaceAll("\\'", '');
      expect((bare.match(/'/g) ?? []).length % 2, line).toBe(0);
    }
  });
});

describe('man', () => {
  it('has every command, and no text that roff would take for a request', async () => {
    const { stdout } = await runCli(['man']);
    for (const command of commands) expect(stdout).toContain(`.SS ${command}`);
    const requests = stdout.split('\n').flatMap((line) => /^\.(\w+)/.exec(line)?.[1] ?? []);
    expect([...new Set(requests)].sort()).toEqual(['B', 'SH', 'SS', 'TH', 'TP', 'br']);
  });
});
