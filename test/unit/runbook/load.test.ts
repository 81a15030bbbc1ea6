import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { loadRunbookText } from '../../../src/runbook/load.js';

const GOOD = `api_version: pg-runbook/v1
name: a
version: 1
steps:
  - { id: a, sql: select 1, timeout: 5s }
`;

async function digest(text: string): Promise<string> {
  const result = await loadRunbookText(text, 'a.yaml');
  if (!result.ok) throw new Error(JSON.stringify(result.diagnostics));
  return result.runbook.digest;
}

describe('a digest', () => {
  it('does not depend on layout, comments and the order of keys', async () => {
    const other = `# a comment
version: 1
api_version: "pg-runbook/v1"
name: 'a'
steps: [{ timeout: 5s, sql: "select 1", id: a }]
`;
    expect(await digest(other)).toBe(await digest(GOOD));
  });

  it('changes with the content', async () => {
    expect(await digest(GOOD.replace('select 1', 'select 2'))).not.toBe(await digest(GOOD));
  });
});

describe('loading', () => {
  it('reports all problems in one pass, in the order of the text', async () => {
    const bad = `api_version: pg-runbook/v1
name: A
version: 1
budgets: {}
steps:
  - { id: a, sql: selct 1, needs: [b] }
  - { id: a, vacum: {} }
`;
    const result = await loadRunbookText(bad, 'a.yaml');
    const codes = result.ok ? [] : result.diagnostics.map(({ code, line }) => [code, line]);
    expect(codes).toEqual([
      ['bad-text', 2],
      ['unknown-key', 4],
      ['timeout-missing', 6],
      ['sql-syntax', 6],
      ['unknown-step', 6],
      ['timeout-missing', 7],
      ['duplicate-step-id', 7],
      ['unknown-kind', 7],
    ]);
  });

  function chain(length: number): string {
    const links = Array.from(
      { length },
      (_, i) => `a${String(i + 1)}: &a${String(i + 1)} [*a${String(i)}]`,
    );
    return ['a0: &a0 [x]', ...links].join('\n');
  }

  it.each([
    ['a cycle', 'a: &a [*a]'],
    ['a cycle further down', 'a: &a\n  b: [*a]'],
    ['a chain of aliases', chain(300)],
    ['a long chain of aliases', chain(3_000)],
  ])('refuses %s', async (_name, text) => {
    const result = await loadRunbookText(text, 'a.yaml');
    expect(result).toMatchObject({ ok: false, diagnostics: [{ code: 'yaml-alias' }] });
  });

  it('refuses a mapping of more keys than can be compared with one another', async () => {
    const result = await loadRunbookText(
      `a:\n${Array.from({ length: 20_000 }, (_, i) => `  k${String(i)}: 1`).join('\n')}`,
      'a.yaml',
    );
    expect(result).toMatchObject({ ok: false, diagnostics: [{ code: 'yaml-too-long', line: 2 }] });
  });

  it('blames the broken token in SQL, not a parameter before it', async () => {
    const parameters = 'parameters: { a: { type: string, default: x } }';
    const text = GOOD.replace('select 1', `"select :'a', 'x"`).replace(
      'steps',
      `${parameters}\nsteps`,
    );
    const result = await loadRunbookText(text, 'a.yaml');
    expect(result).toMatchObject({
      ok: false,
      diagnostics: [{ code: 'sql-syntax', line: 6, column: 33 }],
    });
  });

  const fragment = fc.constantFrom(
    ...['steps:', '  - ', 'id: a', '\n', '\t', '"', "'", '{', '}', '[', ']', '&a ', '*a', '|', '>'],
    ...[
      '${a}',
      ":'a'",
      'sql: ',
      'null',
      '1',
      '!!x ',
      '---',
      '# ',
      'é',
      '😀',
      '<<: ',
      '? ',
      ': ',
      '- ',
    ],
    ...[
      '__proto__: ',
      'parameters: ',
      'constructor: ',
      'toString: ',
      'vacuum: ',
      'defaults: ',
      '\\0',
    ],
  );

  test.prop([fc.array(fragment, { maxLength: 30 }), fc.nat(GOOD.length)], { numRuns: 500 })(
    'never throws, whatever the text',
    async (parts, at) => {
      for (const text of [parts.join(''), GOOD.slice(0, at) + parts.join('') + GOOD.slice(at)]) {
        const result = await loadRunbookText(text, 'a.yaml', { parameters: { a: '1' } });
        expect(result.ok || result.diagnostics.length > 0).toBe(true);
      }
    },
  );
});
