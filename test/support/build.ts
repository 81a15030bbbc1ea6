import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withLock } from '../../scripts/db/lock.js';
import { ROOT } from './root.js';

const CACHE = join(ROOT, 'node_modules', '.cache', 'pg-runbook');
const STAMP = join(ROOT, 'dist', '.source-digest');

/**
 * Builds dist unless it is built from these very sources. One at a time, and not without need: a
 * second test run would otherwise rewrite the files that the first one is executing.
 * Answers what the compiler said against it (nothing is fine); tests that need the program then fail by that.
 */
export async function buildOnce(): Promise<string> {
  mkdirSync(CACHE, { recursive: true });
  return withLock(join(CACHE, 'build.lock'), () => {
    const digest = sourceDigest();
    if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === digest) return Promise.resolve('');
    const failure = build();
    if (failure === '') writeFileSync(STAMP, digest);
    return Promise.resolve(failure);
  });
}

function build(): string {
  try {
    execFileSync('npm', ['run', '--silent', 'build'], {
      cwd: ROOT,
      encoding: 'utf8',
      stdio: 'pipe',
    });
    return '';
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    return `npm run build failed:\n${stdout ?? ''}${stderr ?? ''}`.trim();
  }
}

function sourceDigest(): string {
  const hash = createHash('sha256');
  const files = readdirSync(join(ROOT, 'src'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const settings = ['package.json', 'tsconfig.build.json', 'scripts/build.ts'];
  for (const file of [...files, ...settings.map((name) => join(ROOT, name))]) {
    hash.update(`${file}\0`).update(readFileSync(file)).update('\0');
  }
  return hash.digest('hex');
}
