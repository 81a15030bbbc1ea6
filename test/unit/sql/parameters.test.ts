import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import {
  blankSqlParameters,
  listSqlParameters,
  substituteSqlParameters,
} from '../../../src/sql/parameters.js';
import { parseSql } from '../../../src/sql/parser.js';

describe('SQL parameters', () => {
  it('are found with their form and place', async () => {
    const sql = `select 'é', :'day' from :"schema".t where a = :'day'`;
    expect(await listSqlParameters(sql)).toEqual([
      { name: 'day', form: 'literal', offset: 12, end: 18 },
      { name: 'schema', form: 'identifier', offset: 24, end: 33 },
      { name: 'day', form: 'literal', offset: 46, end: 52 },
    ]);
  });

  it.each([
    "select ':''a'''",
    "select 1 -- :'a'",
    "select /* :'a' */ 1",
    "select $$ :'a' $$",
    `select ": 'a'"`,
    "select 'a'::text",
    'select x::"a"',
    "select : 'a'",
    "select :E'a'",
    "select :'a b'",
    "select :''",
    'select :a',
  ])('%s has none', async (sql) => {
    expect(await listSqlParameters(sql)).toEqual([]);
    expect(await substituteSqlParameters(sql, { a: 'x' })).toBe(sql);
  });

  it('are put in quoted, by their form', async () => {
    const sql = `select :'a', :"b", :'n', :'t', :'unknown'`;
    expect(await substituteSqlParameters(sql, { a: "o'b", b: 'x"y', n: 5, t: true })).toBe(
      `select 'o''b', "x""y", '5', 'true', :'unknown'`,
    );
  });

  it('never run together with what stands before them', async () => {
    expect(
      await substituteSqlParameters(`select U&:"a", E:'b', 'x':'b'`, { a: '\\0041', b: 'y' }),
    ).toBe(`select U& "\\0041", E 'y', 'x' 'y'`);
  });

  it('are blanked without moving anything', async () => {
    const sql = `select :'a', :"b"`;
    expect(blankSqlParameters(sql, await listSqlParameters(sql))).toBe(`select  'a',  "b"`);
  });

  test.prop([
    fc.string({ unit: 'binary-ascii' }).filter((text) => !text.includes('\0') && text !== ''),
  ])('cannot change the statement, whatever the value', async (value) => {
    const sql = await substituteSqlParameters("select :'v' from t where a = :'v'", { v: value });
    const parsed = await parseSql(sql);
    const node = parsed.ok ? JSON.stringify(parsed.statements) : '';
    expect(parsed.ok && parsed.statements.length).toBe(1);
    expect(node.split(`{"sval":{"sval":${JSON.stringify(value)}}`)).toHaveLength(3);
  });
});
