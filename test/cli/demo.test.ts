import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, inject, it } from 'vitest';
import type { ReportV1 } from '../../src/generated/report.v1.js';
import { runProgram, type CliResult } from '../support/cli.js';
import { TestDatabase } from '../support/database.js';
import { serverUri } from '../support/server.js';
import { longestRise, percentages } from '../support/terminal/bars.js';
import { Pty } from '../support/terminal/pty.js';

const folder = mkdtempSync(join(tmpdir(), 'pg-runbook-demo-'));
const db = new TestDatabase(`pgrb_test_${inject('runId')}_${process.pid}_9000`);

afterAll(async () => {
  await Pty.killAll();
  rmSync(folder, { recursive: true });
  try {
    await db.assertNoLeaks();
  } finally {
    await db.drop();
  }
});

/** As `npm run demo` does. */
const PROGRAM = process.execPath;
const ARGUMENTS = ['--import', 'tsx', 'scripts/demo/main.ts', '--database', db.name];
const ENV = { PG_RUNBOOK_TEST_DSN: serverUri() };
/** It makes and changes some hundred megabytes: seconds on a machine of one's own, minutes on a busy one. */
const DEADLINE_MS = 280_000;
const TIMEOUT = DEADLINE_MS + 10_000;

/** On the tests' server, in a database of its own. */
function demo(...args: string[]): Promise<CliResult> {
  return runProgram(PROGRAM, [...ARGUMENTS, ...args], { env: ENV, deadlineMs: DEADLINE_MS });
}

/** The numbers of a line of the balance: before, after, gone. */
function numbers(stdout: string, name: string): number[] {
  const line = stdout.split('\n').find((text) => text.trim().startsWith(name)) ?? '';
  const parts = line.trim().slice(name.length).trim().split(/ {2,}/);
  return parts.map((part) => Number.parseFloat(part.replaceAll(',', '')));
}

/** What the demo showed when it went well. */
let shown: CliResult | undefined;

const readReport = (name: string): ReportV1 =>
  JSON.parse(readFileSync(join(folder, `demo-${name}.json`), 'utf8')) as ReportV1;

describe('the demo', { timeout: TIMEOUT }, () => {
  // While another test keeps a transaction open, in whatever database, VACUUM may have to leave rows.
  it('shows the plan, runs it, and tells what it bought', { retry: 3 }, async () => {
    shown = await demo('--reports', folder);
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

    for (const name of ['nightly-maintenance', 'backfill-segments', 'reindex-bloated']) {
      const { run, steps } = readReport(name);
      expect(run.status).toBe('succeeded');
      for (const { id, tasks } of steps) {
        // One that found nothing to do took no time.
        const time = tasks.length === 0 ? '-' : String.raw`[\d.]+m?s`;
        expect(stdout).toMatch(new RegExp(`^ {2}${id} +succeeded +${time} `, 'm'));
      }
    }
  });

  it('changes rows by a backfill and mends an index, with proof', () => {
    const [dormant] = readReport('backfill-segments').steps;
    expect(dormant).toMatchObject({
      tasks: [{ status: 'succeeded' }, { status: 'succeeded' }],
      progress: { rows_left: 0 },
    });
    expect(dormant?.progress?.rows_changed).toBeGreaterThan(6_000);
    const [mended] = readReport('reindex-bloated').steps[0]!.tasks[0]!.targets;
    expect(mended).toMatchObject({
      name: 'public.reviews_search_idx',
      evidence: { before: { valid: false }, after: { valid: true } },
    });
  });

  it('reads well at 80 columns, without colours where there is no terminal', () => {
    const { stdout, stderr } = shown!;
    // A digest is something to copy, and SQL is shown as it is sent: neither is broken.
    // Another database's transaction may keep dead rows; a reason stays on its event's line.
    const whole =
      /^ {2}digest {5}sha256:|^ {5}\d+\. [A-Z]+ |dead rows stay: |: a CREATE INDEX CONCURRENTLY that /;
    const wide = `${stdout}${stderr}`
      .split('\n')
      // Where lines are kept, the day stands in front.
      .map((line) => line.replace(/^\d{4}-\d\d-\d\dT/, ''))
      .filter((line) => line.length > 80 && !whole.test(line) && !line.includes(folder));
    expect(wide).toEqual([]);
    expect(`${stdout}${stderr}`).not.toContain('\u001b');
  });

  it('shows at a terminal bars that move for a vacuum, a backfill and the build of an index', async () => {
    const pty = new Pty([...ARGUMENTS, '--reports', folder], {
      env: ENV,
      program: [PROGRAM],
      columns: 80,
      deadlineMs: DEADLINE_MS,
    });
    expect(await pty.ended, pty.screen.text).toBe(0);
    const rises = (id: string): number => {
      const seen = percentages(pty.frames, id);
      console.info(`${id}: ${seen.map((value) => `${value}%`).join(' ')}`);
      return longestRise(seen);
    };
    // Of the vacuums those of large tables last longest.
    const vacuums = [1, 2, 3, 4].map((number) => rises(`vacuum-hot/${number}`));
    expect(Math.max(...vacuums), 'vacuum').toBeGreaterThanOrEqual(3);
    expect(rises('dormant'), 'backfill').toBeGreaterThanOrEqual(3);
    expect(rises('invalid/1'), 'index').toBeGreaterThanOrEqual(3);

    const pictures = pty.frames.map((lines) => lines.join('\n'));
    for (const bar of [
      /^vacuum-hot\/\d .*█░* +\d+% .*(scanning|vacuuming) heap/m,
      /^dormant .*█░* +\d+% .* batches$/m,
      /^invalid\/1 .*█░* +\d+% .*building index/m,
    ]) {
      const fitting = pictures.filter((picture) => bar.test(picture));
      expect(fitting, String(bar)).not.toEqual([]);
      console.info(fitting[Math.floor(fitting.length / 2)]);
    }
    expect(pty.screen.unknown).toEqual([]);
    expect(pty.screen.cursorShown).toBe(true);
    expect(pty.screen.text).toContain('== Step by step, by the evidence in the reports');
  });

  it('fails when the run does, and shows no balance', async () => {
    const { code, stdout, stderr } = await demo('--reports', '/dev/null');
    expect(code).not.toBe(0);
    expect(stdout).not.toContain('What it bought');
    expect(stderr).toContain('cannot write the report');
  });
});
