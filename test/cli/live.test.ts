import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import stringWidth from 'string-width';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { setTimeout as sleep } from 'node:timers/promises';
import { runbookOf } from '../db/support/run-yaml.js';
import { useTestDatabase } from '../support/database.js';
import { runCli } from '../support/cli.js';
import { longestRise, percentages } from '../support/terminal/bars.js';
import { Pty } from '../support/terminal/pty.js';

const db = await useTestDatabase();
const folder = mkdtempSync(join(tmpdir(), 'pg-runbook-live-'));
const report = join(folder, 'report.json');

afterAll(async () => {
  await Pty.killAll();
  rmSync(folder, { recursive: true });
});

/** Work that takes some seconds each and of which the server tells how far it has come. */
beforeAll(async () => {
  await db.query(`create table dirty (id int primary key, pad text);
    alter table dirty set (autovacuum_enabled = off);
    insert into dirty select i, repeat('x', 900) from generate_series(1, 30000) i;
    delete from dirty where id % 3 = 0`);
  await db.query(`create function slowly(int) returns int immutable language plpgsql
      as 'begin perform pg_catalog.pg_sleep(0.001); return $1; end';
    create table built (id int, pad text);
    alter table built alter pad set storage plain;
    insert into built select i, repeat('x', 3900) from generate_series(1, 4000) i`);
  await db.query('create index built_slowly on built (slowly(id))');
  await db.query(`create table filled (id int primary key, twice int);
    create function wait_a_moment() returns trigger language plpgsql
      as $$begin perform pg_catalog.pg_sleep(0.001); return new; end$$;
    create trigger slow before update on filled for each row execute function wait_a_moment();
    insert into filled select i from generate_series(1, 3000) i;
    analyze filled`);
}, 60_000);

const VACUUM = `
  - id: vacuum
    vacuum: { tables: { include: [public.dirty] } }
    settings: { vacuum_cost_delay: 20ms, vacuum_cost_limit: "300", vacuum_cost_page_hit: "20" }`;
const REINDEX = `
  - id: rebuild
    reindex: { indexes: { include: [public.built_slowly] }, concurrently: true }`;
const BACKFILL = `
  - id: fill
    backfill:
      table: public.filled
      key: id
      set: { twice: id * 2 }
      where: twice is null
      batch: { rows: 100, target_duration: 200ms, pause: 50ms }`;

function runbook(name: string, steps: string): string {
  const path = join(folder, `${name}.yaml`);
  writeFileSync(path, runbookOf(steps).replace('name: test', `name: ${name}`));
  return path;
}

const SLEEP = `
  - id: nap
    sql: select pg_sleep(4)
    idempotent: true`;
const LONG_SLEEP = SLEEP.replace('(4)', '(40)');

/** What a line of a run begins with where lines are kept. */
const STAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ /;
const COLOUR = /\u001B\[[39]\dm/;

async function emptyFilled(): Promise<void> {
  await db.query('update filled set twice = null');
  await db.query('vacuum (full, analyze) filled');
}

/** Everything below the last line that an event left. */
function expectGone(pty: Pty): void {
  expect(pty.screen.cursorShown, 'the cursor').toBe(true);
  expect(pty.screen.unknown).toEqual([]);
  expect(pty.screen.text).not.toMatch(/Ctrl-C (cancels|ends)|[█░]|worker slots/);
}

describe('the live view', () => {
  it('shows bars that move for a vacuum, a concurrent rebuild and a backfill', async () => {
    const path = runbook('moving', `${VACUUM}${REINDEX}${BACKFILL}`);
    const pty = new Pty(['run', path, '--report', report], { env: db.env });
    const code = await pty.ended;
    expect(code, pty.screen.text).toBe(0);
    for (const id of ['vacuum/1', 'rebuild/1', 'fill/1']) {
      const seen = percentages(pty.frames, id);
      console.info(`${id}: ${seen.map((value) => `${value}%`).join(' ')}`);
      expect(longestRise(seen), `${id}: ${seen.join(' ')}`).toBeGreaterThanOrEqual(3);
    }
    const frame = pty.frames[Math.floor(pty.frames.length / 2)] ?? [];
    console.info(frame.join('\n'));
    expect(pty.screen.cursorShown).toBe(true);
    expect(pty.screen.unknown).toEqual([]);
    const wide = pty.frames.flat().filter((line) => stringWidth(line) > 100);
    expect(wide).toEqual([]);
    // The block goes, and the lines that were printed stay.
    expect(pty.screen.text).not.toContain('Ctrl-C');
    expect(pty.screen.text).toMatch(/^\d\d:\d\d:\d\dZ vacuum\/1 succeeded in/m);
  });

  it('follows the size of the terminal, down to plain lines', async () => {
    await emptyFilled();
    const path = runbook(
      'resized',
      `${SLEEP}${BACKFILL}`.replace('(4)', '(12)').replace('50ms', '150ms'),
    );
    const pty = new Pty(['run', path, '--report', report], { env: db.env });
    await pty.seen(/^fill\/1 .*%/m);
    for (const [columns, rows] of [
      [60, 20],
      [40, 20],
      [30, 20],
      [90, 18],
    ] as const) {
      pty.resize(columns, rows);
      await sleep(1_300);
      const last = pty.frames.at(-1) ?? [];
      const block = last.filter((line) => /^(resized 1 · |fill\/1 |nap\/1 |Ctrl-C)/.test(line));
      expect(block.length, last.join('\n')).toBe(columns < 40 ? 0 : 4);
      expect(Math.max(0, ...block.map((line) => stringWidth(line)))).toBeLessThan(columns);
      // Nothing of an earlier picture is left.
      const pictures = last.filter((line) => line.includes('of 2 tasks done'));
      expect(pictures.length, last.join('\n')).toBe(columns < 40 ? 0 : 1);
    }
    expect(await pty.ended).toBe(0);
    expect(pty.screen.cursorShown).toBe(true);
    expect(pty.screen.visible.join('\n')).not.toContain('Ctrl-C');
  });

  it('has no colours under NO_COLOR, and plain lines at a dumb terminal', async () => {
    const args = ['run', runbook('coloured', SLEEP), '--report', report];
    const [coloured, plain, dumb] = await Promise.all(
      [{}, { NO_COLOR: '1' }, { TERM: 'dumb' }].map(async (env, i) => {
        await sleep(i * 50);
        const own = args.map((arg) =>
          i === 0 ? arg : arg.replace('coloured', `coloured-${String(i)}`),
        );
        if (i > 0) runbook(`coloured-${String(i)}`, SLEEP);
        const pty = new Pty(own, { env: { ...db.env, ...env } });
        expect(await pty.ended, pty.screen.text).toBe(0);
        return pty;
      }),
    );
    expect(coloured!.raw).toMatch(COLOUR);
    expect(plain!.raw).not.toMatch(COLOUR);
    expect(plain!.frames.flat().join('\n')).toMatch(/^nap\/1 .*time; nothing tells/m);
    expect(dumb!.raw).not.toContain('\u001B');
    expect(dumb!.raw).toMatch(/nap\/1 launched as pid/);
  });

  it('gives the terminal back at Ctrl-C, and says what it does', async () => {
    const pty = new Pty(['run', runbook('stopped', LONG_SLEEP), '--report', report], {
      env: db.env,
    });
    await pty.seen(/^nap\/1 .*time;/m);
    pty.type('\u0003');
    expect(await pty.ended).toBe(130);
    expectGone(pty);
    expect(pty.frames.flat().join('\n')).toMatch(/stopping; Ctrl-C again leaves/);
    expect(pty.screen.text).toContain('SIGINT: launching nothing more');
    expect(pty.screen.text).toMatch(/nap\/1 cancelled/);
  });

  it('gives the terminal back at a second Ctrl-C, which leaves at once', async () => {
    const stubborn = `
  - id: nap
    sql: |
      do $$ begin
        begin perform pg_sleep(20); exception when query_canceled then perform pg_sleep(3); end;
      end $$`;
    const pty = new Pty(['run', runbook('left', stubborn), '--report', report], { env: db.env });
    await pty.seen(/^nap\/1 .*time;/m);
    pty.type('\u0003');
    await pty.seen(/stopping/);
    pty.type('\u0003');
    expect(await pty.ended).toBe(130);
    expectGone(pty);
    expect(pty.screen.text).toContain('workers that may still run: nap/1');
    const { code } = await runCli(['wait', 'latest'], { env: db.env });
    expect(code).not.toBe(75);
  });
});

describe('those who look on', () => {
  it('see the same from the ledger, and leave the run alone', async () => {
    await emptyFilled();
    const detached = `${BACKFILL}\n    policy: detach`.replace('pause: 50ms', 'pause: 150ms');
    const started = await runCli(['run', runbook('watched', detached), '--report', report], {
      env: db.env,
    });
    expect(started.code, started.stderr).toBe(0);
    const [watching, waiting] = ['status', 'wait'].map(
      (name) =>
        new Pty([name, 'latest', ...(name === 'status' ? ['--follow'] : [])], { env: db.env }),
    ) as [Pty, Pty];
    const plain = runCli(['status', 'latest', '--follow'], { env: db.env });
    await waiting.seen(/^fill\/1 .*%/m);
    waiting.type('\u0003');
    expect(await waiting.ended).toBe(130);
    expectGone(waiting);
    expect(waiting.screen.text).toMatch(/SIGINT: run \S+ goes on/);
    expect(await watching.ended, watching.screen.text).toBe(0);
    expectGone(watching);
    const seen = percentages(watching.frames, 'fill/1');
    console.info(`status --follow: ${seen.map((value) => `${value}%`).join(' ')}`);
    expect(longestRise(seen)).toBeGreaterThanOrEqual(3);
    const text = watching.frames.flat().join('\n');
    expect(text).toMatch(/detached, these run on without any client; supervisor: pid \d+/);
    expect(text).toContain('Ctrl-C ends this looking only, the run goes on');

    const { code, stderr } = await plain;
    expect(code).toBe(0);
    const lines = stderr.trimEnd().split('\n');
    expect(lines.filter((line) => !STAMP.test(line))).toEqual([]);
    expect(stderr).toMatch(/fill\/1 succeeded/);
    expect(stderr).toMatch(/rows \(\d+ %\)/);
  });

  it('must name the run', async () => {
    const { code, stderr } = await runCli(['status', '--follow'], { env: db.env });
    expect(code).toBe(2);
    expect(stderr).toContain('--follow: name the run');
  });
});

describe('off a terminal', () => {
  it('each line begins with its moment, and nothing is drawn', async () => {
    const path = runbook('kept', SLEEP.replace('(4)', '(0)'));
    const { code, stdout, stderr } = await runCli(['run', path, '--report', report], {
      env: db.env,
    });
    expect(code, stderr).toBe(0);
    const lines = stderr.trimEnd().split('\n');
    expect(lines.length).toBeGreaterThan(3);
    expect(lines.filter((line) => !STAMP.test(line))).toEqual([]);
    expect(stdout + stderr).not.toContain('\u001B');
  });
});
