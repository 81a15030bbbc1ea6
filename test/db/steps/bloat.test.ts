import { describe, expect, it } from 'vitest';
import { useTestDatabase } from '../../support/database.js';
import { planYaml, runbookOf, runYaml } from '../support/run-yaml.js';

const db = await useTestDatabase();
const ROWS = 60_000;

/** Fresh and bloated twins: nine of ten rows of the second are deleted, all over its pages. */
for (const table of ['fresh', 'bloated']) {
  await db.query(`
    create table ${table} (id int primary key, big bigint, name text, wide text);
    insert into ${table}
      select i, i * 1000003::bigint, 'name ' || md5(i::text), repeat('w', 60) || i
        from generate_series(1, ${String(ROWS)}) i;
    create index ${table}_text on ${table} (name);
    create index ${table}_wide on ${table} (wide);
    create index ${table}_expression on ${table} (lower(name));
    create index ${table}_multi on ${table} (big, name);
    create index ${table}_include on ${table} (id) include (big);
    create index ${table}_partial on ${table} (big) where id % 2 = 0;
    create index ${table}_fill on ${table} (big) with (fillfactor = 50);
    create index ${table}_few on ${table} ((id % 7));
    create index ${table}_hash on ${table} using hash (id)`);
}
await db.query('delete from bloated where id % 10 <> 0');
await db.query('vacuum analyze bloated');
await db.query('vacuum analyze fresh');

const plan = (filter: string, table: string): ReturnType<typeof planYaml> =>
  planYaml(
    db,
    runbookOf(`
      - id: r
        reindex: { indexes: { include: ["public.${table}_*"], ${filter} } }`),
  );

async function estimates(table: string): Promise<Record<string, number | null>> {
  const targets = (await plan('order_by: bloat', table)).steps[0]!.tasks.flatMap((t) => t.targets);
  return Object.fromEntries(
    targets.map(({ relation, facts }) => [
      relation.replace(`${table}_`, ''),
      typeof facts['bloat'] === 'number' ? Math.round(facts['bloat'] * 100) / 100 : null,
    ]),
  );
}

const MEASURED = ['pkey', 'text', 'wide', 'expression', 'multi', 'partial', 'include', 'fill'];

describe('reindex: the estimate of bloat', () => {
  it('is small for a fresh index', async () => {
    const found = await estimates('fresh');
    for (const name of MEASURED) {
      expect([name, found[name]]).toEqual([name, expect.any(Number)]);
      expect(found[name], name).toBeLessThan(0.2);
    }
  });

  it('is large after deleting nine of ten rows', async () => {
    const found = await estimates('bloated');
    for (const name of MEASURED) expect(found[name], name).toBeGreaterThan(0.6);
  });

  it('says nothing of other methods, and errs towards no bloat where keys repeat', async () => {
    expect(await estimates('fresh')).toMatchObject({ hash: null, few: 0 });
  });

  it('min_bloat selects by it, and a rebuild takes it away', async () => {
    const chosen = async (): Promise<string[]> =>
      (await plan('min_bloat: 0.6', 'bloated')).steps[0]!.tasks.map((t) => t.targets[0]!.relation);
    expect(await chosen()).toEqual(expect.arrayContaining(MEASURED.map((n) => `bloated_${n}`)));
    expect((await plan('min_bloat: 0.3', 'fresh')).steps[0]!.tasks).toEqual([]);
    const report = await runYaml(
      db,
      runbookOf(`
        - id: r
          reindex: { indexes: { include: ["public.bloated_*"], min_bloat: 0.6 } }`),
    );
    expect(report.run.status).toBe('succeeded');
    expect(await chosen()).toEqual([]);
  });

  it('without statistics there is no estimate, and such an index is not selected', async () => {
    await db.query('create table raw (id int primary key); insert into raw values (1), (2)');
    expect((await plan('min_bloat: 0.1', 'raw')).steps[0]!.tasks).toEqual([]);
  });
});

describe('vacuum: the estimate of bloat', () => {
  const bloatOf = async (table: string): Promise<unknown> => {
    const { steps } = await planYaml(
      db,
      runbookOf(`
      - id: v
        vacuum: { tables: { include: ["public.${table}"] } }`),
    );
    return steps[0]!.tasks[0]!.targets[0]!.facts['bloat'];
  };

  it('is small for a fresh table, and large after deleting nine of ten rows', async () => {
    expect(await bloatOf('fresh')).toBeLessThan(0.1);
    expect(await bloatOf('bloated')).toBeGreaterThan(0.8);
  });

  it('is not known of a table without statistics', async () => {
    await db.query('create table unknown_yet as select 1 as id');
    expect(await bloatOf('unknown_yet')).toBeNull();
  });
});
