import pLimit from 'p-limit';
import { EXIT, type ExitCode } from '../errors.js';

/** How many at once. */
export interface FleetLimits {
  readonly concurrency: number;
  /** Of these, with one server. */
  readonly perServer: number;
}

/** Of a member of a fleet. */
interface Member {
  /** Those with the same one share a server. */
  readonly server: string;
}

/**
 * Does work for each member, so many at once as the limits allow, and returns what it came to, in the
 * order of the members. A slow server holds up no other: what waits for it takes no room of the whole.
 * @param work is not to throw: what it throws ends the wait for all others.
 */
export async function forEachMember<M extends Member, R>(
  members: readonly M[],
  { concurrency, perServer }: FleetLimits,
  work: (member: M) => Promise<R>,
): Promise<R[]> {
  const whole = pLimit(concurrency);
  const servers = new Map(members.map(({ server }) => [server, pLimit(perServer)]));
  return Promise.all(
    members.map((member) => {
      const own = servers.get(member.server) ?? pLimit(perServer);
      // The server's turn comes first: in the queue of the whole stands only what may begin at once.
      return own(() => whole(() => work(member)));
    }),
  );
}

/**
 * The exit code of a command over many databases, from those of each.
 * @param interrupted the exit code of the signal that came, if one did.
 */
export function fleetExitCode(
  codes: readonly (number | null)[],
  interrupted: ExitCode | undefined,
): ExitCode {
  if (interrupted !== undefined) return interrupted;
  if (codes.includes(EXIT.outcomeUnknown)) return EXIT.outcomeUnknown;
  // No code: it was not come to. Nothing may pass for done that nobody knows to be.
  if (codes.some((code) => code !== EXIT.ok && code !== EXIT.notNow)) return EXIT.taskFailed;
  return codes.includes(EXIT.notNow) ? EXIT.notNow : EXIT.ok;
}
