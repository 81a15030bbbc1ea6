import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, inject, it } from 'vitest';
import type { ReportV1 } from '../../src/generated/report.v1.js';
import { runProgram, type CliResult } from '../support/cli.js';
import { TestDatabase } from '../support/database.js';
import { serverUri } from '../support/server.js';

const folder = mkdtempSync(join(tmpdir(), 'pg-runbook-demo-'));
const db = new TestDatabase(`pgrb_test_${inject('runId')}_${process.pid}_9000`);

afterAll(async () => {
  rmSync(folder, { recursive: true });
  try {
    await db.assertNoLeaks();
  } finally {
    await db.drop();
  }
});

/** As `npm run demo` does, on the tests' server and in a database of its own. */
function demo(...args: string[]): Promise<CliResult> {
  return runProgram(
    process.execPath,
    ['--import', 'tsx', 'scripts/demo/main.ts', '--database', db.name, ...args],
    { env: { PG_RUNBOOK_TEST_DSN: serverUri() } },
  );
}

/** The numbers of a line of the balance: before, after, gone. */
function numbers(stdout: string, name: string): number[] {
  const line = stdout.split('\n').find((text) => text.trim().startsWith(name)) ?? '';
  const parts = line.trim().slice(name.length).trim().split(/ {2,}/);
  return parts.map((part) => Number.parseFloat(part.replaceAll(',', '')));
}

/** What the demo showed when it went well. */
let shown: CliResult | undefined;

describe('the demo', () => {
  // While another test keeps a transaction open, in whatever database, VACUUM may have to leave rows.
  it('shows the plan, runs it, and tells what it bought', { retry: 3 }, async () => {
    const path = join(folder, 'report.json');
    shown = await demo('--report', path);
    const { code, stdout, stderr } = shown;
    expect(code, stderr).toBe(0);

    expect(stdout).toContain('Plan of nightly-maintenance version 1');
    expect(stderr).toMatch(/vacuum-hot\/1 launched as pid \d+: public\.orders/);
    expect(stderr).toMatch(/reindex-bloated\/1 succeeded in/);

    const [deadBefore, deadAfter, deadGone] = numbers(stdout, 'dead rows');
    expect(deadBefore).toBeGreaterThan(300_000);
    expect(deadAfter).toBeLessThan(deadBefore! / 2);
    expect(deadGone).toBe(deadBefore! - deadAfter!);
    for (const size of ['size of tables', 'size of indexes']) {
      const [before, after, freed] = numbers(stdout, size);
      expect(after, size).toBeLessThan(before!);
      expect(freed, size).toBeGreaterThan(1);
    }
    expect(numbers(stdout, 'rows changed since ANALYZE')[1]).toBeLessThan(1_000);

    expect(existsSync(path)).toBe(true);
    const report = JSON.parse(readFileSync(path, 'utf8')) as ReportV1;
    expect(report.run.status).toBe('succeeded');
    for (const step of report.steps) {
      expect(stdout).toMatch(new RegExp(`^ {2}${step.id} +succeeded +[\\d.]+m?s `, 'm'));
    }
  });

  it('reads well at 80 columns, without colours where there is no terminal', () => {
    const { stdout, stderr } = shown!;
    // A digest is something to copy, and SQL is shown as it is sent: neither is broken.
    // Another database's transaction may keep dead rows; a reason stays on its event's line.
    const whole = /^ {2}digest {5}sha256:|^ {5}\d+\. [A-Z]+ |dead rows stay: /;
    const wide = `${stdout}${stderr}`
      .split('\n')
      // Where lines are kept, the day stands in front.
      .map((line) => line.replace(/^\d{4}-\d\d-\d\dT/, ''))
      .filter((line) => line.length > 80 && !whole.test(line) && !line.includes(folder));
    expect(wide).toEqual([]);
    expect(`${stdout}${stderr}`).not.toContain('\u001b');
  });

  it('fails when the run does, and shows no balance', async () => {
    const { code, stdout, stderr } = await demo('--report', '/dev/null/report.json');
    expect(code).not.toBe(0);
    expect(stdout).not.toContain('What it bought');
    expect(stderr).toContain('cannot write the report');
  });
});
