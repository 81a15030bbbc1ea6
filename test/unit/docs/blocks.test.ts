import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { blocksOf, isCommand, readBlocks, RUN_DOCUMENTS } from '../../support/doc-blocks.js';
import { ROOT } from '../../support/root.js';

/** `crontab` is a command as well, which only cron runs. The others are data, or what a command shows. */
const LANGUAGES = ['sh', 'sql', 'crontab', 'yaml', 'yml', 'json', 'mermaid', 'text', ''];
/** Where a reader begins: all that can be run anywhere is run by a test. */
const FIRST = ['README.md', 'docs/getting-started.md'];

const all = RUN_DOCUMENTS.flatMap(readBlocks);

describe('blocks of the documents', () => {
  it.each(all.map((block) => [block.at, block] as const))(
    '%s is run, or says why not',
    (_at, block) => {
      expect(LANGUAGES).toContain(block.language);
      if (block.notRun !== undefined) expect(block.notRun).toMatch(/\w+ \w+/);
      if (block.language === 'crontab') expect(block.notRun).toBeDefined();
      // A mark elsewhere would make nobody wonder.
      if (block.notRun !== undefined)
        expect(isCommand(block) || block.language === 'crontab').toBe(true);
      // Commands in a block of another language would be run by nobody.
      if (['', 'text'].includes(block.language))
        expect(block.text).not.toMatch(/^(?:\$ |npx |npm |psql |pg-runbook )/m);
    },
  );

  it('of those that come first are run, but for a few', () => {
    const left = FIRST.flatMap(readBlocks).filter(({ notRun }) => notRun !== undefined);
    expect(left.map(({ notRun }) => notRun)).toEqual([
      'the tests of this document are among them',
      'a line of a crontab',
      'it installs a package on the server',
      'a server of yours',
    ]);
  });

  it('have no mark that stands apart from a block', () => {
    for (const path of RUN_DOCUMENTS) expect(marksOf(path)).toBe(markedBlocks(path));
  });

  it('are found with language, line, mark and file', () => {
    const text =
      'a\n\n<!-- not run: no such server -->\n\n```sh\nb\n```\n\n<!-- file: c.yaml -->\n```yaml\nd: 1\n```\n';
    expect(blocksOf('x.md', text)).toEqual([
      { at: 'x.md:5', language: 'sh', text: 'b\n', notRun: 'no such server', file: undefined },
      { at: 'x.md:10', language: 'yaml', text: 'd: 1\n', notRun: undefined, file: 'c.yaml' },
    ]);
  });
});

function marksOf(path: string): number {
  return [...readFileSync(join(ROOT, path), 'utf8').matchAll(/^<!-- *(?:not run|file)\b/gim)]
    .length;
}

function markedBlocks(path: string): number {
  return readBlocks(path).filter(({ notRun, file }) => (notRun ?? file) !== undefined).length;
}
