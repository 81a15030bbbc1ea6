import { RunbookError } from '../../errors.js';
import type { Column, WalkedTable } from './table.js';

/** Types that take every value of another one. */
const WIDER: Readonly<Record<string, readonly string[]>> = {
  smallint: ['integer', 'bigint', 'numeric', 'real', 'double precision'],
  integer: ['bigint', 'numeric', 'double precision'],
  bigint: ['numeric'],
  real: ['double precision'],
  text: ['character varying'],
  'character varying': ['text'],
  character: ['text', 'character varying'],
};

/** A varchar's length, or a numeric's digits before and after the point. */
function sizes(type: string): readonly number[] {
  const [all = '', scale] = /\(([\d,]+)\)/.exec(type)?.[1]?.split(',') ?? [];
  return scale === undefined ? [Number(all)] : [Number(all) - Number(scale), Number(scale)];
}

function hasRoom(value: Column, room: Column): boolean {
  if (room.plain === value.plain) return true;
  const bounded = room.plain !== room.base;
  if (!bounded) return [value.base, ...(WIDER[value.base] ?? [])].includes(room.base);
  const comparable =
    ['character varying', 'numeric'].includes(value.base) && value.plain !== value.base;
  if (!comparable || room.base !== value.base) return false;
  const needed = sizes(value.plain);
  return sizes(room.plain).every((size, i) => size >= (needed[i] ?? 0));
}

/** An INSERT would cast the values to a narrower type, silently, and the originals are deleted. */
function requireRoom(column: Column, archive: WalkedTable): void {
  const room = archive.columns.find(({ name }) => name === column.name);
  if (room === undefined || room.generated || hasRoom(column, room)) return;
  throw new RunbookError(
    'step_refused',
    `archive_to: column "${column.name}" of ${archive.name} is ${room.type}, and its values are ${column.type}`,
    { sqlstate: '42804', hint: 'They might lose something: give it the same type.' },
  );
}

/**
 * The columns that go into an archive: all of the table's but those that the archive computes itself.
 * @throws RunbookError `step_refused` when data would be lost.
 */
export function archiveColumns(table: WalkedTable, archive: WalkedTable): string[] {
  if (archive.oid === table.oid) {
    throw new RunbookError(
      'step_refused',
      `archive_to: ${archive.name} is the purged table itself`,
      {
        hint: 'Name another table.',
      },
    );
  }
  const missing = table.columns.filter(
    (column) => !archive.columns.some(({ name }) => name === column.name),
  );
  if (missing.length > 0) {
    const names = missing.map(({ name }) => `"${name}"`).join(', ');
    throw new RunbookError('step_refused', `archive_to: ${archive.name} has no column ${names}`, {
      sqlstate: '42703',
      hint: 'Their values would be lost: add the columns to the archive.',
    });
  }
  for (const column of table.columns) requireRoom(column, archive);
  return table.columns
    .filter(({ name }) => !archive.columns.some((c) => c.name === name && c.generated))
    .map(({ name }) => name);
}
