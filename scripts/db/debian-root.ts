import { randomUUID } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { findAccount, isRoot } from './account.js';
import type { CachePaths } from './cache.js';
import type { Candidate } from './candidates.js';
import { startInstallation } from './cluster-start.js';
import { run, runOrThrow } from './command.js';
import { say } from './log.js';
import { removeTree } from './remove-tree.js';
import type { Installation } from './state.js';

const SUITE = 'forky';
const MAJOR = '18';
const PACKAGES = [`postgresql-${MAJOR}`, `postgresql-${MAJOR}-pg-background`];
/** Raise it when the way of building changes: an older root folder is then left aside. */
const BUILD = 1;
const STAMP = `${SUITE}-${MAJOR}-build${BUILD}`;
const BIN = `/usr/lib/postgresql/${MAJOR}/bin`;
const CONTROL = `/usr/share/postgresql/${MAJOR}/extension/pg_background.control`;

/** A root folder with server and extension from Debian's own packages; the host stays as it is. */
export function debianRootCandidate(cache: CachePaths): Candidate {
  return {
    name: 'root folder by mmdebstrap',
    unavailable: () => Promise.resolve(unavailable(osRelease(), isRoot())),
    start: async (previous) =>
      startInstallation(installation(await ensureRoot(cache)), cache.instance, previous),
  };
}

export function unavailable(release: string, root: boolean): string | undefined {
  if (!/^ID(_LIKE)?=.*\bdebian\b/m.test(release)) return 'this is no Debian-family machine';
  return root ? undefined : 'needs root';
}

function osRelease(): string {
  return existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '';
}

async function ensureRoot(cache: CachePaths): Promise<string> {
  const roots = join(cache.folder, 'roots');
  mkdirSync(roots, { recursive: true });
  const root = join(roots, STAMP);
  if (!existsSync(root)) await build(roots, root);
  return root;
}

/** Builds aside and renames when whole; what a killed build left behind is removed first. */
async function build(roots: string, root: string): Promise<void> {
  for (const name of readdirSync(roots).filter((entry) => entry.startsWith('draft-'))) {
    await removeTree(join(roots, name));
  }
  await ensureMmdebstrap();
  const draft = join(roots, `draft-${randomUUID()}`);
  say(`building a root folder with ${PACKAGES.join(' and ')} (once; about a minute)`);
  try {
    await bootstrap(draft);
    requireFiles(draft, [join(BIN, 'postgres'), CONTROL]);
    writeFileSync(join(draft, '.pg-runbook-root'), `${STAMP}\n`);
    renameSync(draft, root);
  } catch (error) {
    await removeTree(draft);
    throw error;
  }
}

async function ensureMmdebstrap(): Promise<void> {
  if ((await run('mmdebstrap', ['--version'])).code === 0) return;
  say('installing mmdebstrap');
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await runOrThrow('apt-get', ['update'], { env, show: true });
  await runOrThrow('apt-get', ['install', '-y', 'mmdebstrap'], { env, show: true });
}

/**
 * A build that is killed must leave nothing: neither processes that go on writing behind the next
 * one's back (hence the death signal), nor the host's /proc and /dev mounted in the draft, where its
 * removal would meet them (hence the namespaces of its own; they go with their last process).
 */
async function bootstrap(draft: string): Promise<void> {
  const namespaces = ['--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];
  const isolated = (await run('unshare', [...namespaces, 'true'])).code === 0;
  await runOrThrow(
    'setpriv',
    [
      ...['--pdeathsig', 'KILL', ...(isolated ? ['unshare', ...namespaces] : [])],
      ...['mmdebstrap', '--variant=apt', '--aptopt=Acquire::Check-Valid-Until "false"'],
      `--include=${PACKAGES.join(',')}`,
      ...[SUITE, draft],
    ],
    { show: true, cwd: '/' },
  );
}

function requireFiles(root: string, paths: readonly string[]): void {
  const missing = paths.filter((path) => !existsSync(join(root, path)));
  if (missing.length > 0) throw new Error(`the new root folder lacks ${missing.join(', ')}`);
}

function installation(root: string): Installation {
  const account = findAccount(root, 'postgres');
  if (account === undefined) throw new Error(`no account postgres in ${root}`);
  const home = join(root, 'srv', 'pg-runbook');
  mkdirSync(home, { recursive: true });
  return { bin: BIN, root, account, home };
}
