import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { packageFile } from '../package-file.js';

/**
 * Which functions an engine can call: raised with every change of a name, of an argument or of a meaning on which the
 * engine, a worker or a supervisor relies.
 */
const CONTRACT = 2;

/** A file of tables: once released it never changes, and others are only added. */
export interface TableFile {
  readonly number: number;
  readonly sql: string;
  readonly digest: string;
}

/** All functions of the ledger, which are replaced together. */
export interface FunctionSet {
  readonly contract: number;
  readonly sql: string;
  readonly digest: string;
}

/** What this program brings to a ledger. */
export interface LedgerSources {
  /** In the order of their numbers, from 1 on. */
  readonly tables: readonly TableFile[];
  readonly functions: FunctionSet;
}

let cache: LedgerSources | undefined;

/** Reads the files of the package, once. */
export function ledgerSources(): LedgerSources {
  cache ??= { tables: readTables(), functions: readFunctions() };
  return cache;
}

export function tableFile(number: number, sql: string): TableFile {
  return { number, sql, digest: digestOf(sql) };
}

function readTables(): TableFile[] {
  return readSqlFiles('src/ledger/tables/').map(({ name, sql }) =>
    tableFile(Number.parseInt(name, 10), sql),
  );
}

function readFunctions(): FunctionSet {
  const sql = readSqlFiles('src/ledger/functions/')
    .map((file) => file.sql)
    .join('\n');
  return { contract: CONTRACT, sql, digest: digestOf(sql) };
}

function readSqlFiles(path: string): { readonly name: string; readonly sql: string }[] {
  const folder = packageFile(path);
  return readdirSync(folder)
    .filter((name) => name.endsWith('.sql'))
    .sort()
    .map((name) => ({ name, sql: readFileSync(new URL(name, folder), 'utf8') }));
}

function digestOf(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}
