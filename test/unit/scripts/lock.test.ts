import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { isStaleLock, withLock } from '../../../scripts/db/lock.js';
import {
  isAlive,
  ownIdentity,
  parseIdentity,
  startTime,
  startTimeOfStat,
} from '../../../scripts/db/process-identity.js';
import { hasUsers, signIn, signOut } from '../../../scripts/db/users.js';

const folder = mkdtempSync(join(tmpdir(), 'pg-runbook-lock-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe('process identity', () => {
  it('takes the start time from a stat line with blanks and brackets in the command', () => {
    const rest = Array.from({ length: 30 }, (_, index) => String(index + 3)).join(' ');
    expect(startTimeOfStat(`12 (a) b (c) ${rest}`)).toBe('22');
  });

  it('knows a living process, a dead one, and one whose PID was used again', () => {
    expect(isAlive(ownIdentity())).toBe(true);
    expect(isAlive({ pid: 7, started: '1' }, () => undefined)).toBe(false);
    expect(isAlive({ pid: 7, started: '1' }, () => '2')).toBe(false);
    expect(startTime(2 ** 22 + 1)).toBeUndefined();
  });

  it.each(['', 'x', 'null', '{}', '{"pid":0,"started":"1"}', '{"pid":"1"}', '{"pid":3}'])(
    'is none: %j',
    (text) => {
      expect(parseIdentity(text)).toBeUndefined();
    },
  );
});

describe('the lock', () => {
  it('is stale when its owner is gone, its PID belongs to another, or it is torn', () => {
    const held = JSON.stringify({ pid: 7, started: '1', nonce: 'n' });
    expect(isStaleLock(held, () => '1')).toBe(false);
    expect(isStaleLock(held, () => '2')).toBe(true);
    expect(isStaleLock(held, () => undefined)).toBe(true);
    expect(isStaleLock('{"pid":7,"sta', () => '1')).toBe(true);
  });

  it('lets one at a time in, and is gone afterwards, after a failure too', async () => {
    const path = join(folder, 'one');
    let inside = 0;
    let most = 0;
    const work = async () => {
      inside += 1;
      most = Math.max(most, inside);
      await sleep(20);
      inside -= 1;
    };
    await Promise.all([withLock(path, work), withLock(path, work), withLock(path, work)]);
    expect(most).toBe(1);
    const failing = withLock(path, () => Promise.reject(new Error('inside')));
    await expect(failing).rejects.toThrow('inside');
    expect(existsSync(path)).toBe(false);
  });

  it('of a dead process is taken over by exactly one of many', async () => {
    const path = join(folder, 'stale');
    writeFileSync(path, JSON.stringify({ pid: process.pid, started: 'another boot', nonce: 'n' }));
    let inside = 0;
    const work = async () => {
      expect((inside += 1)).toBe(1);
      await sleep(10);
      inside -= 1;
    };
    await Promise.all(Array.from({ length: 5 }, () => withLock(path, work)));
    expect(existsSync(path)).toBe(false);
  });

  it('is taken over even when an earlier recovery was killed half-way', async () => {
    const path = join(folder, 'abandoned');
    writeFileSync(path, 'torn');
    mkdirSync(`${path}.recovering`);
    utimesSync(`${path}.recovering`, 1, 1);
    await expect(withLock(path, () => Promise.resolve('in'))).resolves.toBe('in');
  });
});

describe('users of the server', () => {
  it('count while they live; those of killed runs are forgotten', () => {
    const users = join(folder, 'users');
    mkdirSync(users);
    writeFileSync(join(users, '7'), JSON.stringify({ pid: 7, started: '1' }));
    writeFileSync(join(users, '8'), 'torn');
    expect(hasUsers(users, (pid) => (pid === 7 ? '2' : undefined))).toBe(false);
    expect(existsSync(join(users, '7'))).toBe(false);
    signIn(users);
    expect(hasUsers(users)).toBe(true);
    signOut(users);
    expect(hasUsers(users)).toBe(false);
  });
});
