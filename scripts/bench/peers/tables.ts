import { withClient } from '../../demo/shop.js';

/** How many statements one transaction takes: one for all could not hold so many locks. */
const AT_ONCE = 250;

/** Runs a statement for each number, `%s` standing for it. */
async function forEach(uri: string, numbers: readonly number[], template: string): Promise<void> {
  await withClient(uri, async (client) => {
    for (let at = 0; at < numbers.length; at += AT_ONCE) {
      const statements = numbers
        .slice(at, at + AT_ONCE)
        .map((n) => template.replaceAll('%s', String(n)));
      await client.query(statements.join(';'));
    }
    await client.query('SELECT pg_stat_force_next_flush()');
  });
}

const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1);

/** Rows of a small table: some 130 kB, with its index. */
const SMALL_ROWS = 1_000;

/** Small tables as a schema for each customer has them; autovacuum keeps away. */
export async function makeSmallTables(uri: string, count: number): Promise<void> {
  await withClient(uri, (client) => client.query('CREATE SCHEMA small'));
  await forEach(
    uri,
    upTo(count),
    `CREATE TABLE small.t%s (id int PRIMARY KEY, a text, b int, at timestamptz) WITH (autovacuum_enabled = false);
     INSERT INTO small.t%s SELECT g, md5(g::text), g % 50, now() FROM generate_series(1, ${String(SMALL_ROWS)}) g`,
  );
  await withClient(uri, async (client) => {
    await client.query('VACUUM ANALYZE');
  });
}

/** A tenth of the rows of every n-th table is changed. */
export async function wearSmallTables(uri: string, count: number, every = 1): Promise<void> {
  const worn = upTo(count).filter((n) => n % every === 0);
  await forEach(uri, worn, 'UPDATE small.t%s SET b = b + 1 WHERE id % 10 = 0');
  await checkpoint(uri);
}

/** Megabytes of the tables of {@link makeSizedTables}: a few are most of it, as they are. */
const SIZES_MB: readonly number[] = [
  ...[1024, 512, 256, 256],
  ...Array<number>(4).fill(128),
  ...Array<number>(4).fill(64),
  ...Array<number>(8).fill(16),
  ...Array<number>(8).fill(4),
  ...Array<number>(12).fill(1),
];

const ROWS_PER_MB = 7_000;

/** 40 tables of 1 MB to 1 GB. */
export async function makeSizedTables(uri: string): Promise<void> {
  await withClient(uri, async (client) => {
    await client.query('CREATE SCHEMA sized');
    for (const [i, mb] of SIZES_MB.entries()) {
      await client.query(
        `CREATE TABLE sized.t${String(i)} (id int PRIMARY KEY, a text, b int) WITH (autovacuum_enabled = false, fillfactor = 90)`,
      );
      await client.query(
        `INSERT INTO sized.t${String(i)} SELECT g, repeat(md5(g::text), 3), g FROM generate_series(1, ${String(mb * ROWS_PER_MB)}) g`,
      );
    }
    await client.query('VACUUM ANALYZE');
  });
}

/** One row in fifty is changed, all over each table. */
export async function wearSizedTables(uri: string): Promise<void> {
  await withClient(uri, async (client) => {
    for (const i of SIZES_MB.keys()) {
      await client.query(`UPDATE sized.t${String(i)} SET b = b + 1 WHERE id % 50 = 0`);
    }
  });
  await checkpoint(uri);
}

/** Tables with one index each, of some 22 bytes a row. */
export async function makeIndexes(uri: string, count: number, rows: number): Promise<void> {
  await withClient(uri, (client) => client.query('CREATE SCHEMA indexed'));
  await forEach(
    uri,
    upTo(count),
    `CREATE TABLE indexed.t%s (id int PRIMARY KEY, a text) WITH (autovacuum_enabled = false);
     INSERT INTO indexed.t%s SELECT g, md5(g::text) FROM generate_series(1, ${String(rows)}) g`,
  );
  await withClient(uri, async (client) => {
    await client.query('VACUUM ANALYZE');
  });
}

/** What is written while one of the two is measured must be of its own doing. */
export async function checkpoint(uri: string): Promise<void> {
  await withClient(uri, async (client) => {
    await client.query('CHECKPOINT');
  });
}
