import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { loadRunbookFile } from '../../src/runbook/load.js';
import type { Diagnostic } from '../../src/runbook/diagnostic.js';
import { renderDiagnostic } from '../../src/runbook/render-diagnostic.js';

type Expected = readonly Pick<Diagnostic, 'code' | 'line' | 'column'>[];

const folder = new URL('cases/', import.meta.url);
const files = readdirSync(folder).sort();
const expectations = JSON.parse(
  readFileSync(new URL('expectations.json', import.meta.url), 'utf8'),
) as Record<string, Expected>;

/** Findings that do not stop a run. */
const WARNINGS = new Set(['concurrency-over-budget']);

async function diagnose(file: string): Promise<{ found: readonly Diagnostic[]; source: string }> {
  const result = await loadRunbookFile(fileURLToPath(new URL(file, folder)));
  const found = result.ok ? result.warnings : result.diagnostics;
  return { found, source: result.source ?? '' };
}

describe('bad runbooks', () => {
  it('have an expectation each', () => {
    expect(files).toEqual(Object.keys(expectations).sort());
    expect(files.length).toBeGreaterThanOrEqual(50);
  });

  it.each(files)('%s', async (file) => {
    const { found } = await diagnose(file);
    const places = found.map(({ code, line, column }) => ({ code, line, column }));
    expect(places).toEqual(expectations[file]);
    expect(places).not.toEqual([]);
    for (const { code, severity } of found) {
      expect(severity).toBe(WARNINGS.has(code) ? 'warning' : 'error');
    }
  });

  it.each(files)('%s is rendered within 80 columns, without a stack trace', async (file) => {
    const { found, source } = await diagnose(file);
    for (const one of found) {
      const text = renderDiagnostic({ ...one, file }, source);
      const [header = '', ...rest] = text.split('\n');
      expect(header).toMatch(/^[\w-]+\.yaml:\d+:\d+: (?:error|warning): .+ \[[a-z-]+\]$/);
      for (const line of rest) expect(stringWidth(line)).toBeLessThanOrEqual(80);
      expect(text).not.toMatch(/\n\s+at |undefined|\[object/);
      expect(one.endLine > one.line || one.endColumn >= one.column).toBe(true);
    }
  });

  it('names a kind of problem by kebab-case words', () => {
    for (const { code } of Object.values(expectations).flat()) {
      expect(code).toMatch(/^[a-z]+(?:-[a-z]+)*$/);
    }
  });
});
