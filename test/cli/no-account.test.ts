import { chmodSync, chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { runbookOf } from '../db/support/run-yaml.js';
import { runProgram, type CliResult } from '../support/cli.js';
import { useTestDatabase } from '../support/database.js';
import { ROOT } from '../support/root.js';

const db = await useTestDatabase();
/** No account of this machine has it. */
const UID = 54_321;
const isRoot = process.getuid?.() === 0;

const folder = mkdtempSync(join(tmpdir(), 'pg-runbook-no-account-'));
chmodSync(folder, 0o755);
const BOOK = join(folder, 'book.yaml');
writeFileSync(BOOK, runbookOf('\n  - id: one\n    sql: select 1\n'), {
  mode: 0o644,
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const AS_A_NUMBER = [
  ...['setpriv', `--reuid=${String(UID)}`, `--regid=${String(UID)}`, '--clear-groups'],
  // The checkout may be in a folder that is closed to others.
  ...['--inh-caps=+dac_read_search', '--ambient-caps=+dac_read_search'],
];

/** Runs a command with these variables and no others, not even HOME. */
function runBare(
  prefix: readonly string[],
  env: Readonly<Record<string, string>>,
  ...args: readonly string[]
): Promise<CliResult> {
  // Reports go to the working folder.
  const cwd = mkdtempSync(join(folder, 'work-'));
  if (prefix.length > 0) chownSync(cwd, UID, UID);
  const variables = Object.entries({ PATH: process.env['PATH'] ?? '', ...env });
  return runProgram(
    'env',
    [
      ...['-i', ...variables.map(([name, value]) => `${name}=${value}`), ...prefix],
      ...[process.execPath, join(ROOT, 'dist', 'cli', 'main.js'), ...args],
    ],
    { cwd },
  );
}

const COMMANDS = [
  ['validate', BOOK],
  ['init'],
  ['plan', BOOK],
  ['run', BOOK],
  ['grants', BOOK],
  ...['doctor', 'status', 'history'].map((name) => [name]),
];

describe.each([
  ['without an environment', [], true],
  ['as a number that no account has', AS_A_NUMBER, isRoot],
] as const)('%s', (_name, prefix, possible) => {
  it.runIf(possible)('every command does its work', async () => {
    const endings: Record<string, unknown> = {};
    for (const args of COMMANDS) {
      const { code, stderr } = await runBare(prefix, db.env, ...args);
      endings[args[0]!] = code === 0 ? 0 : [code, stderr];
    }
    expect(endings).toEqual(Object.fromEntries(COMMANDS.map(([name]) => [name, 0])));
  });
});

describe.runIf(isRoot)('as a number that no account has, it says what is missing:', () => {
  const { PGHOST = '', PGPORT = '' } = db.env;
  it.each([
    [
      'a user',
      { PGHOST, PGPORT },
      /no user is named, and the account that runs this has no name[^]*hint: Set PGUSER/,
    ],
    ['a service file', { PGSERVICE: 'x' }, /no service "x" in any file: there is no home folder/],
    [
      'a root certificate',
      { PGHOST, PGPORT, PGUSER: 'u', PGSSLMODE: 'verify-full' },
      /there is no home folder to find one in[^]*hint: Name the file by sslrootcert/,
    ],
  ])('%s', async (_what, env, said) => {
    const { code, stderr } = await runBare(AS_A_NUMBER, env, 'history');
    expect([code, stderr]).toEqual([2, expect.stringMatching(said)]);
    expect(stderr).not.toMatch(/^\s+at /m);
  });
});
