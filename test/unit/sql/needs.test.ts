import { describe, expect, it } from 'vitest';
import { lockingStatements } from '../../../src/sql/locking.js';
import { expressionNeeds, statementNeeds, untold } from '../../../src/sql/needs.js';

const table = { schema: 'app', name: 'users' };

describe('the columns that expressions read', () => {
  it.each([
    ['lower(email)', ['email']],
    ['users.a = app.users.b', ['a', 'b']],
    ['"Odd Name" is null -- or', ['Odd Name']],
    ["'x'", []],
    ['now()', []],
    ['users is not null', undefined],
    ['users.*  is not null', undefined],
    ['other.users.a', undefined],
    ['id in (select user_id from app.orders)', undefined],
    ['a = (', undefined],
  ])('%s', async (expression, columns) => {
    expect((await expressionNeeds(table, [expression])).columns).toEqual(columns);
  });

  it('beside the relations of queries within, and code that could need anything', async () => {
    const { others, untold } = await expressionNeeds(table, [
      'id in (select user_id from app.orders) and app.check(id)',
    ]);
    expect(others.map(({ relation, privilege }) => `${privilege} ${relation}`)).toEqual([
      'SELECT app.orders',
    ]);
    expect(untold).toEqual(['app.check()']);
  });
});

describe('what statements need', () => {
  it.each([
    ['select from a join b on true', ['SELECT a', 'SELECT b']],
    ['select from a for update', ['SELECT a', 'SELECT a', 'UPDATE a']],
    ['insert into a select from b', ['INSERT a', 'SELECT b']],
    ['update a set x = 1', ['SELECT a', 'UPDATE a']],
    ['with d as (delete from a returning *) select from d', ['SELECT a', 'DELETE a']],
    ['truncate a', ['TRUNCATE a']],
    ['vacuum a', ['MAINTAIN a']],
    ['reindex index concurrently i', ['MAINTAIN i']],
    ['create index on a (x)', ['OWNER a']],
    ['alter table a add column x int', ['OWNER a']],
    ['vacuum', []],
    ['do $$begin end$$', []],
  ])('%s', async (sql, expected) => {
    const found = statementNeeds(await lockingStatements(sql));
    const told = new Set(found.map(({ relation, privilege }) => `${privilege} ${relation}`));
    expect([...told]).toEqual([...new Set(expected)]);
  });

  it.each([
    ['vacuum', ['every table']],
    ['do $$begin end$$', ['DO']],
    ['call app.work()', ['app.work()']],
    ['delete from a', []],
  ])('what %s does not tell', async (sql, expected) => {
    expect(untold(await lockingStatements(sql))).toEqual(expected);
  });
});
