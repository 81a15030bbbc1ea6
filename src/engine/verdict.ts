import type { Task } from '../generated/plan.v1.js';
import { combineStatuses, type TaskStatus } from '../model/status.js';
import type { Outcome } from '../postgres/background/worker.js';
import { SQLSTATE } from '../postgres/errors.js';
import type { Judgement } from '../steps/contract.js';
import type { StopCause } from './cancel-ladder.js';

/** All that is known of an attempt that ended. */
export interface AttemptFacts {
  readonly proof: Task['proof'];
  readonly outcome: Outcome;
  /** Whether the completion marker is there; false for a task without one. */
  readonly marker: boolean;
  /** What the catalogs prove, one for each target. */
  readonly judgements: readonly Judgement[];
  readonly cause: StopCause | undefined;
  readonly elapsedMs: number;
  readonly timeoutMs: number;
}

/** A status with its reason, for an attempt or a target. */
export interface Verdict {
  readonly status: TaskStatus;
  readonly reason: string | undefined;
  readonly sqlstate: string | undefined;
}

export interface AttemptVerdict {
  readonly attempt: Verdict;
  /** In the order of the judgements. */
  readonly targets: readonly Verdict[];
}

/**
 * Decides what became of an attempt and of each of its targets. Success needs proof: the completion
 * marker, the catalogs, or for commands that leave neither, their command tag. Pure.
 */
export function judgeAttempt(facts: AttemptFacts): AttemptVerdict {
  const told = toldVerdict(facts);
  const proven = facts.proof === 'catalog' ? told : withoutCatalog(facts, told);
  const fallback = facts.proof === 'catalog' ? unprovenSuccess(told) : proven;
  const targets = facts.judgements.map((judgement) => targetVerdict(judgement, fallback));
  if (facts.proof !== 'catalog' && !facts.judgements.some(isSkipped)) {
    return { attempt: proven, targets };
  }
  const status = combineStatuses(targets.map((target) => target.status));
  const telling = targets.find((target) => target.status === status);
  // What the server said stays with the attempt also where the catalogs decide the status.
  const reason = told.sqlstate === undefined ? telling?.reason : told.reason;
  return { attempt: { status, reason, sqlstate: told.sqlstate ?? telling?.sqlstate }, targets };
}

/** What pg_background told, before any evidence. */
function toldVerdict(facts: AttemptFacts): Verdict {
  const { outcome } = facts;
  switch (outcome.type) {
    case 'completed':
      return { status: 'succeeded', reason: undefined, sqlstate: undefined };
    case 'error':
      return errorVerdict(facts, outcome);
    case 'silent':
      return {
        status: (outcome.gone ? statusOfCause(facts.cause) : undefined) ?? 'unknown',
        reason: outcome.why,
        sqlstate: undefined,
      };
  }
}

function statusOfCause(cause: StopCause | undefined): TaskStatus | undefined {
  if (cause === 'timeout') return 'timed_out';
  return cause === 'interrupt' ? 'cancelled' : undefined;
}

/** 57014 is timeout and cancel in one, with translated texts: only our own clock and requests tell. */
function errorVerdict(facts: AttemptFacts, error: Extract<Outcome, { type: 'error' }>): Verdict {
  const detail = error.detail === undefined ? '' : ` (${error.detail})`;
  const reason = `${error.message}${detail}`;
  const verdict = (status: TaskStatus, why = reason): Verdict => ({
    status,
    reason: why,
    sqlstate: error.sqlstate,
  });
  const stopped = [SQLSTATE.queryCanceled, SQLSTATE.adminShutdown] as readonly string[];
  if (!stopped.includes(error.sqlstate)) return verdict('failed');
  const byCause = statusOfCause(facts.cause);
  if (byCause !== undefined) return verdict(byCause);
  if (error.sqlstate === SQLSTATE.queryCanceled && facts.elapsedMs >= facts.timeoutMs) {
    return verdict('timed_out');
  }
  return verdict(
    'cancelled',
    `${reason}: not at pg-runbook's request (another session, or a timeout in its own SQL)`,
  );
}

/** A marker decides where there is one; a command tag must do where there can be no marker. */
function withoutCatalog(facts: AttemptFacts, told: Verdict): Verdict {
  if (facts.proof === 'tag') return told;
  if (facts.marker) return { status: 'succeeded', reason: undefined, sqlstate: undefined };
  if (facts.outcome.type === 'completed') {
    const reason = 'the server said success, but the completion marker is missing';
    return { status: 'unknown', reason, sqlstate: undefined };
  }
  // The worker is gone and its transaction left no marker: it is certain that nothing was committed.
  return facts.outcome.type === 'silent' && facts.outcome.gone && told.status === 'unknown'
    ? { ...told, status: 'failed', reason: `${told.reason ?? ''}: nothing was committed` }
    : told;
}

/** Where the catalogs should show the work and do not, the server's word is no proof. */
function unprovenSuccess(told: Verdict): Verdict {
  if (told.status !== 'succeeded') return told;
  const reason = 'the server said success, but the catalogs do not show the work';
  return { ...told, status: 'unknown', reason };
}

function isSkipped(judgement: Judgement): boolean {
  return judgement.result === 'skipped';
}

function targetVerdict(judgement: Judgement, attempt: Verdict): Verdict {
  switch (judgement.result) {
    case 'done':
      return { status: 'succeeded', reason: judgement.reason, sqlstate: undefined };
    case 'skipped':
      return { status: 'skipped', reason: judgement.reason, sqlstate: judgement.sqlstate };
    case 'unknown':
      return { status: 'unknown', reason: judgement.reason, sqlstate: undefined };
    case 'not_done':
      return attempt;
  }
}
