import { describe, expect, it } from 'vitest';
import { parseAccount } from '../../../scripts/db/account.js';
import { cacheFolder, cachePaths } from '../../../scripts/db/cache.js';
import { startFirst, type Candidate } from '../../../scripts/db/candidates.js';
import { unavailable } from '../../../scripts/db/debian-root.js';
import { candidatesFor } from '../../../scripts/db/ensure.js';
import { majorOf } from '../../../scripts/db/local.js';
import { mountsBelow } from '../../../scripts/db/remove-tree.js';
import { inside, serverCommand } from '../../../scripts/db/server.js';
import { settingsFile } from '../../../scripts/db/settings.js';
import type { State } from '../../../scripts/db/state.js';

const started = (password: string): State => ({
  ...{ format: 1, port: 1, password, systemIdentifier: '', dataDirectory: '', keep: true },
  server: { kind: 'compose', project: 'p' },
});

function candidate(name: string, outcome: 'open' | 'closed' | 'broken'): Candidate {
  return {
    name,
    unavailable: () => Promise.resolve(outcome === 'closed' ? `${name} is closed` : undefined),
    start: () =>
      outcome === 'broken'
        ? Promise.reject(new Error(`${name} broke`))
        : Promise.resolve(started(name)),
  };
}

describe('the choice of a way', () => {
  it('is in this order: local programs, root folder, compose', () => {
    const names = candidatesFor(cachePaths('/c', 'main')).map(({ name }) => name);
    expect(names).toEqual(['local server programs', 'root folder by mmdebstrap', 'Docker compose']);
  });

  it('takes the first that is open', async () => {
    const ways = [candidate('a', 'closed'), candidate('b', 'open'), candidate('c', 'open')];
    expect((await startFirst(ways, undefined)).password).toBe('b');
  });

  it('goes on when one turns out not to work', async () => {
    const ways = [candidate('a', 'broken'), candidate('b', 'open')];
    expect((await startFirst(ways, undefined)).password).toBe('b');
  });

  it('ends in one error with every reason and the fixes', async () => {
    const ways = [candidate('a', 'closed'), candidate('b', 'broken')];
    const failure = await startFirst(ways, undefined).catch(String);
    expect(failure).toContain('a is closed');
    expect(failure).toContain('b broke');
    expect(failure).toContain('PG_RUNBOOK_TEST_DSN');
    expect(failure).toContain('postgresql-18-pg-background');
  });
});

describe('what a machine offers', () => {
  it.each([
    ['ID=debian\n', true, undefined],
    ['NAME=Ubuntu\nID=ubuntu\nID_LIKE=debian\n', true, undefined],
    ['ID_LIKE="ubuntu debian"\n', true, undefined],
    ['ID=debian\n', false, 'needs root'],
    ['ID=fedora\n', true, 'this is no Debian-family machine'],
    ['', true, 'this is no Debian-family machine'],
  ])('os-release %j, root %s: %s', (release, root, reason) => {
    expect(unavailable(release, root)).toBe(reason);
  });

  it.each([
    ['PostgreSQL 18.6 (Debian 18.6-1)', 18],
    ['postgres (PostgreSQL) 15.13', 15],
    ['PostgreSQL 19beta1', 19],
    ['nonsense', 0],
  ])('the major version of %j is %d', (answer, major) => {
    expect(majorOf(answer)).toBe(major);
  });

  it('accounts by the numbers of the root folder’s own passwd', () => {
    const passwd = 'root:x:0:0:root:/root:/bin/sh\npostgres:x:101:104:,,,:/var/lib:/bin/bash\n';
    expect(parseAccount(passwd, 'postgres')).toEqual({ uid: 101, gid: 104 });
    expect(parseAccount(passwd, 'post')).toBeUndefined();
  });
});

describe('running a server program', () => {
  const account = { uid: 101, gid: 104 };
  const base = { bin: '/b', home: '/h' };

  it.each([
    [{ ...base, root: '/', account: null }, '/b/initdb -D x'],
    [
      { ...base, root: '/', account },
      'setpriv --reuid=101 --regid=104 --clear-groups /b/initdb -D x',
    ],
    [{ ...base, root: '/r', account }, 'chroot --userspec=101:104 --groups= /r /b/initdb -D x'],
  ])('%j', (installation, command) => {
    expect(serverCommand(installation, 'initdb', ['-D', 'x']).join(' ')).toBe(command);
  });

  it('translates host paths into the root folder', () => {
    const installation = { bin: '/b', home: '/r/h', root: '/r', account };
    expect(inside(installation, '/r/h/data')).toBe('/h/data');
    expect(inside({ ...installation, root: '/' }, '/r/h/data')).toBe('/r/h/data');
  });

  it('writes settings with their quotes doubled', () => {
    expect(settingsFile({ a: '1', b: "it's" })).toContain("a = '1'\nb = 'it''s'\n");
  });
});

describe('folders', () => {
  it.each([
    [{ XDG_CACHE_HOME: '/x' }, '/x/pg-runbook'],
    [{ XDG_CACHE_HOME: 'relative' }, '/home/u/.cache/pg-runbook'],
    [{ XDG_CACHE_HOME: '' }, '/home/u/.cache/pg-runbook'],
    [{}, '/home/u/.cache/pg-runbook'],
  ])('the cache with %j is %s', (env, folder) => {
    expect(cacheFolder(env, '/home/u')).toBe(folder);
  });

  it('refuses an instance name that would lead out of the cache', () => {
    expect(() => cachePaths('/c', '../x')).toThrow('not an instance name');
  });

  it('sees what is mounted in a folder before it is removed', () => {
    const info = '1 2 0:5 / /c/draft/dev rw - x\n3 4 0:5 / /c/draft-2 rw - x\n5 6 0:5 / / rw - x';
    expect(mountsBelow(info, '/c/draft')).toEqual(['/c/draft/dev']);
    expect(mountsBelow(info, '/c/other')).toEqual([]);
  });
});
