import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { maskPasswords, message } from '../../../src/model/printable.js';
import { starPasswords } from '../../../src/runbook/inventory/passwords.js';

describe('maskPasswords', () => {
  it.each([
    [
      "unknown option '--dsn=postgresql://u:p:w@h/db'",
      "unknown option '--dsn=postgresql://u:***@h/db'",
    ],
    ['-p postgres://u:pw@h: not of the form', '-p postgres://u:***@h: not of the form'],
    ['--dsn=host=h password=pw user=u', '--dsn=host=h password=***'],
    ["password = 'p w' user=u", 'password = ***'],
    ["error: host=h password='a b'\n  hint: x", 'error: host=h password=***\n  hint: x'],
    ['postgresql://me@corp:p w@h/d: no file', 'postgresql://me@corp:***@h/d: no file'],
    ["postgresql://u:p@'w\\@h/d", 'postgresql://u:***@h/d'],
    ['postgresql://u:p@h/d?password=x@y', 'postgresql://u:***'],
    ['PGPASSWORD=a b', 'PGPASSWORD=***'],
    ['sslpassword=a', 'sslpassword=***'],
    ['error: password=*** [usage]', 'error: password=*** [usage]'],
    ['password authentication failed for user "u"', 'password authentication failed for user "u"'],
    ['u@h:5432/db and postgresql://u@h:5432/db', 'u@h:5432/db and postgresql://u@h:5432/db'],
  ])('%s', (text, masked) => {
    expect(maskPasswords(text)).toBe(masked);
  });
});

const CORE = 'Qz7';
const SIGNS = [
  ' ',
  "'",
  '"',
  '\\',
  '@',
  ':',
  '/',
  '?',
  '#',
  '&',
  '%',
  '=',
  '*',
  ';',
  ',',
  'a',
  '1',
  'é',
];
/** Passwords with the signs that end one elsewhere, around a text that is looked for. */
const password = fc
  .tuple(...[0, 1].map(() => fc.string({ unit: fc.constantFrom(...SIGNS), maxLength: 8 })))
  .map(([before, after]) => `${before ?? ''}${CORE}${after ?? ''}`);
const FORMS: Readonly<Record<string, (secret: string) => string>> = {
  'a URI': (secret) => `postgresql://u:${encodeURIComponent(secret)}@h:5432/d?sslmode=require`,
  'a URI as it is': (secret) => `postgresql://u:${secret}@h/d`,
  'a URI of a user with @': (secret) => `postgres://u@corp:${secret}@h/d`,
  'a parameter': (secret) =>
    `postgresql://u@h/d?password=${encodeURIComponent(secret)}&sslmode=allow`,
  'a parameter as it is': (secret) => `postgresql://u@h/d?password=${secret}`,
  both: (secret) => `postgresql://u:${secret}@h/d?password=${secret}`,
  keywords: (secret) => `host=h password='${secret.replaceAll(/['\\]/g, '\\$&')}' user=u`,
  'keywords as they are': (secret) => `host=h password=${secret} user=u`,
  'keywords with blanks': (secret) => `host=h  password = '${secret}'`,
  YAML: (secret) => `  password: "${secret}"`,
};

describe('a password shows in no message', () => {
  test.prop([fc.constantFrom(...Object.keys(FORMS)), password])('%s', (form, secret) => {
    const dsn = FORMS[form]!(secret);
    for (const text of [dsn, `error: no file '${dsn}' [usage]`, `a: ${dsn}\n  hint: x@y`]) {
      for (const shown of [maskPasswords(text), message(text), starPasswords(text)]) {
        expect(shown).not.toContain(CORE);
        expect(maskPasswords(shown)).toBe(maskPasswords(maskPasswords(shown)));
      }
      expect(starPasswords(text)).toHaveLength(text.length);
    }
  });

  it.each(['a://b:', 'password=', 'x://', '@', "password='"])(
    'in time, of a megabyte of %s',
    (piece) => {
      const text = piece.repeat(1_000_000 / piece.length);
      const begun = performance.now();
      maskPasswords(text);
      expect(performance.now() - begun).toBeLessThan(2_000);
    },
  );
});

describe('message', () => {
  it('shows nothing of a password that is longer than it', () => {
    const token = 'S'.repeat(1_500);
    expect(message(`no file postgresql://u:${token}@h/db`)).toBe('no file postgresql://u:***@h/db');
    expect(message(`no file host=h password=${token}`)).toBe('no file host=h password=***');
  });

  it.each([
    [
      "unknown option '--png=https://hc.example/uuid'",
      "unknown option '--png=https://hc.example/***",
    ],
    ['no file https://u:p@hc.example:8080/uuid?a=b: x', 'no file https://hc.example:8080/*** x'],
    ['http://hc.example?uuid', 'http://hc.example/***'],
    ['getaddrinfo ENOTFOUND https://hc.example', 'getaddrinfo ENOTFOUND https://hc.example'],
  ])('tells of a URL the host alone: %s', (text, shown) => {
    expect(message(text)).toBe(shown);
  });

  it('leaves out the middle of what is endless', () => {
    const text = message('x'.repeat(1_000_000));
    expect(text.length).toBeLessThan(1_100);
    expect(text).toContain(' … ');
  });
});
