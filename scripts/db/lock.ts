import { randomUUID } from 'node:crypto';
import {
  linkSync,
  mkdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive, ownIdentity, parseIdentity, type StartTimeOf } from './process-identity.js';
import { say } from './log.js';

/** A recovery takes milliseconds; a marker this old belongs to a process killed in the middle. */
const ABANDONED_RECOVERY_MS = 10_000;
const POLL_MS = 100;

/** A lock whose owner is gone, or whose PID now belongs to another process, is stale. */
export function isStaleLock(content: string, startTimeOf?: StartTimeOf): boolean {
  const owner = parseIdentity(content);
  return owner === undefined || !isAlive(owner, startTimeOf);
}

/** Runs `work` while no other process on this machine holds the lock. */
export async function withLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  const content = await acquire(path);
  try {
    return await work();
  } finally {
    if (readIfThere(path) === content) rmSync(path, { force: true });
  }
}

async function acquire(path: string): Promise<string> {
  const content = JSON.stringify({ ...ownIdentity(), nonce: randomUUID() });
  let announced = false;
  while (!tryCreate(path, content)) {
    const held = readIfThere(path);
    if (held !== undefined && isStaleLock(held)) {
      recover(path, held);
    } else if (held !== undefined && !announced) {
      say(`waiting for process ${parseIdentity(held)?.pid}, which is at it already`);
      announced = true;
    }
    await sleep(POLL_MS);
  }
  return content;
}

/** Linking a finished file makes lock and content appear at once: nobody reads a half-written owner. */
function tryCreate(path: string, content: string): boolean {
  const draft = `${path}.${randomUUID()}`;
  writeFileSync(draft, content, { flag: 'wx', mode: 0o600 });
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

/**
 * Removes a stale lock. Two processes may see the same stale lock; without the marker the slower
 * one would remove the lock that the faster one has just taken.
 */
function recover(path: string, stale: string): void {
  const marker = `${path}.recovering`;
  if (!tryMarker(marker)) return;
  try {
    if (readIfThere(path) === stale) rmSync(path, { force: true });
  } finally {
    rmdirSync(marker);
  }
}

function tryMarker(marker: string): boolean {
  try {
    mkdirSync(marker);
    return true;
  } catch {
    const made = statSync(marker, { throwIfNoEntry: false })?.mtimeMs;
    if (made !== undefined && Date.now() - made > ABANDONED_RECOVERY_MS) rmdirSync(marker);
    return false;
  }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
