import { RunbookError } from '../../errors.js';
import {
  MOST_SHARDS,
  parseShard,
  takeShard,
  type Inventory,
  type InventoryDatabase,
  type Shard,
} from '../../model/inventory.js';
import { count } from '../../model/phrases.js';
import { readDsn } from '../../postgres/dsn.js';
import { loadInventoryFile } from '../../runbook/inventory/load.js';
import { suggestion } from '../../model/nearest.js';
import type { Output } from '../io.js';
import { showDiagnostics } from '../load.js';

/**
 * Loads an inventory, and shows what is unwise in it.
 * @throws RunbookError `invalid_inventory`, after all problems were shown.
 */
export async function loadInventory(output: Output, file: string): Promise<Inventory> {
  const result = await loadInventoryFile(file, readDsn);
  await showDiagnostics(output, result.ok ? result.warnings : result.diagnostics, result.source);
  if (result.ok) return result.inventory;
  const errors = result.diagnostics.filter(({ severity }) => severity === 'error').length;
  throw new RunbookError('invalid_inventory', `${file}: ${count(errors, 'error')}`);
}

/**
 * The databases that this process works on, in the order of their names: those that have all of the
 * tags, and of these the shard's.
 * @throws RunbookError `usage` when no database has the tags: that is a slip of the pen.
 */
export function select(
  { databases }: Inventory,
  tags: readonly string[],
  shard: Shard | undefined,
): InventoryDatabase[] {
  const known = [...new Set(databases.flatMap((database) => database.tags))].sort();
  for (const tag of tags) {
    if (known.includes(tag)) continue;
    throw new RunbookError(
      'usage',
      `--tag: no database has the tag ${tag}`,
      suggestion(tag, known),
    );
  }
  const tagged = databases.filter((database) => tags.every((tag) => database.tags.includes(tag)));
  if (tagged.length > 0) return takeShard(tagged, shard ?? { index: 1, of: 1 });
  throw new RunbookError('usage', `no database has all of the tags ${tags.join(', ')}`, {
    hint: 'Several --tag take only what has all of them.',
  });
}

/** @throws RunbookError `usage`. */
export function requireShard(text: string | undefined): Shard | undefined {
  if (text === undefined) return undefined;
  const shard = parseShard(text);
  if (shard !== undefined) return shard;
  throw new RunbookError('usage', `--shard: ${text} is not of the form i/n`, {
    hint: `Like 1/4 to 4/4, for four processes; ${String(MOST_SHARDS)} at most.`,
  });
}

/** It names a folder as well. */
const PASS = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

/** @throws RunbookError `usage`. */
export function requirePass(text: string | undefined): string | undefined {
  if (text === undefined || PASS.test(text)) return text;
  throw new RunbookError('usage', `--pass: ${text} is no name of a pass`, {
    hint: 'Letters, digits, dots, dashes and underscores, 100 at most: a date, or the id of a job.',
  });
}
