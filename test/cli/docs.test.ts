import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeDatabase, runFile, SHOP_FILES, withClient } from '../../scripts/demo/shop.js';
import { runProgram } from '../support/cli.js';
import { isRun, readBlocks, RUN_DOCUMENTS, type Block } from '../support/doc-blocks.js';
import { useOwnServer } from '../support/own-server.js';
import { ROOT } from '../support/root.js';
import { libpqEnvironment } from '../support/server.js';

/**
 * What the documents tell their reader to type is typed here, in order, in a fresh checkout, in one shell for each
 * document, against a server of this file's own. Two things are stood in for, since npm takes longer than all the
 * rest: `npm ci` links what is installed and built already, and `npx pg-runbook` starts the program itself, but for
 * `npx pg-runbook --version`, which is npm's own.
 */
const folder = mkdtempSync(join(tmpdir(), 'pg-runbook-docs-'));
const bin = join(folder, 'bin');
const server = useOwnServer('docs');
let uri = '';

beforeAll(async () => {
  uri = await server.start();
  mkdirSync(bin);
  writeFileSync(join(folder, 'run-sql.mjs'), RUN_SQL);
  const npm = execFileSync('sh', ['-c', 'command -v npm'], { encoding: 'utf8' }).trim();
  const link = `ln -s '${ROOT}/node_modules' node_modules && cp -r '${ROOT}/dist' dist`;
  script('npm', `if [ "$1" = ci ]; then [ -e dist ] || { ${link}; }; else exec '${npm}' "$@"; fi`);
  const npx = join(dirname(npm), 'npx');
  const program = 'exec node dist/cli/main.js "$@"';
  script('npx', `[ "$2" = --version ] && exec '${npx}' "$@"; shift; ${program}`);
  // As `npm install --global` puts it there.
  script('pg-runbook', `exec node '${ROOT}/dist/cli/main.js' "$@"`);
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function script(name: string, text: string): void {
  writeFileSync(join(bin, name), `#!/bin/sh\n${text}\n`);
  chmodSync(join(bin, name), 0o755);
}

/** The files of the repository as they are now, without what was installed or built. */
function checkOut(name: string): string {
  const target = join(folder, name);
  const git = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const listed = execFileSync('git', git, { cwd: ROOT, encoding: 'utf8' }).split('\0');
  for (const path of listed.filter((one) => one !== '' && existsSync(join(ROOT, one)))) {
    mkdirSync(dirname(join(target, path)), { recursive: true });
    copyFileSync(join(ROOT, path), join(target, path));
  }
  return target;
}

/** Sends a file of SQL as psql would, which not every machine has. */
const RUN_SQL = `
import { readFileSync } from 'node:fs';
import pg from '${ROOT}/node_modules/pg/lib/index.js';
const client = new pg.Client();
await client.connect();
await client.query(readFileSync(process.argv[2], 'utf8'));
await client.end();
`;

/** One script of all blocks. Before each it says which one it is, so that a failure has its place. */
function scriptOf(blocks: readonly Block[], cwd: string): string {
  const commands = blocks.map((block, index) => {
    const copy = `${cwd}.block-${String(index)}`;
    if (block.language !== 'sh') writeFileSync(copy, block.text);
    const command =
      block.language === 'sh'
        ? block.text
        : block.file === undefined
          ? `node '${join(folder, 'run-sql.mjs')}' '${copy}'\n`
          : `cp '${copy}' '${block.file}'\n`;
    return `echo '>>> ${block.at}' >&2\n${command}`;
  });
  return ['set -e', ...commands].join('\n');
}

/** A document takes up to 20 s on an idle machine. */
const DEADLINE_MS = 110_000;

/** Nothing of this machine's but PATH: no passwords, no npm settings, no server that others use. */
const environment = (): Record<string, string> => ({
  PATH: `${bin}:${process.env['PATH'] ?? ''}`,
  HOME: folder,
  npm_config_update_notifier: 'false',
  PG_RUNBOOK_TEST_DSN: uri,
});

interface Place {
  readonly cwd: string;
  readonly env: Record<string, string>;
}

function inDatabase(name: string): Record<string, string> {
  const url = new URL(uri);
  url.pathname = name;
  return { ...environment(), ...libpqEnvironment(url.href) };
}

/** In a checkout that is installed, with a shop of a few thousand rows and a run that is over. */
async function settledPlace(): Promise<Place> {
  const place = { cwd: checkOut('settled'), env: inDatabase('settled') };
  await withClient(await makeDatabase(uri, 'settled'), async (client) => {
    for (const part of SHOP_FILES) await runFile(client, part, 0.02);
  });
  const before = 'npm ci && pg-runbook run runbooks/vacuum-hot-tables.yaml';
  const ready = await runProgram('bash', ['-c', before], place);
  expect(ready, ready.stderr).toMatchObject({ code: 0 });
  return place;
}

let settled: Promise<Place> | undefined;

/** Where the reader of a document is: two begin with nothing; the others are read later. */
function placeOf(path: string): Promise<Place> {
  if (path === 'docs/getting-started.md') {
    return Promise.resolve({ cwd: checkOut('getting-started'), env: environment() });
  }
  // Its demo makes the database.
  if (path === 'README.md') {
    return Promise.resolve({ cwd: checkOut('readme'), env: inDatabase('pg_runbook_demo') });
  }
  settled ??= settledPlace();
  return settled;
}

const DOCUMENTS = RUN_DOCUMENTS.filter((path) => readBlocks(path).some(isRun));

it.each(DOCUMENTS)(
  '%s: its commands can be typed as they are',
  async (path) => {
    const { cwd, env } = await placeOf(path);
    const blocks = readBlocks(path).filter((block) => isRun(block) || block.file !== undefined);
    const { code, stdout, stderr } = await runProgram('bash', ['-c', scriptOf(blocks, cwd)], {
      cwd,
      env,
      deadlineMs: DEADLINE_MS,
    });
    expect(code, `${stdout.slice(-2_000)}\n${stderr.slice(-4_000)}`).toBe(0);
    expect(stderr.match(/^>>> /gm)).toHaveLength(blocks.length);
  },
  DEADLINE_MS + 10_000,
);
