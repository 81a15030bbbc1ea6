import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { writeAtomically } from '../../../src/cli/atomic-file.js';

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'pg-runbook-test-'));
  onTestFinished(() => {
    rmSync(path, { recursive: true });
  });
  return path;
}

describe('a file written in pieces', () => {
  it('has them all, however many', async () => {
    const file = join(folder(), 'a');
    const pieces = Array.from({ length: 30_000 }, (_, i) => `${String(i)} é\n`);
    await writeAtomically(file, pieces);
    expect(readFileSync(file, 'utf8')).toBe(pieces.join(''));
  });

  it('keeps the mode of the file that it replaces, one that nobody may write too', async () => {
    const file = join(folder(), 'a');
    writeFileSync(file, 'a longer text of before', { mode: 0o444 });
    await writeAtomically(file, ['new']);
    expect(readFileSync(file, 'utf8')).toBe('new');
    expect(statSync(file).mode & 0o777).toBe(0o444);
  });

  it('stays as it was when a piece cannot be made, and nothing lies about', async () => {
    const path = folder();
    const file = join(path, 'a');
    await writeAtomically(file, ['before']);
    const broken = function* (): Generator<string> {
      yield 'x'.repeat(200_000);
      throw new Error('no more');
    };
    await expect(writeAtomically(file, broken())).rejects.toThrow('no more');
    expect(readFileSync(file, 'utf8')).toBe('before');
    expect(readdirSync(path)).toEqual(['a']);
  });
});
