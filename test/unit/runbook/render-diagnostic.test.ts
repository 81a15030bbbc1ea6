import { fc, test } from '@fast-check/vitest';
import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import type { Diagnostic } from '../../../src/runbook/diagnostic.js';
import { renderDiagnostic } from '../../../src/runbook/render-diagnostic.js';

function at(column: number, endColumn: number, extra: Partial<Diagnostic> = {}): Diagnostic {
  const place = { file: 'a.yaml', line: 1, column, endLine: 1, endColumn };
  return { code: 'bad-value', severity: 'error', message: 'wrong', ...place, ...extra };
}

describe('a rendered diagnostic', () => {
  it('has a header, a frame and a hint', () => {
    expect(renderDiagnostic(at(5, 8, { hint: 'Try bar.' }), 'key: foo\n').split('\n')).toEqual([
      'a.yaml:1:5: error: wrong [bad-value]',
      '    1 | key: foo',
      '      |     ^^^',
      '  hint: Try bar.',
    ]);
  });

  it('has no frame without the text', () => {
    expect(renderDiagnostic(at(1, 2))).toBe('a.yaml:1:1: error: wrong [bad-value]');
  });

  it('counts tabs and wide characters as they look', () => {
    expect(renderDiagnostic(at(6, 7), '\t日本😀x').split('\n').slice(1)).toEqual([
      '    1 |     日本😀x',
      '      |           ^',
    ]);
  });

  it('marks a whole character for a fault in its middle', () => {
    expect(renderDiagnostic(at(4, 5), '日👩‍👩‍👧x').split('\n').slice(1)).toEqual([
      '    1 | 日👩‍👩‍👧x',
      '      |   ^^',
    ]);
  });

  it('keeps the caret past the end of a full line in sight', () => {
    const [, shown = '', carets = ''] = renderDiagnostic(at(23, 23), 'a'.repeat(22), {
      width: 30,
    }).split('\n');
    expect(shown).toMatch(/\| …a+$/);
    expect(carets.indexOf('^')).toBe(stringWidth(shown));
    expect(stringWidth(carets)).toBeLessThanOrEqual(30);
  });

  it('lets no control character through', () => {
    const text = renderDiagnostic(at(1, 2, { message: 'a\u001b[31m' }), '\u001b[2Jx');
    expect(text).not.toMatch(/\u001b/);
  });

  it('styles its parts when asked', () => {
    const style = (part: string, text: string): string => `<${part}>${text}</${part}>`;
    expect(renderDiagnostic(at(1, 2), 'x', { style })).toContain('<caret>^</caret>');
  });

  const line = fc.string({
    unit: fc.constantFrom('a', ' ', '\t', '日', '😀', 'é', 'e\u0301', '\u0007', '\u200d', '👩‍👩‍👧'),
    maxLength: 300,
  });
  test.prop([line, fc.nat(300), fc.nat(50), fc.integer({ min: 30, max: 120 })], {
    numRuns: 1000,
    examples: [['\t👩‍👩‍👧日\t👩‍👩‍👧\t\ta👩‍👩‍👧', 23, 0, 33]],
  })('fits the width, its caret in sight', (source, column, length, width) => {
    const start = Math.min(column, source.length) + 1;
    const text = renderDiagnostic(at(start, start + length), source, { width });
    const [, shown = '', carets = ''] = text.split('\n');
    expect(stringWidth(shown)).toBeLessThanOrEqual(width);
    expect(carets).toMatch(/^ +\| *\^+$/);
    expect(carets.indexOf('^')).toBeLessThan(width);
  });
});
