import type { Step as PlannedStep } from '../generated/plan.v1.js';
import type { ReportV1 } from '../generated/report.v1.js';
import type { StoredRun } from '../ledger/read.js';
import { workerNamePrefix } from '../model/identity.js';
import { asSqlError } from '../postgres/errors.js';
import type { Queryable } from '../postgres/session.js';
import { readServerLook, type ServerLook } from '../postgres/worker-progress.js';
import type { RunContext } from './context.js';

/** The server is asked no oftener, whoever watches. */
const LOOK_EVERY_MS = 1_000;

/** What a run, or a part of it, waits for. */
export interface Wait {
  readonly kind: 'pause' | 'guard' | 'slot' | 'relation' | 'retry';
  readonly why: string;
  /** In ms since the epoch, where an end is known. */
  readonly until?: number;
}

/** A run at one moment, for those who watch it. */
export interface RunLook {
  /** In ms since the epoch. */
  readonly at: number;
  /** As it stands; an engine's own goes on changing. */
  readonly report: ReportV1;
  readonly plan: readonly Pick<
    PlannedStep,
    'id' | 'needs' | 'after' | 'concurrency' | 'budgets' | 'timeout_ms'
  >[];
  readonly server: ServerLook;
  readonly waits: readonly Wait[];
}

export type LookListener = (look: RunLook) => void;

/** Looks at the workers of a run for somebody who watches; asks the server nothing when nobody does. */
export class LiveWatch {
  #lookedAt = 0;

  async look(context: RunContext): Promise<void> {
    const { clock, onLook, plan, session, state } = context;
    const now = clock.now();
    if (onLook === undefined || now < this.#lookedAt + LOOK_EVERY_MS) return;
    this.#lookedAt = now;
    const server = await lookAtServer(session, state.record);
    if (server === undefined) return;
    onLook({ at: now, report: state.record, plan: plan.steps, server, waits: waitsOf(context) });
  }
}

/**
 * Looks at all workers of a run, detached ones too. A view is a convenience: what cannot be read stops
 * nothing, and only a lost connection is thrown.
 */
export async function lookAtServer(
  db: Queryable,
  { run, steps }: ReportV1,
): Promise<ServerLook | undefined> {
  const pids = steps.flatMap(({ tasks }) =>
    tasks.flatMap(({ attempts }) => {
      const last = attempts.at(-1);
      return last?.status === 'running' ? (last.pid ?? []) : [];
    }),
  );
  try {
    return await readServerLook(db, workerNamePrefix(run.id), pids);
  } catch (error) {
    if (asSqlError(error) === undefined) throw error;
    return undefined;
  }
}

function waitsOf({ core: { memory }, state }: RunContext): Wait[] {
  const { guard, turns = {} } = memory;
  return [
    ...pauseOf(state.record),
    ...(guard === undefined || guard.looks === 0
      ? []
      : [{ kind: 'guard' as const, why: guard.why }]),
    ...Object.values(turns)
      .filter(({ free }) => free < 1)
      .map(({ why }) => ({ kind: 'slot' as const, why })),
    ...[...state.awaits].map(([id, run]) => ({
      kind: 'relation' as const,
      why: `${id}: run ${run} works on the same relation`,
    })),
    ...[...state.retries].map(([id, until]) => ({
      kind: 'retry' as const,
      why: `${id} is tried again`,
      until,
    })),
  ];
}

function pauseOf({ run }: ReportV1): Wait[] {
  return run.paused_by === null
    ? []
    : [{ kind: 'pause', why: `paused by ${run.paused_by}; go on: pg-runbook unpause` }];
}

/** What is known of the waits of a run from the ledger alone: its engine's guards and slots are not told there. */
export function storedWaits(
  { tasks }: Pick<StoredRun, 'tasks'>,
  report: ReportV1,
  now: number,
): Wait[] {
  return [
    ...pauseOf(report),
    ...tasks.flatMap(({ step, number, delay_ms: delay }) =>
      delay === null || delay <= 0
        ? []
        : [
            {
              kind: 'retry' as const,
              why: `${step}/${String(number)} is tried again`,
              until: now + delay,
            },
          ],
    ),
  ];
}
