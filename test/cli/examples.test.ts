import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { runFile, SHOP_FILES, withClient } from '../../scripts/demo/shop.js';
import type { PlanV1 } from '../../src/generated/plan.v1.js';
import type { ReportV1 } from '../../src/generated/report.v1.js';
import { runCli } from '../support/cli.js';
import { createTestDatabase } from '../support/database.js';
import { runHere } from '../support/in-process.js';
import { ROOT } from '../support/root.js';

interface Example {
  /** Bounds that fit a shop of ten thousand rows. */
  readonly parameters: readonly string[];
  /** What must have come true before it is planned. */
  readonly first?: string;
  /** Steps that must find work there. */
  readonly busy: readonly string[];
  /** Queries that a run must have made true. */
  readonly then: readonly string[];
}

/**
 * Vacuums are counted here, not dead rows: a row stays as long as a transaction of another test, in
 * another database of the server, may hold the horizon back.
 */
const EXAMPLES: Readonly<Record<string, Example>> = {
  'nightly-maintenance': {
    parameters: ['min_dead_rows=100', 'min_index_size=8kB'],
    busy: ['old-carts', 'vacuum-hot', 'analyze', 'reindex-bloated', 'refresh-views'],
    then: [
      "select not exists (select from orders where status = 'cart' and updated_at < now() - interval '30 days')",
      "select pg_stat_get_vacuum_count('customers'::regclass) = 2",
      "select pg_stat_get_analyze_count('events'::regclass) >= 2",
      "select (select sum(revenue) from daily_sales) = (select sum(total) from orders where status <> 'cart')",
    ],
  },
  'vacuum-hot-tables': {
    parameters: ['min_dead_rows=100', 'min_xid_age=1'],
    busy: ['dead-rows', 'old-xids'],
    then: ["select pg_stat_get_vacuum_count('orders'::regclass) = 3"],
  },
  'analyze-after-load': {
    parameters: ['min_modified_rows=100'],
    busy: ['changed'],
    then: ["select pg_stat_get_mod_since_analyze('customers'::regclass) = 0"],
  },
  'reindex-bloated': {
    parameters: ['min_size=8kB'],
    busy: ['bloated'],
    then: ["select pg_relation_size('orders_updated_at_idx') < 120000"],
  },
  'refresh-views': {
    parameters: [],
    busy: ['refresh', 'analyze'],
    then: [
      "select (select sum(revenue) from daily_sales) = (select sum(total) from orders where status <> 'cart')",
    ],
  },
  'detached-rebuild': {
    parameters: ['min_size=8kB'],
    // It leaves alone what was analyzed within a second, as the shop was.
    first:
      "select max(last_analyze) < clock_timestamp() - interval '1 second' as ready from pg_stat_user_tables",
    busy: ['statistics', 'rebuild', 'note'],
    then: [
      "select pg_relation_size('orders_updated_at_idx') < 120000",
      "select obj_description('public'::regnamespace) = 'indexes are being rebuilt'",
    ],
  },
  'backfill-segments': {
    parameters: ['dormant_after=0 seconds'],
    busy: ['dormant'],
    then: ["select count(*) = 400 from customers where segment = 'dormant'"],
  },
  'purge-old-events': {
    parameters: ['keep=1 month'],
    busy: ['old-events'],
    then: [
      "select not exists (select from events where happened_at < now() - interval '1 month 1 day')",
    ],
  },
  'sql-housekeeping': {
    parameters: ['cutoff=2100-01-01', 'keep_events=1 month'],
    busy: ['old-carts', 'first-event', 'forget-events'],
    then: [
      "select not exists (select from orders where status = 'cart')",
      "select not exists (select from events where happened_at < now() - interval '1 month')",
    ],
  },
};

const folder = mkdtempSync(join(tmpdir(), 'pg-runbook-examples-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

async function expectTruth(uri: string, queries: readonly string[]): Promise<void> {
  await withClient(uri, async (client) => {
    for (const query of queries) {
      const { rows } = await client.query<unknown[]>({ text: query, rowMode: 'array' });
      expect(rows, query).toEqual([[true]]);
    }
  });
}

describe('runbooks/', () => {
  it('has no example that is not tested here', () => {
    const files = readdirSync(join(ROOT, 'runbooks'));
    expect(files.sort()).toEqual(
      Object.keys(EXAMPLES)
        .map((name) => `${name}.yaml`)
        .sort(),
    );
  });

  it.each(Object.keys(EXAMPLES))('%s.yaml tells editors where its schema is', (name) => {
    const [first] = readFileSync(join(ROOT, 'runbooks', `${name}.yaml`), 'utf8').split('\n');
    expect(first).toBe('# yaml-language-server: $schema=../schemas/runbook.v1.schema.json');
  });

  it.each(Object.entries(EXAMPLES))('%s.yaml validates, plans and runs', async (name, example) => {
    const file = `runbooks/${name}.yaml`;
    const args = example.parameters.flatMap((pair) => ['-p', pair]);
    const report = join(folder, `${name}.json`);
    const db = await createTestDatabase();
    try {
      await withClient(db.uri, async (client) => {
        for (const part of SHOP_FILES) await runFile(client, part, 0.02);
      });
      const { first = 'select true as ready' } = example;
      await expect.poll(() => db.rows(first), { timeout: 5_000 }).toEqual([{ ready: true }]);
      const validated = await runHere(['validate', file]);
      expect(validated).toMatchObject({ code: 0, stdout: `${file}: ok\n`, stderr: '' });

      const planned = await runHere(['plan', file, ...args, '--json'], db);
      expect(planned).toMatchObject({ code: 0, stderr: '' });
      const plan = JSON.parse(planned.stdout) as PlanV1;
      const open = plan.findings.filter(({ waived }) => waived === null);
      expect(open.filter(({ severity }) => severity !== 'info')).toEqual([]);
      const busy = plan.steps.filter((step) => step.tasks.length > 0).map((step) => step.id);
      expect(busy).toEqual(example.busy);

      const ran = await runCli(['run', file, ...args, '--report', report], { env: db.env });
      expect(ran, ran.stderr).toMatchObject({ code: 0 });
      const waited = await runHere(['wait', 'latest', '--report', report], db);
      expect(waited, waited.stderr).toMatchObject({ code: 0 });
      const { run, steps } = JSON.parse(readFileSync(report, 'utf8')) as ReportV1;
      expect(run).toMatchObject({ status: 'succeeded', exit_code: 0 });
      const tasks = steps.flatMap((step) => step.tasks);
      expect(tasks.map((task) => [task.id, task.status])).toEqual(
        tasks.map((task) => [task.id, 'succeeded']),
      );
      await expectTruth(db.uri, example.then);
      await db.assertNoLeaks();
    } finally {
      await db.drop();
    }
  });
});
