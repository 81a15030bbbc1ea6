import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { useTestDatabase } from '../../support/database.js';
import { EXTENSION_SCHEMA } from '../../support/template.js';
import { command, openBackground, outcomeOf } from '../support/background.js';
import { stepOf } from '../support/report.js';
import { runbookOf, runYaml } from '../support/run-yaml.js';

const db = await useTestDatabase();
await db.query(`
  create table a (id int primary key, name text);
  create table b (id int primary key, name text);
  create table c (id int primary key, name text);
  create index c_lower on c (lower(name));
  create index b_some on b (name) where id > 10;
  insert into a select i, 'name ' || i from generate_series(1, 3000) i;
  insert into b table a;
  insert into c table a;
  analyze`);

const indexOids = async (): Promise<Record<string, number>> => {
  const rows = await db.rows<{ name: string; oid: number }>(
    `select indexrelid::regclass::text as name, indexrelid as oid from pg_index
      where indrelid in ('a'::regclass, 'b'::regclass, 'c'::regclass) and indisvalid`,
  );
  return Object.fromEntries(rows.map((row) => [row.name, row.oid]));
};

describe('trap 1: a blocking wait hangs REINDEX CONCURRENTLY', () => {
  it('is real: while a statement waits, the rebuild does not end; polled, it does', async () => {
    const { client, session } = await openBackground(db);
    // The writer keeps the rebuild from ending before the wait has begun.
    const writer = await db.connect();
    await writer.query("begin; insert into a values (0, 'zero')");
    const handle = await client.launch(command('reindex index concurrently a_pkey'));
    const waited = session.query(
      `select ${EXTENSION_SCHEMA}.pg_background_wait($1, $2::int8, 2000) as ended`,
      [handle.pid, handle.cookie],
    );
    await sleep(300);
    await writer.query('commit');
    expect(await waited).toEqual([{ ended: false }]);
    await expect(outcomeOf(client, handle)).resolves.toMatchObject({ commandTag: 'REINDEX' });
  });

  it('several concurrent rebuilds at once end under the engine, every index new and valid', async () => {
    const before = await indexOids();
    const report = await runYaml(
      db,
      runbookOf(`
        - id: rebuild
          reindex: { tables: { include: ["public.*"] } }
          concurrency: 4`),
    );
    expect(report.run).toMatchObject({ status: 'succeeded', exit_code: 0 });
    // Five of the tables, and those of their TOAST tables.
    expect(stepOf(report).tasks).toHaveLength(8);
    const after = await indexOids();
    expect(Object.keys(after).sort()).toEqual(Object.keys(before).sort());
    for (const [name, oid] of Object.entries(after)) expect(oid).not.toBe(before[name]);
  });
});
