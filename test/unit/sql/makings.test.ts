import { describe, expect, it } from 'vitest';
import { makings } from '../../../src/sql/makings.js';

describe('what a text makes', () => {
  it.each([
    ['create table a.b (c int)', ['b']],
    ['create temp table b as select 1', ['b']],
    ['select 1 into b', ['b']],
    ['create materialized view a.b as select 1', ['b']],
    ['create view b as select 1', ['b']],
    ['alter table a.b add c int, add d int', ['c', 'd']],
    ['alter table a.b alter c type bigint', ['b', 'c']],
    ['alter table a.b rename c to d', ['b', 'c', 'd']],
    ['alter table b rename to d', ['b', 'd']],
    ['alter table b set schema d', ['b', 'd']],
    ['create schema a', ['a']],
    ['create sequence a.b', ['b']],
    ['create function a.f() returns int return 1', ['f']],
    ["create type a.b as enum ('c')", ['b']],
    ["alter type a.b add value 'd'", ['b']],
    ['create type a.b as (c int)', ['b']],
    ['create unique index on a.b (c)', ['b']],
    ['update a.b set c = 1', []],
    ['', []],
  ])('by names: %s', async (sql, names) => {
    expect(await makings(sql)).toEqual({ names, untold: [], settings: [] });
  });

  it.each([
    ['do $$ begin end $$', ['DO']],
    ['call a.p()', ['a.p()']],
    ['select a.f()', ['a.f()']],
    ['create extension c', ['CREATE EXTENSION']],
    ['select pg_sleep(1); select now()', []],
  ])('that its text does not tell: %s', async (sql, untold) => {
    expect(await makings(sql)).toMatchObject({ names: [], untold });
  });

  it('by settings of names', async () => {
    const { settings } = await makings('set local search_path = a; set work_mem = 1; set role b');
    expect(settings).toEqual(['SET search_path', 'SET role']);
  });
});
