import { describe, expect, it } from 'vitest';
import { parseSql, type SqlStatement } from '../../../src/sql/parser.js';
import {
  copiesWithClient,
  isTransactionControl,
  mayRunAlone,
  refusesTransaction,
} from '../../../src/sql/statements.js';

async function one(sql: string): Promise<SqlStatement> {
  const parsed = await parseSql(sql);
  const statement = parsed.ok ? parsed.statements[0] : undefined;
  if (statement === undefined) throw new Error(sql);
  return statement;
}

describe('statements', () => {
  it.each([
    ['vacuum (analyze) t', 'VACUUM'],
    ['analyze t', undefined],
    ['create unique index concurrently i on t (a)', 'CREATE INDEX CONCURRENTLY'],
    ['create index i on t (a)', undefined],
    ['drop index concurrently i', 'DROP INDEX CONCURRENTLY'],
    ['drop index i', undefined],
    ['reindex index concurrently i', 'REINDEX CONCURRENTLY'],
    ['reindex (concurrently on) index i', 'REINDEX CONCURRENTLY'],
    ['reindex (concurrently off) index i', undefined],
    ['reindex (concurrently 0) index i', undefined],
    ['reindex table t', undefined],
    ['reindex database', 'REINDEX DATABASE'],
    ['reindex system', 'REINDEX SYSTEM'],
    ['cluster', 'CLUSTER without a table'],
    ['cluster t', undefined],
    ['alter system reset all', 'ALTER SYSTEM'],
    ['alter database d set tablespace s', 'ALTER DATABASE … SET TABLESPACE'],
    ['alter database d connection limit 5', undefined],
    ["create tablespace s location '/x'", 'CREATE TABLESPACE'],
    ['drop tablespace s', 'DROP TABLESPACE'],
    ['drop database d', 'DROP DATABASE'],
    ["create subscription s connection 'x' publication p", 'CREATE SUBSCRIPTION'],
    ['alter subscription s refresh publication', 'ALTER SUBSCRIPTION'],
    ['alter subscription s set publication p', 'ALTER SUBSCRIPTION'],
    ['alter subscription s enable', undefined],
    [
      'alter table a detach partition b concurrently',
      'ALTER TABLE … DETACH PARTITION CONCURRENTLY',
    ],
    ['alter table a detach partition b finalize', undefined],
    ['discard all', 'DISCARD ALL'],
    ['discard plans', undefined],
    ['refresh materialized view concurrently v', undefined],
  ])('%s: %s', async (sql, command) => {
    expect(refusesTransaction(await one(sql))).toBe(command);
  });

  it.each(['begin', 'commit', 'rollback', 'savepoint a', 'release a', "prepare transaction 'x'"])(
    '%s controls a transaction',
    async (sql) => {
      expect(isTransactionControl(await one(sql))).toBe(true);
    },
  );

  it.each([
    'call p()',
    'do $$ begin end $$',
    'vacuum t',
    'analyze t',
    'reindex table t',
    'alter system set a = 1',
  ])('%s may run alone', async (sql) => {
    expect(mayRunAlone(await one(sql))).toBe(true);
  });

  it.each(['select 1', 'delete from t', 'create index i on t (a)', 'refresh materialized view v'])(
    '%s may not run alone',
    async (sql) => {
      expect(mayRunAlone(await one(sql))).toBe(false);
    },
  );

  it.each([
    ['copy t from stdin', true],
    ['copy t to stdout', true],
    ["copy t to '/x'", false],
    ["copy t from program 'x'", false],
  ])('%s needs a client: %s', async (sql, expected) => {
    expect(copiesWithClient(await one(sql))).toBe(expected);
  });
});
