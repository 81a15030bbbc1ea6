import { describe, expect, it } from 'vitest';
import { loadRunbookText } from '../../../src/runbook/load.js';
import { renderDiagnostic } from '../../../src/runbook/render-diagnostic.js';
import { MAX_NESTING } from '../../../src/sql/nesting.js';
import { parseSql } from '../../../src/sql/parser.js';
import { stopClock } from '../../../src/sql/stop-clock.js';

const HEAD = 'api_version: pg-runbook/v1\nname: a\nversion: 1\ndefaults: { timeout: 1m }\n';

const step = (sql: string): string =>
  `${HEAD}parameters: { p: { type: string, default: ü } }\nsteps:\n  - id: a\n    sql: |\n${sql.replaceAll(/^/gm, '      ')}\n`;
const quoted = (sql: string): string => `${HEAD}steps: [{ id: a, sql: ${JSON.stringify(sql)} }]\n`;
const repeat =
  (text: string) =>
  (size: number): string =>
    text.repeat(size / text.length);
const numbered = (size: number, each: (i: number) => string): string =>
  Array.from({ length: size / each(1_000).length }, (_, i) => each(i)).join('');

/** Texts of about so many characters that were read in time by the square of it, or worse. */
const HOSTILE: Readonly<Record<string, (size: number) => string>> = {
  statements: (n) => step(repeat("update t set a = 'ü' where id = 1;\n")(n)),
  'statements with a finding each': (n) => step(repeat('delete from t;\n')(n)),
  'the same in double quotes': (n) => quoted(repeat('delete from t;\n')(n)),
  'statements with an error each': (n) => step(repeat('vacuum;\n')(n)),
  'beginnings of comments': (n) => step(repeat('/*')(n)),
  'beginnings and ends of comments': (n) => step(repeat('/*')(n / 2) + repeat('*/')(n / 2)),
  'signs in a row': (n) => step(`select 1 ${repeat('+-')(n)} 1`),
  'a condition of comments': (n) =>
    `${HEAD}steps: [{ id: a, purge: { table: a.b, key: id, where: '${repeat('/*')(n)}' } }]\n`,
  'nested NOT': (n) => step(`select ${repeat('not ')(n)} true`),
  'a long sum': (n) => step(`select 1${repeat('+1')(n)}`),
  UNIONs: (n) => step(`select 1${repeat(' union select 1, 2')(n)}`),
  parameters: (n) => step(`select ${repeat(":'p', ")(n)} 1`),
  'unknown parameters': (n) => step(`select ${numbered(n, (i) => `:'q${String(i)}', `)} 1`),
  'parameters in SQL that are not put in': (n) => step(repeat('select 1 -- ${p}\n;')(n)),
  'unknown names in text': (n) => `${HEAD}description: '${repeat('${q}')(n)}'\nsteps: []\n`,
  'unknown keys': (n) => HEAD + numbered(n, (i) => `stepz${String(i)}: 1\n`) + 'steps: []\n',
  'needs of steps that are not there': (n) =>
    `${HEAD}steps:\n${numbered(n, (i) => `- { id: step-${String(i)}, needs: [stap-${String(i)}], sql: select f() }\n`)}`,
  'needs of every step before': (n) => {
    const ids = Array.from({ length: Math.sqrt(n / 3) }, (_, i) => `s${String(i)}`);
    const steps = ids.map(
      (id, i) => `- { id: ${id}, needs: [${ids.slice(0, i).join()}], sql: select f() }`,
    );
    return `${HEAD}steps:\n${steps.join('\n')}\n`;
  },
  'steps that wait for one another': (n) =>
    `${HEAD}steps:\n${numbered(n, (i) => `- { id: s${String(i)}, needs: [s${String((i * 7) % 500)}, s${String(i + 1)}], sql: select f() }\n`)}`,
  'aliases of a long document': (n) =>
    `${HEAD}x: &a {}\n${Array.from({ length: 499 }, (_, i) => `k${String(i)}: *a\n`).join('')}y:\n${Array.from({ length: 20 }, () => `- [${repeat('1,')(Math.min(n / 20, 9_900))}]\n`).join('')}`,
};

/** All that `validate` does with a text; the time of this process, since others work on the machine too. */
async function secondsFor(text: string): Promise<number> {
  const before = process.cpuUsage();
  const result = await loadRunbookText(text, 'a.yaml');
  const found = result.ok ? result.lint.findings() : result.diagnostics;
  for (const one of found.slice(0, 200)) renderDiagnostic(one, text);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

const SIZE = 120_000;

describe('a hostile text', () => {
  it.each(Object.entries(HOSTILE))(
    'is read in time: %s',
    async (_name, make) => {
      // On a quiet machine below 2 s; the time before was minutes.
      expect(await secondsFor(make(SIZE))).toBeLessThan(10);
    },
    60_000,
  );

  it('of the largest file that is accepted is refused or read in time', async () => {
    for (const make of Object.values(HOSTILE)) {
      expect(await secondsFor(make(1_000_000))).toBeLessThan(15);
    }
  }, 300_000);

  it('takes twice the time for twice the length, about', async () => {
    await secondsFor(HOSTILE['statements']!(1_000));
    const ratios: number[] = [];
    while (ratios.length < 5 && !ratios.some((ratio) => ratio < 3)) {
      const [one, two] = [
        await secondsFor(step(repeat('delete from tü;\n')(60_000))),
        await secondsFor(step(repeat('delete from tü;\n')(120_000))),
      ];
      ratios.push(two / one);
    }
    expect(Math.min(...ratios)).toBeLessThan(3);
  }, 60_000);

  it('with more than 200 problems shows the first, and says that there are more', async () => {
    const result = await loadRunbookText(HOSTILE['unknown parameters']!(100_000), 'a.yaml');
    const { diagnostics } = result as Extract<typeof result, { ok: false }>;
    expect(diagnostics).toHaveLength(200);
    expect(diagnostics[0]).toMatchObject({ code: 'too-many-problems', line: 1, severity: 'error' });
  });

  it('with more SQL than 128 KiB is refused where it becomes too much', async () => {
    const sql = repeat('select f(); ')(100_000);
    const text = `${HEAD}steps:\n- { id: a, sql: "${sql}" }\n- { id: b, sql: "${sql}" }\n`;
    const result = await loadRunbookText(text, 'a.yaml');
    expect(result).toMatchObject({ ok: false, diagnostics: [{ code: 'sql-too-long', line: 7 }] });
  });
});

describe('SQL that nests', () => {
  const SHAPES: Readonly<Record<string, (n: number) => string>> = {
    sum: (n) => `select 1${' + 1'.repeat(n)}`,
    casts: (n) => `select a${'::int'.repeat(n)}`,
    unions: (n) => `select 1, 2${' union select 1, 2'.repeat(n)}`,
    brackets: (n) => `select ${'f('.repeat(n)}1${')'.repeat(n)}`,
    sums: (n) => `select ${'('.repeat(n / 2)}1${' + 1)'.repeat(n / 2)}`,
    subqueries: (n) => `select ${'(select '.repeat(n)}1${')'.repeat(n)}`,
    cases: (n) => `select ${'case when a and '.repeat(n)}b${' then 1 end + 1'.repeat(n)}`,
    joins: (n) => `select f(1, 2) from a${' join b on true'.repeat(n)}`,
  };

  it.each(Object.entries(SHAPES))(
    'too deeply is refused, and damages nothing: %s',
    async (_, make) => {
      for (let i = 0; i < 3; i += 1) {
        const refused = { ok: false, error: { message: 'it nests too deeply' } };
        expect(await parseSql(make(4 * MAX_NESTING))).toMatchObject(refused);
      }
      expect(await parseSql('select 1 + 2')).toMatchObject({ ok: true });
    },
  );

  it.each(Object.entries(SHAPES))('as people write it is read: %s', async (_, make) => {
    expect(await parseSql(make(150))).toMatchObject({ ok: true });
  });

  it.each([
    ['rows', `values ${"(1 + 1, f('x')), ".repeat(5_000)}(1, 2)`],
    ['statements', 'update t set a = a + 1 where b = 2;\n'.repeat(5_000)],
    ['conditions', `select 1 where a = 1${' or a = 1 and b'.repeat(5_000)}`],
    ['a body', `do $$ ${'a + '.repeat(5_000)} $$`],
    ['banners', `/*${'*'.repeat(3_000)}*/\n-- ${'-+'.repeat(1_000)}\nselect 1`],
  ])('nowhere, but is long, is read: %s', async (_, sql) => {
    expect(await parseSql(sql)).toMatchObject({ ok: true });
  });
});

it('a condition with thousands of clocks is rewritten in time', async () => {
  const text = await stopClock(`a < now()${' or a < now()'.repeat(20_000)}`);
  expect(text.match(/begun_at/g)).toHaveLength(20_001);
  expect(text).not.toContain('now()');
});
