import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import stringWidth from 'string-width';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runbookOf } from '../db/support/run-yaml.js';
import { useTestDatabase } from '../support/database.js';
import { Pty } from '../support/terminal/pty.js';

const db = await useTestDatabase();
const folder = mkdtempSync(join(tmpdir(), 'pg-runbook-live-'));
const report = join(folder, 'report.json');

afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** Work that takes some seconds each and of which the server tells how far it has come. */
beforeAll(async () => {
  await db.query(`create table dirty (id int primary key, pad text);
    alter table dirty set (autovacuum_enabled = off);
    insert into dirty select i, repeat('x', 900) from generate_series(1, 40000) i;
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
    settings: { vacuum_cost_delay: 20ms, vacuum_cost_limit: "300" }`;
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

/** The percentages that the frames show of a task, equal ones in a row once. */
function percentages(frames: readonly string[][], id: string): number[] {
  const shown = frames.flatMap((lines) =>
    lines.flatMap((line) => {
      const match = line.startsWith(`${id} `) ? / (\d+)%/.exec(line) : null;
      return match === null ? [] : [Number(match[1])];
    }),
  );
  return shown.filter((value, index) => value !== shown[index - 1]);
}

/** How many values there are at most, each larger than the one before. */
function longestRise(values: readonly number[]): number {
  let best = 0;
  let length = 0;
  for (const [index, value] of values.entries()) {
    length = index > 0 && value > (values[index - 1] ?? 0) ? length + 1 : 1;
    best = Math.max(best, length);
  }
  return best;
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
});
