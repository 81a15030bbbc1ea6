/**
 * Writes src/generated/*.ts from schemas/*.schema.json; with --check it writes nothing and fails
 * when a file differs, so that a schema and its types cannot drift apart.
 */
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { compile } from 'json-schema-to-typescript';
import { format, resolveConfig } from 'prettier';

const schemaFolder = new URL('../schemas/', import.meta.url);
const targetFolder = new URL('../src/generated/', import.meta.url);
const BANNER =
  '// Generated from schemas/ by `npm run generate`. Do not edit.\n/* eslint-disable */';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** `oneOf` branches that only say `required` constrain values; as types they would blur the object. */
function withoutRequiredBranches(node: Json): Json {
  if (Array.isArray(node)) return node.map(withoutRequiredBranches);
  if (node === null || typeof node !== 'object') return node;
  const entries = Object.entries(node).filter(([key, value]) => !isRequiredOnly(key, value));
  return Object.fromEntries(entries.map(([key, value]) => [key, withoutRequiredBranches(value)]));
}

function isRequiredOnly(key: string, value: Json): boolean {
  return (
    key === 'oneOf' &&
    Array.isArray(value) &&
    value.every((branch) => JSON.stringify(Object.keys(branch as object)) === '["required"]')
  );
}

/** `$ref` beside other keys makes the generator drop them; only the reference matters to a type. */
function withBareReferences(node: Json): Json {
  if (Array.isArray(node)) return node.map(withBareReferences);
  if (node === null || typeof node !== 'object') return node;
  if (typeof node['$ref'] === 'string') return { $ref: node['$ref'] };
  return Object.fromEntries(Object.entries(node).map(([k, v]) => [k, withBareReferences(v)]));
}

async function generate(name: string): Promise<string> {
  const schema = JSON.parse(await readFile(new URL(name, schemaFolder), 'utf8')) as Json;
  const source = await compile(
    withBareReferences(withoutRequiredBranches(schema)) as object,
    name,
    { bannerComment: BANNER, additionalProperties: false, format: false },
  );
  const options = await resolveConfig(new URL('../package.json', import.meta.url));
  return format(source, { ...options, parser: 'typescript' });
}

async function main(): Promise<void> {
  const check = process.argv.includes('--check');
  await mkdir(targetFolder, { recursive: true });
  for (const name of (await readdir(schemaFolder)).sort()) {
    const target = new URL(name.replace('.schema.json', '.ts'), targetFolder);
    const generated = await generate(name);
    const current = await readFile(target, 'utf8').catch(() => '');
    if (current === generated) continue;
    if (check) {
      console.error(`${target.pathname} is not what ${name} generates: run \`npm run generate\``);
      process.exitCode = 1;
    } else await writeFile(target, generated);
  }
}

await main();
