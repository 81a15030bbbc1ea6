import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Finding } from '../../../src/runbook/lint/lint.js';
import { RULES, type RuleId } from '../../../src/runbook/lint/rules.js';
import { loadRunbookText } from '../../../src/runbook/load.js';
import { ROOT } from '../../support/root.js';
import { CASES, SENSIBLE } from './cases.js';

async function lint(steps: string, top = SENSIBLE): Promise<readonly Finding[]> {
  const body = steps.replaceAll(/^/gm, '  ');
  const text = `api_version: pg-runbook/v1\nname: a-case\nversion: 1\n${top}\nsteps:\n${body}\n`;
  const result = await loadRunbookText(text, 'case.yaml');
  if (!result.ok) throw new Error(`${JSON.stringify(result.diagnostics)}\n${text}`);
  return result.lint.findings();
}

const active = (findings: readonly Finding[]): string[] =>
  findings.filter(({ waived }) => waived === undefined).map(({ code }) => code);

describe('every rule', () => {
  const declared = Object.entries(RULES).filter(([, { judgedBy }]) => judgedBy === 'declaration');

  it('that needs no server has a case', () => {
    expect(Object.keys(CASES).sort()).toEqual(declared.map(([id]) => id).sort());
    expect(declared.length).toBeGreaterThanOrEqual(30);
  });

  it.each(Object.entries(CASES))(
    '%s: is broken by the one and not by the other',
    async (id, one) => {
      const bad = await lint(one.bad, one.top);
      const found = bad.find(({ code }) => code === id);
      expect(active(bad), one.bad).toContain(id);
      expect(found).toMatchObject({ severity: RULES[id as RuleId].severity });
      expect(found?.line).toBeGreaterThan(3);
      expect(found?.hint).not.toBe('');
      expect(active(await lint(one.good, one.goodTop)), one.good).not.toContain(id);
    },
  );

  it('has a section in docs/rules.md, and its severity there', () => {
    const text = readFileSync(join(ROOT, 'docs/rules.md'), 'utf8');
    const sections = [...text.matchAll(/^### ([a-z-]+)\n\n(\w+)\. /gm)].map(([, id, severity]) => [
      id,
      severity?.toLowerCase(),
    ]);
    expect(Object.fromEntries(sections)).toEqual(
      Object.fromEntries(Object.entries(RULES).map(([id, { severity }]) => [id, severity])),
    );
  });
});

describe('a finding', () => {
  it('points at the statement in the YAML', async () => {
    const [found] = await lint('- id: one\n  sql: |\n    call a();\n    truncate t');
    expect(found).toMatchObject({ code: 'truncate', line: 9, column: 7 });
  });

  it('is told once for a statement, and for each statement', async () => {
    const found = await lint('- id: one\n  sql: truncate a; truncate b, c; truncate d');
    expect(active(found)).toEqual(['truncate', 'truncate', 'truncate']);
  });

  it('is covered by a waiver of its step or of the runbook, with the reason', async () => {
    const waiver = 'allow: [{ rule: truncate, because: it is a cache }]';
    const step = '- id: one\n  sql: truncate t';
    for (const found of [
      await lint(`${step}\n  ${waiver}`),
      await lint(step, `${SENSIBLE}\n${waiver}`),
    ]) {
      expect(found).toMatchObject([{ code: 'truncate', waived: 'it is a cache' }]);
    }
    const elsewhere = await lint(`${step}\n- id: two\n  sql: call x()\n  ${waiver}`);
    expect(active(elsewhere).sort()).toEqual(['truncate', 'unused-waiver']);
  });

  it('of a waiver itself cannot be waived', async () => {
    const found = await lint(
      '- id: one\n  sql: call x()\n  allow: [{ rule: unused-waiver, because: x }, { rule: truncate, because: y }]',
    );
    expect(active(found)).toEqual(['unused-waiver', 'unused-waiver']);
  });
});
