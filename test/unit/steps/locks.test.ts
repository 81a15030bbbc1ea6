import { describe, expect, it } from 'vitest';
import { ANALYZE_ONLY_SINCE } from '../../../src/steps/analyze/discover.js';
import { blockedBy, locksOf, locksOfAll } from '../../../src/steps/locks.js';
import { stepKind } from '../../../src/steps/registry.js';

describe('what a lock keeps others from', () => {
  it.each([
    ['ACCESS SHARE', 'ddl'],
    ['ROW SHARE', 'ddl'],
    ['ROW EXCLUSIVE', 'ddl'],
    ['SHARE UPDATE EXCLUSIVE', 'maintenance ddl'],
    ['SHARE', 'writes maintenance ddl'],
    ['SHARE ROW EXCLUSIVE', 'writes maintenance ddl'],
    ['EXCLUSIVE', 'row_locks writes maintenance ddl'],
    ['ACCESS EXCLUSIVE', 'reads row_locks writes maintenance ddl'],
  ] as const)('%s: %s', (mode, blocked) => {
    expect(blockedBy(mode).join(' ')).toBe(blocked);
  });
});

describe('the locks of commands', () => {
  it('speak of the relations that they name', () => {
    const locks = locksOf('ALTER TABLE ATTACH PARTITION', 'app.p', 'app.p7');
    expect(locks.map(({ on }) => on)).toEqual([
      'app.p',
      'app.p7',
      'the default partition of app.p',
    ]);
    expect(locksOf('REINDEX INDEX', 'the index')[0]?.on).toBe('the table of the index');
    expect(locksOf('DROP TABLE', 'a$1$$')[0]?.on).toBe('a$1$$');
  });

  it('are the strongest of each relation, what is held briefly apart', () => {
    const locks = locksOfAll([
      { command: 'SELECT', relations: ['a'] },
      { command: 'TRUNCATE', relations: ['a'] },
      { command: 'SELECT FOR UPDATE', relations: ['a'] },
      { command: 'VACUUM', relations: ['b'] },
      { command: 'OTHER', relations: ['DO'] },
    ]);
    expect(locks.map(({ on, mode, held }) => [on, mode, held])).toEqual([
      ['a', 'ACCESS EXCLUSIVE', 'throughout'],
      ['b', 'SHARE UPDATE EXCLUSIVE', 'throughout'],
      ['b', 'ACCESS EXCLUSIVE', 'briefly'],
      ['DO', null, 'throughout'],
    ]);
    expect(locks.at(-1)?.blocks).toBeNull();
  });
});

describe('the locks of steps', () => {
  const locks = (kind: string, spec: unknown, version = 180_000): string[] =>
    stepKind(kind)
      .locks(spec, version)
      .map(({ on, mode, held }) => `${on}: ${mode ?? '?'}${held === 'briefly' ? ', briefly' : ''}`);

  it('of vacuum follow its options', () => {
    expect(locks('vacuum', { options: {} })).toEqual([
      'the table: SHARE UPDATE EXCLUSIVE',
      'the table: ACCESS EXCLUSIVE, briefly',
    ]);
    expect(locks('vacuum', { options: { truncate: false } })).toHaveLength(1);
    expect(locks('vacuum', { options: { full: true } })).toEqual(['the table: ACCESS EXCLUSIVE']);
  });

  it('of analyze follow the server', () => {
    const before = locks('analyze', {}, ANALYZE_ONLY_SINCE - 1);
    expect(before[1]).toBe('partitions of the table: SHARE UPDATE EXCLUSIVE');
    expect(locks('analyze', {})[1]).toBe('partitions of the table: ACCESS SHARE');
  });

  it('of batches are held for a batch, those of the archive too', () => {
    const table = { schema: 'app', name: 'Events' };
    const archive_to = { schema: 'app', name: 'old' };
    expect(locks('purge', { table, archive_to })).toEqual([
      'app."Events": ROW EXCLUSIVE, briefly',
      'tables whose foreign keys refer to app."Events": ROW EXCLUSIVE, briefly',
      'app.old: ROW EXCLUSIVE, briefly',
      'tables that foreign keys of app.old refer to: ROW SHARE, briefly',
    ]);
    expect(locks('backfill', { table })).toHaveLength(3);
  });

  it.each([
    ['reindex', true, 'the index: SHARE UPDATE EXCLUSIVE'],
    ['reindex', false, 'the index: ACCESS EXCLUSIVE'],
    ['refresh', true, 'the view: EXCLUSIVE'],
    ['refresh', false, 'the view: ACCESS EXCLUSIVE'],
  ])('of %s with concurrently %s: %s', (kind, concurrently, lock) => {
    expect(locks(kind, { concurrently })).toContain(lock);
  });

  it('of sql are those of its statements', () => {
    const locking = [{ command: 'LOCK SHARE', relations: ['a'] }];
    expect(locks('sql', { locking })).toEqual(['a: SHARE']);
  });
});
