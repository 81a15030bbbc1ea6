import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadRunbookFile, loadRunbookText } from '../../src/runbook/load.js';
import { renderDiagnostic } from '../../src/runbook/render-diagnostic.js';

const GOOD =
  'api_version: pg-runbook/v1\nname: a\nversion: 1\nsteps:\n  - { id: a, sql: select 1, timeout: 5s }\n';

/** Files that git, an editor or a formatter would repair or refuse, so they are made here. */
const FILES: readonly {
  readonly name: string;
  readonly content: string | Buffer;
  readonly code: string;
  readonly line?: number;
  readonly column?: number;
}[] = [
  {
    name: 'huge.yaml',
    content: Buffer.alloc(5 * 1024 * 1024, '# no runbook\n'),
    code: 'file-too-large',
  },
  { name: 'nul.yaml', content: `${GOOD}# \0`, code: 'file-nul', line: 6, column: 3 },
  {
    name: 'latin1.yaml',
    content: Buffer.from(`${GOOD}# caf\u00e9\n`, 'latin1'),
    code: 'file-encoding',
    line: 6,
    column: 6,
  },
  { name: 'utf16.yaml', content: Buffer.from(`\uFEFF${GOOD}`, 'utf16le'), code: 'file-encoding' },
  { name: 'bom.yaml', content: `\uFEFF${GOOD}`, code: 'file-bom' },
  { name: 'blank.yaml', content: ' \n\n', code: 'yaml-empty' },
  { name: 'deep.yaml', content: '['.repeat(100_000), code: 'yaml-too-deep', column: 101 },
  { name: 'dashes.yaml', content: '- '.repeat(100_000), code: 'yaml-too-deep', column: 201 },
  {
    name: 'crlf.yaml',
    content: `${GOOD.replaceAll('\n', '\r\n')}nam: x\r\n`,
    code: 'unknown-key',
    line: 6,
  },
  {
    name: 'binary.yaml',
    content: Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 0, 0]),
    code: 'file-nul',
    column: 5,
  },
];

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pg-runbook-files-'));
  await Promise.all(FILES.map(({ name, content }) => writeFile(join(folder, name), content)));
  await mkdir(join(folder, 'directory.yaml'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function firstProblem(name: string): Promise<object> {
  const result = await loadRunbookFile(join(folder, name));
  if (result.ok) throw new Error('the file was accepted');
  const [first] = result.diagnostics;
  if (first === undefined) throw new Error('no diagnostic');
  expect(renderDiagnostic(first, result.source)).not.toMatch(/\n\s+at |undefined/);
  return first;
}

describe('files that are no runbook', () => {
  it.each(FILES)('$name: $code', async ({ name, code, line = 1, column = 1 }) => {
    expect(await firstProblem(name)).toMatchObject({ code, line, column });
  });

  it('a directory', async () => {
    expect(await firstProblem('directory.yaml')).toMatchObject({ code: 'file-directory' });
  });

  it('a missing file', async () => {
    expect(await firstProblem('missing.yaml')).toMatchObject({ code: 'file-missing', line: 1 });
  });

  it('a path through a file', async () => {
    expect(await firstProblem('bom.yaml/x.yaml')).toMatchObject({ code: 'file-missing' });
  });

  it('a text that is too large, or begins with a BOM', async () => {
    const large = await loadRunbookText('#'.repeat(1024 * 1024 + 1), 'x.yaml');
    expect(large).toMatchObject({ ok: false, diagnostics: [{ code: 'file-too-large' }] });
    const bom = await loadRunbookText(`\uFEFF${GOOD}`, 'x.yaml');
    expect(bom).toMatchObject({ ok: false, diagnostics: [{ code: 'file-bom' }] });
  });

  it('but a file of exactly 1 MiB is read', async () => {
    const path = join(folder, 'limit.yaml');
    await writeFile(path, GOOD + '#'.repeat(1024 * 1024 - GOOD.length));
    expect((await loadRunbookFile(path)).ok).toBe(true);
  });
});
