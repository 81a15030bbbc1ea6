import { RunbookError } from '../../errors.js';
import type { Column, UniqueKey, WalkedTable } from './table.js';

export interface WalkKey {
  readonly index: string;
  readonly types: readonly string[];
  /** The schema of the operator that orders its one column, where it is not PostgreSQL's own. */
  readonly operatorSchema: string | null;
  /** Operators that the workers must find by their names alone: a row comparison names one for all. */
  readonly unqualified: readonly number[];
}

function describe({ index, columns }: UniqueKey): string {
  return `${columns.length === 1 ? (columns[0] ?? '') : `[${columns.join(', ')}]`} (${index})`;
}

function isWalkable(table: WalkedTable, key: UniqueKey): boolean {
  return key.columns.every((name) => columnOf(table, name)?.not_null === true);
}

function columnOf({ columns }: WalkedTable, name: string): Column | undefined {
  return columns.find((column) => column.name === name);
}

/** What may be declared instead. */
function hint(table: WalkedTable): string {
  const keys = table.keys.filter((key) => isWalkable(table, key)).map(describe);
  return keys.length > 0
    ? `Keys that would do: ${keys.join('; ')}.`
    : 'It has none. Make one: CREATE UNIQUE INDEX CONCURRENTLY on columns that are NOT NULL.';
}

/**
 * The index that serves a declared key.
 * @throws RunbookError `step_refused` when a column is missing or may be null, or no index serves it.
 */
export function findKey(table: WalkedTable, key: readonly string[]): WalkKey {
  const columns = key.map((name) => {
    const column = columnOf(table, name);
    if (column !== undefined) return column;
    throw new RunbookError('step_refused', `key: ${table.name} has no column "${name}"`, {
      sqlstate: '42703',
      hint: hint(table),
    });
  });
  const served = table.keys.find(
    (candidate) =>
      candidate.columns.length === key.length &&
      candidate.columns.every((name, i) => name === key[i]),
  );
  if (served === undefined) {
    const message = `no unique btree index of ${table.name} serves the key ${key.join(', ')}`;
    throw new RunbookError('step_refused', message, { hint: hint(table) });
  }
  const nullable = columns.find((column) => !column.not_null);
  if (nullable !== undefined) {
    const message = `key: column "${nullable.name}" of ${table.name} may be null, and such rows would be passed by`;
    throw new RunbookError('step_refused', message, { hint: hint(table) });
  }
  const odd = columns.find((column) => !column.one_text);
  if (odd !== undefined) {
    const message = `key: column "${odd.name}" of ${table.name} is of type ${odd.type}, along which no walk goes`;
    throw new RunbookError('step_refused', message, { hint: hint(table) });
  }
  const foreign = served.operators.filter(({ schema }) => schema !== 'pg_catalog');
  const single = key.length === 1;
  return {
    index: served.index,
    types: columns.map((column) => column.type),
    operatorSchema: single ? (foreign[0]?.schema ?? null) : null,
    unqualified: single ? [] : foreign.map(({ oid }) => oid),
  };
}
