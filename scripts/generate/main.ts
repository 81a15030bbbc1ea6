/**
 * Writes every generated file; with --check it writes nothing and fails when one differs, so that a
 * schema, its types and its reference cannot drift apart.
 */
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { format, resolveConfig } from 'prettier';
import { errorsPage } from './errors.js';
import { formatReference } from './format.js';
import { rulesPage } from './rules.js';
import { typesOf } from './types.js';
import { validatorOf } from './validators.js';

const root = new URL('../../', import.meta.url);

interface Generated {
  /** From the top folder. */
  readonly path: string;
  /** What it is made from. */
  readonly source: string;
  readonly text: () => Promise<string> | string;
}

/** What people write: each process checks some. */
const AUTHORED = ['runbook.v1', 'inventory.v1'];

async function readSchema(name: string): Promise<object> {
  return JSON.parse(await readFile(new URL(`schemas/${name}`, root), 'utf8')) as object;
}

async function generatedFiles(): Promise<Generated[]> {
  const schemas = (await readdir(new URL('schemas/', root))).sort();
  return [
    ...schemas.map((name) => ({
      path: `src/generated/${name.replace('.schema.json', '.ts')}`,
      source: `schemas/${name}`,
      text: async () => typesOf(await readSchema(name), name),
    })),
    ...AUTHORED.map((name) => ({
      path: `src/generated/${name}.validator.ts`,
      source: `schemas/${name}.schema.json`,
      text: async () => validatorOf(await readSchema(`${name}.schema.json`)),
    })),
    {
      path: 'docs/format.md',
      source: 'schemas/runbook.v1.schema.json',
      text: async () => formatReference(await readSchema('runbook.v1.schema.json')),
    },
    { path: 'docs/errors.md', source: 'src/error-texts.ts', text: errorsPage },
    { path: 'docs/rules.md', source: 'src/runbook/lint/texts', text: rulesPage },
  ];
}

async function main(): Promise<void> {
  const check = process.argv.includes('--check');
  const options = await resolveConfig(new URL('package.json', root));
  await mkdir(new URL('src/generated/', root), { recursive: true });
  for (const { path, source, text } of await generatedFiles()) {
    const generated = await format(await text(), { ...options, filepath: path });
    const current = await readFile(new URL(path, root), 'utf8').catch(() => '');
    if (current === generated) continue;
    if (check) {
      console.error(`${path} is not what ${source} generates: run \`npm run generate\``);
      process.exitCode = 1;
    } else await writeFile(new URL(path, root), generated);
  }
}

await main();
