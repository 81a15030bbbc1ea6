import { rmSync } from 'node:fs';
import { openCache, type CachePaths } from './cache.js';
import { startFirst, type Candidate } from './candidates.js';
import { settleRemembered } from './cluster-start.js';
import { composeCandidate, composeDown } from './compose.js';
import { debianRootCandidate } from './debian-root.js';
import { checkGiven, GIVEN_DSN } from './given-dsn.js';
import { localCandidate } from './local.js';
import { withLock } from './lock.js';
import { answers } from './probe.js';
import { stopCluster, type StopMode } from './server.js';
import { forgetState, readState, serverUri, writeState, type State } from './state.js';
import { hasUsers, signIn, signOut } from './users.js';

export interface InstanceOptions {
  /** A server of its own beside the main one, for tests that restart or crash it. */
  readonly instance?: string;
}

/** The ways to a server, in the order of choice. */
export function candidatesFor(cache: CachePaths): readonly Candidate[] {
  return [localCandidate(cache), debianRootCandidate(cache), composeCandidate(cache)];
}

/** Brings the server up, or finds it running, and answers its URI. It stays up until stopped. */
export async function startServer(options: InstanceOptions = {}): Promise<string> {
  const given = givenUri(options);
  if (given !== undefined) {
    await checkGiven(given);
    return given;
  }
  const cache = openCache(options.instance);
  return withLock(cache.lock, async () => serverUri(await ensureState(cache, true)));
}

/** As startServer, for a test run: signs it in, so that releaseServer knows when the last one left. */
export async function borrowServer(): Promise<string> {
  const given = givenUri({});
  if (given !== undefined) {
    await checkGiven(given);
    return given;
  }
  const cache = openCache();
  return withLock(cache.lock, async () => {
    const state = await ensureState(cache, false);
    signIn(cache.users);
    return serverUri(state);
  });
}

/** Ends a borrow: the last borrower stops a server that was running for borrowers only. */
export async function releaseServer(): Promise<void> {
  if (givenUri({}) !== undefined) return;
  const cache = openCache();
  await withLock(cache.lock, async () => {
    signOut(cache.users);
    const state = readState(cache.state);
    if (state === undefined || state.keep || hasUsers(cache.users)) return;
    await stopRemembered(cache, state, 'fast');
  });
}

/** Stops our own server, and only that; answers whether one was running. */
export async function stopServer(
  mode: StopMode = 'fast',
  options: InstanceOptions = {},
): Promise<boolean> {
  const cache = openCache(options.instance);
  return withLock(cache.lock, async () => {
    const state = readState(cache.state);
    return state === undefined ? false : stopRemembered(cache, state, mode);
  });
}

/** Stops a named instance hard and removes its data: the end of a test's own server. */
export async function discardServer(options: Required<InstanceOptions>): Promise<void> {
  const cache = openCache(options.instance);
  await withLock(cache.lock, async () => {
    const state = readState(cache.state);
    if (state === undefined) return;
    await stopRemembered(cache, state, 'immediate');
    if (state.server.kind === 'cluster') {
      rmSync(state.server.cluster.folder, { recursive: true, force: true });
    }
    forgetState(cache.state);
    rmSync(cache.users, { recursive: true, force: true });
  });
}

/** A named instance is always ours; the main one may be given by the environment. */
function givenUri(options: InstanceOptions): string | undefined {
  const uri = process.env[GIVEN_DSN];
  return options.instance === undefined && uri !== undefined && uri !== '' ? uri : undefined;
}

async function ensureState(cache: CachePaths, keep: boolean): Promise<State> {
  const remembered = readState(cache.state);
  const running = remembered !== undefined && (await settle(remembered)) ? remembered : undefined;
  const started = running ?? (await startFirst(candidatesFor(cache), remembered));
  const state = { ...started, keep: running === undefined ? keep : running.keep || keep };
  writeState(cache.state, state);
  return state;
}

async function settle(state: State): Promise<boolean> {
  return (await answers(state)) || (await settleRemembered(state));
}

async function stopRemembered(cache: CachePaths, state: State, mode: StopMode): Promise<boolean> {
  const wasRunning = await answers(state);
  if (state.server.kind === 'cluster') await stopCluster(state.server.cluster, mode);
  else await composeDown(state.server.project);
  if (await answers(state)) throw new Error(`the server on port ${state.port} did not stop`);
  // The port is worth remembering: a restarted server keeps its URI. Whether to keep it up is not.
  if (state.server.kind === 'cluster') writeState(cache.state, { ...state, keep: false });
  else forgetState(cache.state);
  return wasRunning;
}
