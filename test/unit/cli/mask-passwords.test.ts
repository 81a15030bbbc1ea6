import { expect, it } from 'vitest';
import { maskPasswords } from '../../../src/cli/io.js';

it.each([
  [
    "unknown option '--dsn=postgresql://u:p:w@h/db'",
    "unknown option '--dsn=postgresql://u:***@h/db'",
  ],
  ['-p postgres://u:pw@h: not of the form', '-p postgres://u:***@h: not of the form'],
  ['--dsn=host=h password=pw user=u', '--dsn=host=h password=*** user=u'],
  ["password = 'p w' user=u", 'password = *** user=u'],
  ['u@h:5432/db and postgresql://u@h:5432/db', 'u@h:5432/db and postgresql://u@h:5432/db'],
])('%s', (text, masked) => {
  expect(maskPasswords(text)).toBe(masked);
});
