import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { Runbook } from '../../src/model/runbook.js';
import { loadRunbookFile, type LoadOptions } from '../../src/runbook/load.js';

const folder = new URL('good/', import.meta.url);

async function load(name: string, options: LoadOptions = {}): Promise<Runbook> {
  const result = await loadRunbookFile(fileURLToPath(new URL(name, folder)), options);
  if (!result.ok) throw new Error(JSON.stringify(result.diagnostics, undefined, 1));
  expect(result.warnings).toEqual([]);
  return result.runbook;
}

function step(runbook: Runbook, id: string): Runbook['steps'][number] {
  return runbook.steps.find((one) => one.id === id)!;
}

describe('good runbooks', () => {
  it.each(readdirSync(folder))('%s is accepted', async (name) => {
    expect((await load(name)).digest).toMatch(/^sha256:[0-9a-f]{64}$/);
  });

  it('fills in the defaults', async () => {
    const runbook = await load('minimal.yaml');
    expect(runbook).toMatchObject({
      budget: { workers: 2, serverWorkers: undefined, keepFree: 1 },
      parameters: {},
      guards: [],
    });
    expect(runbook.steps).toEqual([
      {
        id: 'one',
        after: 'ended',
        description: undefined,
        needs: [],
        budgets: {},
        concurrency: 1,
        timeoutMs: 5_000,
        lockTimeoutMs: undefined,
        policy: 'wait',
        onFailure: 'stop',
        retry: undefined,
        settings: {},
        kind: 'sql',
        spec: {
          sql: 'select 1',
          statements: [
            {
              sql: 'select 1',
              countable: { tag: 'SELECT', name: 'SELECT', returns_rows: true },
              expected: null,
            },
          ],
          trace: undefined,
          locking: [],
          idempotent: false,
          transaction: true,
        },
      },
    ]);
  });

  it('reads the example of the design', async () => {
    const runbook = await load('design-example.yaml', { parameters: { min_dead_rows: '7' } });
    expect(runbook.parameters).toMatchObject({ schema: 'public', min_dead_rows: 7 });
    expect(runbook.guards).toMatchObject([
      { condition: { replica_lag_ms: 30_000 }, onBreach: 'pause', maxPauseMs: 3_600_000 },
      { condition: { sql: expect.stringContaining('count(*) < 40') as string } },
    ]);
    expect(step(runbook, 'vacuum-hot')).toMatchObject({
      timeoutMs: 1_200_000,
      lockTimeoutMs: 5_000,
      settings: { maintenance_work_mem: '256MB' },
      spec: { tables: { min_dead_rows: 7, order_by: 'dead_rows', limit: 50 } },
    });
    expect(step(runbook, 'reindex-bloated')).toMatchObject({
      retry: { attempts: 3, delayMs: 30_000, maxDelayMs: 300_000, on: ['55P03', '40P01'] },
      spec: {
        concurrently: true,
        scope: { type: 'indexes', min_size: 104_857_600, min_bloat: 0.4 },
      },
    });
  });

  it('reads every key of every kind', async () => {
    const runbook = await load('every-kind.yaml');
    expect(step(runbook, 'vacuum')).toMatchObject({
      timeoutMs: 1_200_000,
      retry: { attempts: 2, delayMs: 10_000, maxDelayMs: 300_000, on: ['55P03', '40P01', '40001'] },
      spec: {
        tables: {
          include: [
            { schema: { text: 'public' }, name: { text: '*' } },
            { schema: { text: 'app' }, name: { text: 'Odd.Name', literal: true } },
          ],
          min_size: 524_288,
          not_vacuumed_for_ms: 90 * 86_400_000,
          min_dead_ratio: 0.2,
        },
        options: { analyze: true, parallel: 0, buffer_usage_limit: '2MB' },
      },
    });
    expect(step(runbook, 'analyze').settings).toEqual({
      maintenance_work_mem: '256MB',
      max_parallel_maintenance_workers: '2',
      jit: 'true',
    });
    expect(step(runbook, 'reindex-schemas').spec).toMatchObject({
      scope: {
        type: 'tables',
        include: [
          { schema: { text: 'public' }, name: { text: '*' } },
          { schema: { text: 'tenant_*' }, name: { text: '*' } },
          { schema: { text: 'odd.name' }, name: { text: '*' } },
        ],
      },
    });
    expect(step(runbook, 'call').retry).toBeUndefined();
    expect(step(runbook, 'sql').spec).toMatchObject({
      sql:
        "-- :'nothing' here\n" +
        `delete from "public".events where day < current_date - '90'::int;\n` +
        "select $$ :'nothing' $$;\n",
    });
  });
});
