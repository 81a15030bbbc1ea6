import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LanguageClient } from '../../support/language-client.js';
import { ROOT } from '../../support/root.js';

const HEAD = `# yaml-language-server: $schema=../schemas/runbook.v1.schema.json
api_version: pg-runbook/v1
name: new
version: 1
steps:
`;

/** As a file beside the examples, which an editor has open and nobody has saved. */
const uriOf = (name: string): string => pathToFileURL(join(ROOT, 'runbooks', name)).href;

let editor: LanguageClient;
let serial = 0;

beforeAll(async () => {
  editor = await LanguageClient.start(pathToFileURL(ROOT).href);
});
afterAll(() => editor.stop());

/** Opens a document with the cursor at `|`. */
function open(text: string): { uri: string; position: { line: number; character: number } } {
  serial += 1;
  const uri = uriOf(`unsaved-${String(serial)}.yaml`);
  const before = text.split('|')[0]!.split('\n');
  editor.open(uri, text.replace('|', ''));
  return { uri, position: { line: before.length - 1, character: before.at(-1)!.length } };
}

async function offered(text: string): Promise<string[]> {
  const { uri, position } = open(text);
  return editor.completions(uri, position);
}

async function underlined(uri: string): Promise<string[]> {
  await expect.poll(() => editor.diagnostics(uri), { timeout: 10_000 }).toBeDefined();
  return editor
    .diagnostics(uri)!
    .map(({ message, range }) => `${String(range.start.line + 1)}: ${message}`);
}

/** What the first line of a runbook promises: an editor that completes and explains every key. */
describe('an editor with yaml-language-server', () => {
  it('completes the kinds and keys of a step', async () => {
    const labels = await offered(`${HEAD}  - id: hot\n    |\n`);
    const kinds = ['vacuum', 'analyze', 'reindex', 'refresh', 'backfill', 'purge', 'sql'];
    expect(labels).toEqual(expect.arrayContaining([...kinds, 'timeout', 'retry', 'needs']));
    expect(labels).not.toContain('id');
  });

  it('completes what a kind takes, and the values of a key', async () => {
    const options = `${HEAD}  - id: hot\n    vacuum:\n      options:\n        |\n`;
    expect(await offered(options)).toEqual(expect.arrayContaining(['skip_locked', 'parallel']));
    const policy = `${HEAD}  - id: hot\n    policy: |\n`;
    expect((await offered(policy)).sort()).toEqual(['detach', 'wait']);
  });

  it('explains a key under the mouse', async () => {
    const { uri, position } = open(`${HEAD}  - id: hot\n    lock_|timeout: 5s\n`);
    expect(await editor.hover(uri, position)).toContain('The longest wait for a lock');
  });

  it('underlines a wrong key and a wrong value, each at its line', async () => {
    const { uri } = open(
      `${HEAD}  - id: hot\n    timout: 3h|\n    vacuum: { tables: { include: [a.*], limit: 0 } }\n`,
    );
    const told = await underlined(uri);
    expect(told).toContainEqual(expect.stringMatching(/^7: .*timout/));
    expect(told).toContainEqual(expect.stringMatching(/^8: .*1/));
  });

  it.each(readdirSync(join(ROOT, 'runbooks')))('has nothing against %s', async (name) => {
    const uri = uriOf(name);
    const text = readFileSync(new URL(uri), 'utf8');
    editor.open(uri, text);
    const told = await underlined(uri);
    // It knows nothing of parameters: one that stands for a number is text to it.
    const lines = text.split('\n');
    const other = told.filter((line) => !/: \$\{\w+\}/.test(lines[Number.parseInt(line) - 1]!));
    expect(other).toEqual([]);
  });

  it('reads the schema from the file alone: nothing went over the network', () => {
    expect(editor.stderr).not.toContain('network');
  });
});
