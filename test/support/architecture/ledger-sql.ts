import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../root.js';
import type { Size } from './sizes.js';

/** A file of the ledger's functions. */
export interface SqlSource {
  readonly path: string;
  readonly text: string;
}

/** A function or procedure as it is written, with its comment. */
export interface SqlFunction {
  readonly name: string;
  readonly text: string;
}

const FOLDER = 'src/ledger/functions';

export function readLedgerSources(): SqlSource[] {
  return readdirSync(join(ROOT, FOLDER)).map((name) => {
    const path = `${FOLDER}/${name}`;
    return { path, text: readFileSync(join(ROOT, path), 'utf8') };
  });
}

/** The functions of a file: each begins with CREATE in the first column. */
function sqlFunctions({ text }: SqlSource): SqlFunction[] {
  return text.split(/^(?=CREATE (?:FUNCTION|PROCEDURE) )/m).flatMap((part) => {
    const name = /^CREATE (?:FUNCTION|PROCEDURE) runbook\.(\w+)/.exec(part)?.[1];
    return name === undefined ? [] : { name, text: part };
  });
}

const lines = (text: string): number => text.trimEnd().split('\n').length;

export function sqlFileSizes(sources: readonly SqlSource[]): Size[] {
  return sources.map(({ path, text }) => ({ name: path, lines: lines(text) }));
}

/** From CREATE to the end of the body. */
export function sqlFunctionSizes(sources: readonly SqlSource[]): Size[] {
  return sources.flatMap((source) =>
    sqlFunctions(source).map(({ name, text }) => ({
      name: `${source.path}:${name}`,
      lines: lines(text.replace(/^COMMENT ON [^]*$/m, '')),
    })),
  );
}

/**
 * Functions that the program does not call, nor any function that it calls, and so on.
 */
export function unreachedFunctions(
  sources: readonly SqlSource[],
  program: readonly string[],
): string[] {
  const functions = new Map(
    sources.flatMap(sqlFunctions).map(({ name, text }) => [name, text] as const),
  );
  const calls = (text: string): string[] =>
    [...text.matchAll(/\brunbook\.(\w+)\s*\(/g)].map(([, name = '']) => name);
  const todo = program.flatMap(calls);
  const reached = new Set<string>();
  for (let name = todo.pop(); name !== undefined; name = todo.pop()) {
    if (reached.has(name)) continue;
    reached.add(name);
    todo.push(...calls(functions.get(name) ?? ''));
  }
  return [...functions.keys()].filter((name) => !reached.has(name));
}
