import type { StopCause } from '../model/stop-cause.js';

/** How far an attempt to stop a worker has gone. */
export type Rung = 'none' | 'cancel_backend' | 'cancel_worker' | 'given_up';

export interface LadderState {
  readonly cause: StopCause | undefined;
  readonly rung: Rung;
  /** When this rung was stepped on, in ms. */
  readonly rungAt: number;
  readonly launchedAt: number;
  readonly timeoutMs: number;
  /** True when the worker's identity is known, without which nobody may signal it by PID. */
  readonly identified: boolean;
  /** Whether the handle alone may be used until then. */
  readonly cancelsUnseen: boolean;
}

/** The server's statement_timeout comes first; the engine's own clock only follows where that failed. */
const TIMEOUT_MARGIN_MS = 3_000;
/** How long a worker may take to react to pg_cancel_backend, and then to SIGTERM. */
const CANCEL_GRACE_MS = 5_000;
const TERMINATE_GRACE_MS = 10_000;
/** How long a worker may take to show in pg_stat_activity, before the handle alone is used. */
const IDENTIFY_GRACE_MS = 500;

/** True when a worker is overdue although the server should have ended it. */
export function isOverdue(launchedAt: number, timeoutMs: number, now: number): boolean {
  return now - launchedAt > timeoutMs + TIMEOUT_MARGIN_MS;
}

/**
 * The next thing to do to a worker that should stop: pg_cancel_backend, then pg_background's own
 * cancel (SIGTERM), then giving up. Never SIGKILL: that would restart the whole cluster. Pure.
 * @returns undefined when there is nothing to do now.
 */
export function nextRung(state: LadderState, now: number): Exclude<Rung, 'none'> | undefined {
  if (state.cause === undefined) return undefined;
  const waited = now - state.rungAt;
  switch (state.rung) {
    case 'none':
      if (state.identified) return 'cancel_backend';
      if (!state.cancelsUnseen) return waited >= TERMINATE_GRACE_MS ? 'given_up' : undefined;
      return waited >= IDENTIFY_GRACE_MS ? 'cancel_worker' : undefined;
    case 'cancel_backend':
      return waited >= CANCEL_GRACE_MS ? 'cancel_worker' : undefined;
    case 'cancel_worker':
      return waited >= TERMINATE_GRACE_MS ? 'given_up' : undefined;
    case 'given_up':
      return undefined;
  }
}
