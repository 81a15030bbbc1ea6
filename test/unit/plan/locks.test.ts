import { describe, expect, it } from 'vitest';
import type { LockingCommand } from '../../../src/model/locking.js';
import { lockNotes, summarizeLocks } from '../../../src/plan/document/locks.js';
import { locksOfAll } from '../../../src/steps/locks.js';

const locks = (...commands: (readonly [LockingCommand, string])[]): ReturnType<typeof locksOfAll> =>
  locksOfAll(commands.map(([command, relation]) => ({ command, relations: [relation] })));

const textOf = (all: ReturnType<typeof locksOfAll>): string[] => lockNotes(all);

describe('locks', () => {
  it('that block the same stand in one line of the text plan', () => {
    expect(textOf(locks(['UPDATE', 'a'], ['SELECT', 'b'], ['CREATE INDEX', 'c']))).toEqual([
      'locks ROW EXCLUSIVE on a, tables whose foreign keys refer to a; ROW SHARE on tables that ' +
        'foreign keys of a refer to; ACCESS SHARE on b: blocks DDL; reads and writes go on',
      'locks SHARE on c: blocks writes, maintenance, DDL; reads go on',
    ]);
  });

  it('held briefly are told apart, with the reason', () => {
    expect(textOf(locks(['VACUUM', 'a']))).toEqual([
      'locks SHARE UPDATE EXCLUSIVE on a: blocks maintenance, DDL; reads and writes go on',
      'locks ACCESS EXCLUSIVE on a, briefly (at its end, to give back empty pages, if it gets it ' +
        'at once): blocks everything',
    ]);
  });

  it('of many relations are cut, and what cannot be known is said', () => {
    const many = Array.from({ length: 9 }, (_, i) => ['SELECT', `t${String(i)}`] as const);
    expect(textOf(locks(...many, ['OTHER', 'app.f()']))).toEqual([
      'locks ACCESS SHARE on t0, t1, t2, t3, t4 and 4 more: blocks DDL; reads and writes go on',
      'locks that its text does not tell: those of app.f()',
    ]);
    expect(textOf([])).toEqual([]);
  });

  it.each([
    ['VACUUM', 'nothing but maintenance, DDL; briefly everything'],
    ['VACUUM FULL', 'everything'],
    ['REFRESH CONCURRENTLY', 'row locks, writes, maintenance, DDL'],
    ['CREATE INDEX', 'writes, maintenance, DDL'],
    ['SELECT', 'nothing but DDL'],
    ['OTHER', 'what its text does not tell'],
  ] as const)('of %s, in a cell: blocks %s', (command, sum) => {
    expect(summarizeLocks(locks([command, 'a']))).toBe(sum);
  });

  it('of nothing block nothing', () => {
    expect(summarizeLocks([])).toBe('nothing');
  });
});
