import { describe, expect, it } from 'vitest';
import { parseSql, scanSql } from '../../../src/sql/parser.js';

describe('parsing SQL', () => {
  it('gives each statement its type and place', async () => {
    const sql = "select 'é😀'; -- one\n commit";
    const parsed = await parseSql(sql);
    const statements = parsed.ok ? parsed.statements : [];
    expect(statements.map(({ type, offset }) => [type, offset])).toEqual([
      ['SelectStmt', 0],
      ['TransactionStmt', sql.indexOf('commit')],
    ]);
  });

  it.each([
    ["select 'é😀', from x", 'from'],
    ['selct 1', 'selct'],
    ["select 1, 'abc", "'abc"],
  ])('tells where %j goes wrong', async (sql, word) => {
    const parsed = await parseSql(sql);
    expect(parsed).toMatchObject({ ok: false, error: { offset: sql.indexOf(word) } });
  });

  it.each([
    ['', 0],
    ['  ', 0],
    ['select\0 1', 6],
  ])('refuses %j', async (sql, offset) => {
    expect(await parseSql(sql)).toMatchObject({ ok: false, error: { offset } });
  });

  it('accepts a text of comments, which holds no statement', async () => {
    expect(await parseSql('-- nothing')).toEqual({ ok: true, statements: [] });
  });

  it('splits into tokens by string index', async () => {
    const sql = "select 'é😀' || x";
    const tokens = await scanSql(sql);
    expect(tokens.map(({ text }) => text)).toEqual(['select', "'é😀'", '||', 'x']);
    expect(await scanSql("select 'a")).toEqual([]);
  });
});
