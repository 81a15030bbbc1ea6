import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ERROR_TEXTS } from '../../../src/error-texts.js';
import { ERROR_EXIT_CODES } from '../../../src/errors.js';
import { DIAGNOSTIC_TEXTS } from '../../../src/runbook/diagnostic-texts.js';
import { ROOT } from '../../support/root.js';

function sources(folder: string, except: readonly string[]): string {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !except.includes(name))
    .map((name) => readFileSync(join(ROOT, folder, name), 'utf8'))
    .join('\n');
}

const page = readFileSync(join(ROOT, 'docs/errors.md'), 'utf8');

describe('the texts of errors', () => {
  it.each(Object.keys(ERROR_TEXTS))('%s is thrown somewhere, and has its section', (code) => {
    expect(sources('src', ['error-texts.ts', 'errors.ts'])).toContain(`'${code}'`);
    expect(page).toContain(`### ${code}\n`);
    expect(page).toContain(`Exit ${String(ERROR_EXIT_CODES[code as keyof typeof ERROR_TEXTS])}. `);
  });

  const runbook = sources('src/runbook', ['diagnostic-texts.ts']);
  it.each(Object.keys(DIAGNOSTIC_TEXTS))('%s is said of some runbook, and has its row', (code) => {
    expect(runbook).toContain(`'${code}'`);
    expect(page).toContain(`| \`${code}\``);
  });
});
