import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import {
  isExact,
  parseRelationGlob,
  toRegExpSource,
  type GlobPart,
} from '../../../src/model/relation-glob.js';

/** Wildcard matching in its plainest form. */
function matches(pattern: string, text: string): boolean {
  const [first, ...rest] = Array.from(pattern);
  const [char, ...more] = Array.from(text);
  if (first === undefined) return char === undefined;
  if (first === '*') {
    return matches(rest.join(''), text) || (char !== undefined && matches(pattern, more.join('')));
  }
  return (
    char !== undefined && (first === '?' || first === char) && matches(rest.join(''), more.join(''))
  );
}

const CHARS = [
  'a',
  'b',
  '_',
  '*',
  '?',
  '^',
  '$',
  '\\',
  '[',
  ']',
  '(',
  ')',
  '+',
  '{',
  '}',
  '|',
  '-',
  '/',
  ' ',
  'é',
  '日',
];
const text = fc.string({ unit: fc.constantFrom(...CHARS), maxLength: 6 });

describe('globs', () => {
  it.each([
    ['public.*', ['public', false], ['*', false]],
    ['App."a.b""c"', ['App', false], ['a.b"c', true]],
    ['"*".?', ['*', true], ['?', false]],
  ])('%s is read', (source, [schema, schemaLiteral], [name, nameLiteral]) => {
    expect(parseRelationGlob(source)).toEqual({
      schema: { text: schema, literal: schemaLiteral },
      name: { text: name, literal: nameLiteral },
    });
  });

  it.each(['', 'users', 'a.b.c', '.a', 'a.', '"a.b', 'a".b', 'a."b"c', '"".a', 'a.\0'])(
    '%j is none',
    (source) => {
      expect(parseRelationGlob(source)).toBeUndefined();
    },
  );

  it('are exact without wildcards, or in quotes', () => {
    expect(isExact({ text: 'a*', literal: true })).toBe(true);
    expect(isExact({ text: 'a*', literal: false })).toBe(false);
    expect(isExact({ text: 'ab', literal: false })).toBe(true);
  });

  test.prop([text, text, fc.boolean()])(
    'match as their regular expression',
    (pattern, name, literal) => {
      const part: GlobPart = { text: pattern, literal };
      const expected = literal ? pattern === name : matches(pattern, name);
      expect(new RegExp(toRegExpSource(part), 'su').test(name)).toBe(expected);
    },
  );

  it('takes many wildcards in a row for one, or a match would take for ever', () => {
    const stars = '*'.repeat(500);
    expect(toRegExpSource({ text: `${stars}x`, literal: false })).toBe('^(?:.*x)$');
    expect(toRegExpSource({ text: '**', literal: true })).toBe('^(?:[*][*])$');
  });

  test.prop([text.filter((one) => one !== '')])('a literal part matches its own text', (own) => {
    const quoted = parseRelationGlob(`s."${own.replaceAll('"', '""')}"`);
    expect(quoted?.name).toEqual({ text: own, literal: true });
    expect(new RegExp(toRegExpSource(quoted!.name), 'u').test(own)).toBe(true);
  });
});
