import { rmSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { HABITS } from './support/architecture/habits.js';
import { layerRules, layerViolations } from './support/architecture/layers.js';
import { SAMPLES, writeSampleTree } from './support/architecture/sample-tree.js';
import {
  readLedgerSources,
  sqlFileSizes,
  sqlFunctionSizes,
  unreachedFunctions,
} from './support/architecture/ledger-sql.js';
import { fileSizes, functionSizes, largerThan, quantile } from './support/architecture/sizes.js';
import { readSources, sourceOf } from './support/architecture/sources.js';
import { ROOT } from './support/root.js';

/** Files or functions (`src/a.ts`, `src/a.ts:name`) above a limit, each with the reason why. */
const SIZE_EXCEPTIONS: Readonly<Record<string, string>> = {};

const sources = readSources();
const sql = readLedgerSources();

describe('layers', () => {
  it('hold in src', async () => {
    expect(await layerViolations(ROOT)).toEqual([]);
  }, 60_000);

  it('every rule catches its made-up sample, and nothing that is allowed', async () => {
    const folder = writeSampleTree();
    try {
      const found = (await layerViolations(folder)).map((line) => line.replace(/ → .*/, ''));
      const expected = SAMPLES.map(([rule, path]) => `${rule}: ${path}`);
      expect([...new Set(found)]).toEqual(expect.arrayContaining(expected));
      const sampled = new Set(SAMPLES.map(([, path]) => path));
      expect(found.filter((line) => !sampled.has(line.split(': ')[1] ?? ''))).toEqual([]);
      expect(new Set(SAMPLES.map(([rule]) => rule))).toEqual(new Set(layerRules()));
    } finally {
      rmSync(folder, { recursive: true });
    }
  }, 60_000);
});

describe('habits', () => {
  it.each(Object.entries(HABITS))('%s', (_name, habit) => {
    expect(sources.flatMap(habit)).toEqual([]);
  });

  it.each([
    ['src/plan/LockProfile.ts', 'export const a = 1;', 'not kebab-case'],
    ['src/Plan/lock.ts', 'export const a = 1;', 'not kebab-case'],
    ['src/plan/a.ts', 'export default function f() {}', 'default export'],
    ['src/plan/a.ts', 'const a = 1; export { a as default };', 'default export'],
    ['src/plan/a.ts', 'export default 1;', 'default export'],
    ['src/plan/a.ts', "export { b } from './b.js';", 're-exports'],
    ['src/plan/index.ts', 'export const a = 1;', 'no public entry'],
    ['src/index.ts', 'export const a = 1;', 'more than re-exports'],
    ['src/plan/a.ts', 'export const a = process.argv;', 'uses process'],
    ['src/plan/a.ts', "console.log('x');", 'uses console'],
    ['src/engine/schedule.ts', 'export const a = Date.now();', 'uses Date'],
    ['src/engine/schedule.ts', 'export const a = new Date();', 'uses Date'],
    ['src/steps/vacuum/render.ts', 'export const a = Math.random();', 'uses Math.random'],
    ['src/report/html/page.ts', 'export const a = Date.now();', 'uses Date.now'],
    ['src/steps/vacuum/render.ts', 'setTimeout(() => 1, 1);', 'uses setTimeout'],
    ['src/plan/a.ts', 'await session.script(SQL);', 'sends a script'],
    ['src/ledger/migrate.ts', 'await session.script(`${a}`);', 'sends a script'],
  ])('%s with `%s`: %s', (path, text, complaint) => {
    const found = Object.values(HABITS).flatMap((habit) => habit(sourceOf(path, text)));
    expect(found).toEqual([expect.stringContaining(complaint)]);
  });

  it.each([
    ['src/cli/main.ts', 'console.log(process.argv);'],
    ['src/index.ts', "export { a } from './model/a.js';"],
    ['src/steps/vacuum/index.ts', "export { a } from './render.js';"],
    ['src/plan/a.ts', 'export const a = { process: 1 }; export const b = a.process;'],
    [
      'src/engine/schedule.ts',
      'export const later = (now: Date, max: number) => Math.max(+now, max);',
    ],
  ])('%s may hold `%s`', (path, text) => {
    expect(Object.values(HABITS).flatMap((habit) => habit(sourceOf(path, text)))).toEqual([]);
  });
});

describe('sizes', () => {
  const files = fileSizes(sources);
  const functions = functionSizes(sources);
  const unexcused = (found: string[]): string[] =>
    found.filter((line) => !(line.replace(/: \d+$/, '') in SIZE_EXCEPTIONS));

  it('files: median at most 100 lines, none above 300', () => {
    expect(quantile(files, 0.5)).toBeLessThanOrEqual(100);
    expect(unexcused(largerThan(files, 300))).toEqual([]);
  });

  it('functions: p90 at most 25 lines, none above 80', () => {
    expect(quantile(functions, 0.9)).toBeLessThanOrEqual(25);
    expect(unexcused(largerThan(functions, 80))).toEqual([]);
  });

  it('SQL of the ledger: no file above 300 lines, no function above 80', () => {
    expect(sql.length).toBeGreaterThan(10);
    expect(unexcused(largerThan(sqlFileSizes(sql), 300))).toEqual([]);
    expect(unexcused(largerThan(sqlFunctionSizes(sql), 80))).toEqual([]);
  });

  it('exceptions are still needed', () => {
    const large = [
      ...[...largerThan(files, 300), ...largerThan(functions, 80)],
      ...[...largerThan(sqlFileSizes(sql), 300), ...largerThan(sqlFunctionSizes(sql), 80)],
    ];
    const names = large.map((line) => line.replace(/: \d+$/, ''));
    expect(Object.keys(SIZE_EXCEPTIONS).filter((name) => !names.includes(name))).toEqual([]);
  });

  it('are measured right on a made-up file', () => {
    const body = '  1;\n'.repeat(90);
    const text = `export function long() {\n${body}}\nclass A {\n  m() {\n  }\n}\n`;
    const sample = [sourceOf('src/plan/sample.ts', text)];
    expect(fileSizes(sample)).toEqual([{ name: 'src/plan/sample.ts', lines: 96 }]);
    const measured = functionSizes(sample);
    expect(largerThan(measured, 80)).toEqual(['src/plan/sample.ts:long: 92']);
    expect(measured[1]).toEqual({ name: 'src/plan/sample.ts:m', lines: 2 });
    expect([quantile(measured, 0.5), quantile(measured, 0.9)]).toEqual([2, 92]);
  });
});

describe('the ledger’s functions', () => {
  it('are each called by the program, or by one that is', () => {
    const texts = sources.map(({ text }) => text);
    expect(unreachedFunctions(sql, texts)).toEqual([]);
    expect(unreachedFunctions(sql, [])).toContain('supervise');
  });

  it('are measured right on a made-up file', () => {
    const body = '  PERFORM 1;\n'.repeat(90);
    const text =
      `-- A topic.\n\nCREATE FUNCTION runbook.long() RETURNS void\nLANGUAGE plpgsql AS $$\nBEGIN\n${body}END $$;\n` +
      `COMMENT ON FUNCTION runbook.long IS\n  'Long.';\n\nCREATE PROCEDURE runbook.b()\nLANGUAGE sql AS $$ SELECT 1 $$;\n`;
    const sample = [{ path: 'a.sql', text }];
    expect(sqlFunctionSizes(sample)).toEqual([
      { name: 'a.sql:long', lines: 94 },
      { name: 'a.sql:b', lines: 2 },
    ]);
    expect(unreachedFunctions(sample, ['SELECT runbook.long()'])).toEqual(['b']);
  });
});
