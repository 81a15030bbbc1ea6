/** What is of the moment, though it may be the same twice. */
const MOMENTARY =
  /\/(?:digest|expected\/.*|duration\/.*|.*_at|.*_ms|.*_start|pid|cookie|m?xid_age|oldest_xmin|frozen_xid|last_\w+|seconds_since_\w+|dead_rows|wal_bytes|rows_per_second|id|capacity\/.*|forecast\/.*)$/;

/** Every value of a document, by its path. */
function leaves(value: unknown, path = ''): [path: string, value: unknown][] {
  if (typeof value !== 'object' || value === null) return [[path, value]];
  return Object.entries(value)
    .flatMap(([key, inner]) => leaves(inner, `${path}/${key}`))
    .filter(([at]) => !MOMENTARY.test(at));
}

/** What is the same in each of several documents: times, pids and counters are not. */
export class Steady {
  readonly #same: ReadonlyMap<string, unknown>;
  readonly #paths: ReadonlySet<string>;

  constructor(documents: readonly unknown[]) {
    const [first = new Map<string, unknown>(), ...others] = documents.map(
      (document) => new Map(leaves(document)),
    );
    this.#paths = new Set(first.keys());
    this.#same = new Map(
      [...first].filter(([path, value]) => others.every((other) => other.get(path) === value)),
    );
  }

  /** How many values are compared. */
  get size(): number {
    return this.#same.size;
  }

  /** What of another document is not as it was in all of those. */
  differences(document: unknown): string[] {
    const found = new Map(leaves(document));
    const changed = [...this.#same].flatMap(([path, value]) =>
      found.get(path) === value
        ? []
        : [`${path}: ${JSON.stringify(value)} → ${JSON.stringify(found.get(path))}`],
    );
    const added = [...found.keys()].filter((path) => !this.#paths.has(path));
    return [...changed, ...added.map((path) => `${path}: new`)];
  }
}
