import type { State } from './state.js';

/** One way to come by a server. */
export interface Candidate {
  readonly name: string;
  /** Why this way is not open on this machine, or undefined when it is. */
  unavailable(): Promise<string | undefined>;
  start(previous: State | undefined): Promise<State>;
}

const FIXES = `Any one of these helps:
  - set PG_RUNBOOK_TEST_DSN to the URI of a PostgreSQL 18 or later that has pg_background
  - install PostgreSQL 18 and its package postgresql-18-pg-background
  - on Debian: run as root, with access to a package mirror (for mmdebstrap)
  - start Docker, with the compose plug-in`;

/**
 * Starts the first way that is open, in order. A way that turns out not to work (no package mirror,
 * say) gives its turn to the next; when none is left, one error names every reason and the fixes.
 */
export async function startFirst(
  candidates: readonly Candidate[],
  previous: State | undefined,
): Promise<State> {
  const reasons: string[] = [];
  for (const candidate of candidates) {
    const reason = await candidate.unavailable();
    if (reason !== undefined) {
      reasons.push(`  - ${candidate.name}: ${reason}`);
      continue;
    }
    try {
      return await candidate.start(previous);
    } catch (error) {
      reasons.push(
        `  - ${candidate.name}: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }
  throw new Error(`no PostgreSQL server with pg_background:\n${reasons.join('\n')}\n${FIXES}`);
}
