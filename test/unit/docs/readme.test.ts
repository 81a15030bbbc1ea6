import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { ERROR_EXIT_CODES, EXIT } from '../../../src/errors.js';
import { TASK_STATUSES } from '../../../src/model/status.js';
import { loadRunbookText } from '../../../src/runbook/load.js';
import { ROOT } from '../../support/root.js';

const DOCUMENTS = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  ...readdirSync(join(ROOT, 'docs')).map((name) => `docs/${name}`),
];

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

/** The cells of the rows of the table below a heading, without its head. */
function tableBelow(text: string, heading: string): string[][] {
  const section = text.split(`\n${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  const rows = section.split('\n').filter((line) => line.startsWith('|'));
  return rows.slice(2).map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

const codeSpans = (text: string): string[] =>
  [...text.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? '');

/** The fenced blocks of a language. */
function blocks(text: string, language: string): string[] {
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms'))].map(
    (match) => match[1] ?? '',
  );
}

/** Headings as links name them; a comment in a script is none. */
function anchors(text: string): string[] {
  return [...text.replaceAll(/^```[^]*?^```$/gm, '').matchAll(/^#+ (.*)$/gm)].map((match) =>
    (match[1] ?? '')
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );
}

describe('README.md', () => {
  const readme = read('README.md');

  it('has 200 lines at most', () => {
    expect(readme.split('\n').length).toBeLessThanOrEqual(200);
  });

  it('has the two commands, each on a line of its own', () => {
    const lines = blocks(readme, 'sh').flatMap((block) => block.trim().split('\n'));
    expect(lines).toEqual(expect.arrayContaining(['npm ci && npm run demo', 'npm ci && npm test']));
  });

  it('shows screens of 80 columns, the width that it is read at', () => {
    const lines = blocks(readme, 'text').flatMap((block) => block.split('\n'));
    expect(lines.some((line) => line.includes('█'))).toBe(true);
    expect(lines.filter((line) => stringWidth(line) > 80)).toEqual([]);
  });

  it('has the exit codes of src/errors.ts', () => {
    const told = tableBelow(readme, '## Exit codes').map(([code]) => Number(code));
    expect(told).toEqual(Object.values(EXIT));
  });

  it('explains every status of a task', () => {
    const told = tableBelow(readme, '## What a status says').flatMap(([s]) => codeSpans(s ?? ''));
    expect(told).toEqual(TASK_STATUSES);
  });
});

describe('docs/semantics.md', () => {
  it('has every error code with its exit code', () => {
    const told = tableBelow(read('docs/semantics.md'), '## Exit codes').flatMap(([exit, codes]) =>
      codeSpans(codes ?? '').map((code) => [code, Number(exit)] as const),
    );
    expect(Object.fromEntries(told)).toEqual(ERROR_EXIT_CODES);
  });
});

describe.each(DOCUMENTS)('%s', (path) => {
  const text = read(path);

  it('has runbooks that validate', async () => {
    for (const yaml of blocks(text, 'yaml')) {
      const result = await loadRunbookText(yaml, path, { requireParameters: true });
      expect(result.ok ? result.warnings : result.diagnostics).toEqual([]);
    }
  });

  it('has parts of runbooks and workflows that are YAML', () => {
    for (const yml of blocks(text, 'yml')) expect(() => parse(yml) as unknown).not.toThrow();
  });

  it('has every heading once, so that a link to it is one to it', () => {
    expect(anchors(text).filter((one, index, all) => all.indexOf(one) !== index)).toEqual([]);
  });

  it('links to files and headings that are there', () => {
    const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1] ?? '');
    for (const link of links.filter((target) => !/^https?:/.test(target))) {
      const [file = '', heading] = link.split('#');
      const target = file === '' ? path : join(dirname(path), file);
      expect(existsSync(join(ROOT, target)), link).toBe(true);
      if (heading !== undefined) expect(anchors(read(target)), link).toContain(heading);
    }
  });

  it('names npm scripts and runbooks that are there', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    for (const [, script = ''] of text.matchAll(/npm run (?:--silent )?([a-z][\w:-]*)/g)) {
      expect(Object.keys(scripts)).toContain(script);
    }
    for (const [, file = ''] of text.matchAll(/\b(runbooks\/[\w-]+\.yaml)/g)) {
      // The one that getting-started tells its reader to write.
      if (file !== 'runbooks/first.yaml') expect(existsSync(join(ROOT, file)), file).toBe(true);
    }
  });
});
