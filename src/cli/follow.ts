import { systemClock } from '../engine/clock.js';
import { relyingOn } from '../engine/damage.js';
import { lookAtServer, storedWaits } from '../engine/live.js';
import { lookAtRun, type Look } from '../engine/stored-report.js';
import { signalExitCode, type ExitCode } from '../errors.js';
import type { ReportV1 } from '../generated/report.v1.js';
import { findRunId } from '../ledger/read.js';
import { message } from '../model/printable.js';
import type { Session } from '../postgres/session.js';
import type { Looking } from './connect.js';
import type { Output } from './io.js';
import { describeChanges } from './live/changes.js';
import type { LiveView } from './live/live-view.js';
import { openLiveView } from './live/open.js';
import { listenForStop } from './stop-signals.js';

const LOOK_EVERY_MS = 1_000;

interface FollowOptions {
  readonly watcher: 'wait' | 'follow';
  readonly timeoutMs?: number;
}

/** How a run was left by somebody who only looked. */
export interface Followed extends Pick<Look, 'report' | 'live' | 'unsettled'> {
  /** Set when a signal ended the looking. */
  readonly left: ExitCode | undefined;
}

/**
 * Looks at a run, by the ledger and the server, until nobody works on it any more, and tells what
 * changes. Nothing is done to the run: a signal ends the looking alone.
 */
export async function follow(
  plain: Output,
  { session, view }: Looking,
  run: string,
  { watcher, timeoutMs = Infinity }: FollowOptions,
): Promise<Followed> {
  const runId = await view.read(() => findRunId(session, run));
  const live = await openLiveView(plain, watcher);
  const output = live?.output ?? plain;
  const stop = listenForStop(
    (name) => {
      live?.close();
      output.note(
        `${name}: run ${runId} goes on; pg-runbook wait ${runId} waits for it, cancel ${runId} stops it`,
      );
    },
    () => undefined,
  );
  try {
    return await lookOn({ output, session, view, runId, live, timeoutMs, signal: stop.signal });
  } finally {
    live?.close();
    stop.release();
  }
}

interface Following extends Pick<Looking, 'session' | 'view'> {
  readonly output: Output;
  readonly runId: string;
  readonly live: LiveView | undefined;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

async function lookOn(following: Following): Promise<Followed> {
  const { output, session, view, runId, live, timeoutMs, signal } = following;
  const until = systemClock.now() + timeoutMs;
  if (view.onlyLooks?.seesSessions === false) {
    output.note(`waiting for its recorded end: ${message(view.onlyLooks.because)}`);
  }
  let before: ReportV1 | undefined;
  for (;;) {
    const look = await lookAtRun(session, runId, systemClock, view);
    const told = before;
    // The ledger's records may have been edited.
    await relyingOn(session, runId, async () => {
      for (const line of describeChanges(told, look.report)) {
        output.note(`${output.paint('dim', output.stamp())} ${line}`);
      }
      const shows = view.onlyLooks?.seesSessions !== false;
      if (live !== undefined && look.live && shows) await show(live, session, look);
    });
    before = look.report;
    const left = until - systemClock.now();
    if (!look.live || left <= 0) return { ...look, left: undefined };
    await systemClock.sleep(Math.min(LOOK_EVERY_MS, left), signal);
    if (signal.aborted) return { ...look, left: signalExitCode(signal.reason) };
  }
}

/** One more statement, for those who see it. */
async function show(
  live: LiveView,
  session: Session,
  { report, stored }: Awaited<ReturnType<typeof lookAtRun>>,
): Promise<void> {
  const server = await lookAtServer(session, report);
  if (server === undefined) return;
  const at = systemClock.now();
  const waits = storedWaits(stored, report, at);
  live.show({ at, report, plan: stored.plan.steps, server, waits });
}
