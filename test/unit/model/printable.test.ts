import { describe, expect, it } from 'vitest';
import { maskPasswords, message } from '../../../src/model/printable.js';

describe('maskPasswords', () => {
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
});

describe('message', () => {
  it('shows nothing of a password that is longer than it', () => {
    const token = 'S'.repeat(1_500);
    expect(message(`no file postgresql://u:${token}@h/db`)).toBe('no file postgresql://u:***@h/db');
    expect(message(`no file host=h password=${token}`)).toBe('no file host=h password=***');
  });

  it('leaves out the middle of what is endless', () => {
    const text = message('x'.repeat(1_000_000));
    expect(text.length).toBeLessThan(1_100);
    expect(text).toContain(' … ');
  });
});
