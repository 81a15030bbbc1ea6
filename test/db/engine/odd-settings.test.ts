import { describe, expect, it } from 'vitest';
import { useTestDatabase } from '../../support/database.js';
import { runbook, runReported, taskOf, useFolder } from './support.js';

const db = await useTestDatabase();
const folder = useFolder();

describe('a database with odd settings', () => {
  it('and somebody else’s functions in public changes nothing in what we see', async () => {
    await db.query(`
      create schema app;
      create table app.t (i int primary key);
      create table public.trapped (by text);
      create function public.format(text, name, name) returns text language plpgsql as $$
        begin insert into public.trapped values ('format'); return 'hijacked'; end $$;
      alter database ${db.name} set search_path = app, public, pg_catalog;
      alter database ${db.name} set DateStyle = 'SQL, DMY';
      alter database ${db.name} set TimeZone = 'Asia/Kathmandu';
      alter database ${db.name} set IntervalStyle = 'sql_standard';
      alter database ${db.name} set standard_conforming_strings = off;
      alter database ${db.name} set extra_float_digits = 0;
      alter database ${db.name} set default_transaction_isolation = 'serializable';
      alter database ${db.name} set idle_session_timeout = '200ms';
      alter database ${db.name} set statement_timeout = '1500ms'`);
    const run = await runReported(
      db,
      folder,
      runbook(`  - id: vacuum
    vacuum: { tables: { include: ["app.*"] }, options: { analyze: true } }
  - id: reindex
    needs: [vacuum]
    reindex: { tables: { include: ["app.*"] } }
  - id: path
    needs: [reindex]
    sql: |
      INSERT INTO t SELECT count(*) FROM pg_settings
       -- PostgreSQL's own names come first, where they always are when they are not listed.
       WHERE name = 'search_path' AND setting = 'app, public';
      SELECT pg_sleep(2)
`),
    );
    expect(run.code, run.stderr).toBe(0);
    expect(taskOf(run, 'vacuum').task.targets[0]?.name).toBe('app.t');
    expect(await db.rows('select * from app.t')).toEqual([{ i: 1 }]);
    expect(await db.rows('select * from public.trapped')).toEqual([]);
  });

  it('and a role whose transactions are read only, or limited, by default', async () => {
    await db.query(`
      alter database ${db.name} set default_transaction_read_only = on;
      alter database ${db.name} set default_transaction_deferrable = on;
      alter database ${db.name} set lock_timeout = '1ms';
      alter database ${db.name} set idle_in_transaction_session_timeout = '1ms';
      alter database ${db.name} set transaction_timeout = '1s'`);
    const run = await runReported(
      db,
      folder,
      runbook(`  - id: long
    vacuum: { tables: { include: [app.t] } }
  - id: write
    needs: [long]
    sql: INSERT INTO app.t VALUES (7); SELECT pg_sleep(2)
    settings: { default_transaction_read_only: off }
`),
    );
    expect(run.code, run.stderr + run.stdout).toBe(0);
    expect(await db.rows('select * from app.t where i = 7')).toEqual([{ i: 7 }]);
  });
});
