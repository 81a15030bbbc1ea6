import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { PlanV1 } from '../../src/index.js';
import { runbook, useFolder } from '../db/engine/support.js';
import { runCli, type CliResult } from '../support/cli.js';
import { useTestDatabase } from '../support/database.js';

const db = await useTestDatabase();
const folder = useFolder();
await db.query(`
  create table worn (id int); create table fresh (id int);
  insert into worn select generate_series(1, 500); delete from worn where id <= 300;
  select pg_stat_force_next_flush()`);

function write(name: string, steps: string, top?: string): string {
  const path = join(folder, name);
  writeFileSync(path, top === undefined ? runbook(steps) : runbook(steps, top));
  return path;
}

const vacuum = (include: string, more = ''): string =>
  `  - id: vacuum\n    vacuum: { tables: { include: [${include}]${more} } }\n`;

const plan = (...args: string[]): Promise<CliResult> => runCli(['plan', ...args], { env: db.env });

/** Where nobody listens. */
const NOWHERE = { PGHOST: '127.0.0.1', PGPORT: '1', PGUSER: 'nobody', PGDATABASE: 'none' };

describe('plan --offline', () => {
  it('needs no server, and no values for parameters', async () => {
    const path = write(
      'offline.yaml',
      `${vacuum('"${schema}.*"')}  - id: del\n    sql: DELETE FROM t WHERE day < :'day'::date\n`,
      'parameters: { schema: { type: string }, day: { type: string } }\ndefaults: { timeout: 30s, lock_timeout: 5s }',
    );
    const online = await runCli(['plan', path, '-p', 'schema=public', '-p', 'day=2026-01-01'], {
      env: NOWHERE,
    });
    expect(online.code).toBe(3);
    expect(online.stderr).toContain('connection_failed');
    expect((await plan(path)).code).toBe(2);
    const offline = await runCli(['plan', path, '--offline'], { env: NOWHERE });
    expect(offline.code, offline.stderr).toBe(0);
    expect(offline.stdout).toContain('2 steps. No server was asked.');
    expect(offline.stdout).toContain('VACUUM "schema"."table"');
    expect(offline.stdout).toContain('DELETE FROM t WHERE day < ');
    const json = await runCli(['plan', path, '--offline', '--json'], { env: NOWHERE });
    expect(JSON.parse(json.stdout)).toMatchObject({ server: null, capacity: null, forecast: null });
  });
});

describe('plan --detailed-exitcode', () => {
  it('exits 0 when there is nothing to do, and 10 when there is', async () => {
    const idle = write('idle.yaml', vacuum('"public.*"', ', min_dead_rows: 301'));
    const busy = write('busy.yaml', vacuum('"public.*"', ', min_dead_rows: 300'));
    expect((await plan(idle, '--detailed-exitcode')).code).toBe(0);
    expect((await plan(busy, '--detailed-exitcode')).code).toBe(10);
    expect((await plan(busy)).code).toBe(0);
  });

  it('exits 2 all the same for what may not be run', async () => {
    const path = write('bad.yaml', '  - id: bad\n    sql: DELETE FROM worn\n');
    expect((await plan(path, '--detailed-exitcode')).code).toBe(2);
  });
});

describe('plan --explain-selection', () => {
  it('names what each filter keeps out, which is counted without it', async () => {
    const path = write('selection.yaml', vacuum('"public.*"', ', min_dead_rows: 1'));
    const counted = 'selects 1 of 2: min_dead_rows keeps out 1';
    const named = 'kept out by min_dead_rows: public.fresh';
    const [without, explained] = [await plan(path), await plan(path, '--explain-selection')];
    expect(without.stdout).toContain(counted);
    expect(without.stdout).not.toContain(named);
    expect(explained.stdout).toContain(counted);
    expect(explained.stdout).toContain(named);
  });
});

describe('plan --out', () => {
  it('writes what --json shows, and fails whole where it cannot', async () => {
    const path = write('out.yaml', vacuum('"public.*"'));
    const out = join(folder, 'out.json');
    const { stdout } = await plan(path, '--json', '--out', out);
    expect(readFileSync(out, 'utf8')).toBe(stdout);
    const nowhere = join(folder, 'none', 'out.json');
    const failed = await plan(path, '--out', nowhere);
    expect([failed.code, failed.stdout]).toEqual([3, '']);
    expect(failed.stderr).toContain('plan_not_written');
    expect(existsSync(nowhere)).toBe(false);
  });
});

describe('the forecast', () => {
  it('goes by what the ledger remembers of the very relation, else of others, else by a guess', async () => {
    const path = write('first.yaml', vacuum('public.worn'));
    const basis = async (file: string): Promise<unknown> => {
      const { forecast } = JSON.parse((await plan(file, '--json')).stdout) as PlanV1;
      return [forecast?.history, forecast?.steps.map((step) => step.basis)];
    };
    expect(await basis(path)).toEqual(['none', ['guess']]);
    const ran = await runCli(['run', path, '--report', join(folder, 'r.json')], { env: db.env });
    expect(ran.code, ran.stderr).toBe(0);
    expect(await basis(path)).toEqual(['used', ['same']]);
    expect(await basis(write('other.yaml', vacuum('public.fresh')))).toEqual(['used', ['similar']]);
    const analyze = '  - id: a\n    analyze: { tables: { include: [public.worn] } }\n';
    expect(await basis(write('analyze.yaml', analyze))).toEqual(['none', ['guess']]);
    const { stdout } = await plan(path);
    expect(stdout).toMatch(/takes about \S+.* \(as it took before\)/);
  });
});
