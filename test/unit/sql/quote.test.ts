import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { RunbookError } from '../../../src/errors.js';
import { parseSql } from '../../../src/sql/parser.js';
import {
  quoteDollar,
  quoteIdentifier,
  quoteLiteral,
  quoteQualified,
} from '../../../src/sql/quote.js';

const hostile = fc
  .string({
    unit: fc.oneof(
      fc.constantFrom("'", '"', '\\', '$', ';', '-', '*', '/', '\n', ':', 'é', '😀', 'a'),
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
    ),
    maxLength: 20,
  })
  .filter((text) => !/[\0\p{Surrogate}]/u.test(text));

/** What PostgreSQL's own parser reads in the place of the one column of a query. */
async function readBack(sql: string): Promise<string> {
  const parsed = await parseSql(sql);
  if (!parsed.ok || parsed.statements.length !== 1) throw new Error(JSON.stringify(parsed));
  return JSON.stringify(parsed.statements[0]?.node['targetList']);
}

describe('quoting', () => {
  it('always quotes', () => {
    expect(quoteIdentifier('select')).toBe('"select"');
    expect(quoteIdentifier('a"b')).toBe('"a""b"');
    expect(quoteLiteral("o'b")).toBe("'o''b'");
    expect(quoteLiteral('a\\b')).toBe(" E'a\\\\b'");
    expect(quoteQualified('A b', 'c.d')).toBe('"A b"."c.d"');
  });

  it.each([quoteIdentifier, quoteLiteral])('refuses NUL', (quote) => {
    expect(() => quote('a\0b')).toThrow(RunbookError);
  });

  test.prop([hostile])('a literal reads back as its value', async (text) => {
    const node = `"sval":{"sval":${JSON.stringify(text)}}`;
    expect(await readBack(`select ${quoteLiteral(text)}`)).toContain(node);
  });

  test.prop([hostile, fc.constantFrom('', '$', '$x$', '$x2$', '$x$ $x2$', 'x$')])(
    'a dollar-quoted text reads back as it is',
    async (text, end) => {
      const node = `"sval":{"sval":${JSON.stringify(text + end)}}`;
      expect(await readBack(`select ${quoteDollar(text + end, 'x')}`)).toContain(node);
    },
  );

  test.prop([hostile.filter((text) => text !== '' && Buffer.byteLength(text) < 64)])(
    'an identifier reads back as its name',
    async (name) => {
      expect(await readBack(`select ${quoteIdentifier(name)}`)).toContain(
        `"String":{"sval":${JSON.stringify(name)}}`,
      );
    },
  );
});
