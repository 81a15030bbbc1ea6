import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { findAccount, isRoot } from './account.js';
import type { CachePaths } from './cache.js';
import type { Candidate } from './candidates.js';
import { startInstallation } from './cluster-start.js';
import { run } from './command.js';
import type { Installation } from './state.js';

export const OLDEST_MAJOR = 18;

/** The major version in the answer of `postgres --version` or `pg_config --version`. */
export function majorOf(answer: string): number {
  return Number(/PostgreSQL\)? (\d+)/.exec(answer)?.[1] ?? 0);
}

/** Server programs of this machine that are new enough and have the extension's files. */
export function localCandidate(cache: CachePaths): Candidate {
  return {
    name: 'local server programs',
    unavailable: async () =>
      (await findBin()) === undefined
        ? `no PostgreSQL ${OLDEST_MAJOR} or later with pg_background is installed`
        : undefined,
    start: async (previous) => {
      const bin = await findBin();
      if (bin === undefined) throw new Error('the server programs have gone');
      return startInstallation(installation(bin, cache), cache.instance, previous);
    },
  };
}

async function findBin(): Promise<string | undefined> {
  for (const pgConfig of pgConfigs()) {
    const { code, stdout } = await run(pgConfig, ['--version']);
    if (code !== 0 || majorOf(stdout) < OLDEST_MAJOR) continue;
    const bin = await ask(pgConfig, '--bindir');
    const control = join(await ask(pgConfig, '--sharedir'), 'extension', 'pg_background.control');
    if (existsSync(join(bin, 'initdb')) && existsSync(control)) return bin;
  }
  return undefined;
}

/** The one on PATH first, then Debian's versioned folders, newest first. */
function pgConfigs(): string[] {
  const base = '/usr/lib/postgresql';
  const majors = existsSync(base) ? readdirSync(base).map(Number).filter(Number.isInteger) : [];
  majors.sort((a, b) => b - a);
  return ['pg_config', ...majors.map((major) => join(base, String(major), 'bin', 'pg_config'))];
}

async function ask(pgConfig: string, option: string): Promise<string> {
  return (await run(pgConfig, [option])).stdout.trim();
}

/**
 * As root the server runs as another account, which cannot pass through root's home: its data then
 * live in a folder under /var/lib that belongs to this cache alone.
 */
function installation(bin: string, cache: CachePaths): Installation {
  if (!isRoot()) return { bin, root: '/', account: null, home: join(cache.folder, 'local') };
  const account = findAccount('/', 'postgres') ?? findAccount('/', 'nobody');
  if (account === undefined) throw new Error('there is no account postgres to run the server as');
  const name = createHash('sha256').update(cache.folder).digest('hex').slice(0, 12);
  const home = join('/var/lib/pg-runbook', name);
  mkdirSync(home, { recursive: true, mode: 0o755 });
  return { bin, root: '/', account, home };
}
