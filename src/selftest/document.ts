import type { Ability } from '../postgres/background/abilities.js';
import type { CaseResult } from './contract.js';

/** What a selftest found: the JSON document of `--json`. Keys are only ever added. */
export interface SelftestDocument {
  readonly selftest_version: 1;
  readonly status: 'ok' | 'failed' | 'interrupted';
  readonly started_at: string;
  readonly duration_ms: number;
  readonly server: {
    readonly version: string;
    readonly role: string;
    readonly max_worker_processes: number;
    readonly free_worker_slots: number;
    readonly pg_background: {
      readonly version: string | null;
      readonly dialect: string;
    };
  };
  readonly cases: readonly CaseResult[];
  readonly capabilities: readonly Ability[];
  readonly left_behind: LeftBehind | null;
}

/** A scratch database that could not be dropped, and what drops it. */
export interface LeftBehind {
  readonly database: string;
  readonly reason: string;
  readonly command: string;
}
