/** A database of an inventory. */
export interface InventoryDatabase {
  /** Unique in the inventory, and good as the name of a file. */
  readonly name: string;
  /** How to reach it, as `--dsn` takes it. It may hold a password. */
  readonly dsn: string;
  readonly tags: readonly string[];
}

/** The databases that one command works on, in the order of the file. */
export interface Inventory {
  readonly path: string;
  /** Of its content without passwords. */
  readonly digest: string;
  /** Databases at once in one process. */
  readonly concurrency: number;
  /** Of these, on one server. */
  readonly perServer: number;
  readonly databases: readonly InventoryDatabase[];
}

/** Which part of an inventory a process works on: one of `of` parts, `index` counted from 1. */
export interface Shard {
  readonly index: number;
  readonly of: number;
}

/** More processes than anybody starts; a larger number is a mistake. */
export const MOST_SHARDS = 1_000;

/** Reads `i/n`; undefined for what is none. */
export function parseShard(text: string): Shard | undefined {
  const [, index, of] = /^([1-9]\d{0,3})\/([1-9]\d{0,3})$/.exec(text) ?? [];
  const shard = { index: Number(index), of: Number(of) };
  return shard.of <= MOST_SHARDS && shard.index <= shard.of ? shard : undefined;
}

/**
 * The databases of a shard, by name. Whoever has the same names comes to the same parts, in whatever
 * order they stand: every database is in just one, and no part has two more than another.
 */
export function takeShard<T extends { readonly name: string }>(
  databases: readonly T[],
  { index, of }: Shard,
): T[] {
  return [...databases].sort(byName).filter((_, position) => position % of === index - 1);
}

/** By code points, which are the same on every host; its locale is not. */
function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : Number(a.name > b.name);
}
