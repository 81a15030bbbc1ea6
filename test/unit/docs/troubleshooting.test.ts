import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ERROR_EXIT_CODES } from '../../../src/errors.js';
import { readBlocks } from '../../support/doc-blocks.js';
import { ROOT } from '../../support/root.js';

/** What the program only passes on. */
const OF_POSTGRESQL = [
  'canceling statement due to lock timeout',
  'database is not accepting commands that assign new transaction IDs',
  'permission denied to vacuum "',
  'permission denied for database',
  'waiting for old snapshots,',
  '", skipping it',
];

/** All that the program can say, SQL's doubled quotes undone. */
const sources = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((path) => /\.(?:ts|sql)$/.test(path))
  .map((path) => readFileSync(join(ROOT, 'src', path), 'utf8'))
  .join('\n')
  .replaceAll("''", "'");

const shown = readBlocks('docs/troubleshooting.md')
  .filter(({ language }) => language === '')
  .flatMap(({ text }) => text.trim().split('\n'));

/** The parts of a message that are the same each time: between what differs, status and SQLSTATE. */
function fixedParts(line: string): string[] {
  const text = line.replace(/ \[\w+\]$/, '');
  return text
    .split(/…|(?:^| )\w+ \[\w{5}\]: | \((?:SQLSTATE )?\w{5}\)|(?<=^… )unknown: |^phase: /)
    .flatMap((part) => part.split(/(?<=cannot be made or used: )/))
    .map((part) => part.trim().replaceAll(/^[:;] +|[:;]$/g, ''))
    .filter((part) => /\w{3}/.test(part));
}

describe('docs/troubleshooting.md', () => {
  it('shows messages', () => {
    expect(shown.length).toBeGreaterThan(20);
  });

  it.each(shown)('shows what the program says: %s', (line) => {
    for (const part of fixedParts(line)) {
      const known = sources.includes(part) || OF_POSTGRESQL.includes(part);
      expect(known, part).toBe(true);
    }
    const code = / \[([a-z_]+)\]$/.exec(line)?.[1];
    if (code !== undefined) expect(Object.keys(ERROR_EXIT_CODES)).toContain(code);
  });
});
