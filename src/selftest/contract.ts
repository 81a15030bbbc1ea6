import type { Scratch } from './scratch.js';

/** One thing that must hold on a server. */
export interface Case {
  /** For machines: stable, snake_case. What the case does is marked with it. */
  readonly name: string;
  /** For people. */
  readonly title: string;
  /** SQL that makes what it works on. */
  readonly setUp?: string;
  readonly timeoutMs: number;
  /**
   * Tries it, and compares what the engine says with what the database shows.
   * @returns what was seen.
   * @throws Mismatch, or whatever stood in the way: then the case does not hold.
   */
  readonly run: (scratch: Scratch) => Promise<string>;
}

/** What came of a case. */
export interface CaseResult {
  readonly name: string;
  readonly title: string;
  readonly status: 'ok' | 'failed' | 'not_run';
  readonly duration_ms: number;
  /** What was seen, or why it was not run. */
  readonly seen: string;
}

/** The server did not do what a case expects of it. */
export class Mismatch extends Error {
  override readonly name = 'Mismatch';
}

/**
 * Compares a value with what it must be.
 * @throws Mismatch with both.
 */
export function expectSame(what: string, actual: unknown, expected: unknown): void {
  const [seen, wanted] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (seen !== wanted) throw new Mismatch(`${what}: ${seen}, and not ${wanted}`);
}
