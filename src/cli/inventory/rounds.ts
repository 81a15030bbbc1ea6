import { systemClock, toTimestamp } from '../../engine/clock.js';
import { forEachMember, type FleetLimits } from '../../engine/fleet.js';
import type { InventoryDatabase } from '../../model/inventory.js';
import { tellEnd, workOn, type Fleet, type Outcome } from './member.js';
import type { Summary } from './summary.js';

/**
 * A killed process may hold its locks for some seconds yet: the server looks every five seconds whether
 * the client of a statement is still there.
 */
const OTHERS_GO_WITHIN_MS = 8_000;
const LOOK_EVERY_MS = 500;

/** A database, and the server that it is on. */
export interface Member extends InventoryDatabase {
  /** `host:port`; its own name when it is not known. */
  readonly server: string;
  readonly description: string | null;
}

/** Once each; and at last once more where another process was at work, or seemed to be. */
export async function workOnAll(
  fleet: Fleet,
  members: readonly Member[],
  limits: FleetLimits,
  summary: Summary,
): Promise<void> {
  const work = async (
    member: Member,
    how: (fleet: Fleet, member: Member) => Promise<Outcome>,
  ): Promise<boolean> => {
    summary.note(member.name, { status: 'running', started_at: toTimestamp(Date.now()) });
    const { contended, ...change } = await how(fleet, member);
    summary.note(member.name, { ...change, finished_at: toTimestamp(Date.now()) });
    return contended;
  };
  const first = await forEachMember(members, limits, (member) => work(member, workOn));
  const again = members.filter((_, index) => first[index] === true);
  await forEachMember(again, limits, (member) => work(member, workOnceFree));
}

/** Looks until whoever works on the database has ended or is gone, but not for long. */
async function workOnceFree(fleet: Fleet, member: Member): Promise<Outcome> {
  const until = Date.now() + OTHERS_GO_WITHIN_MS;
  for (;;) {
    const outcome = await workOn(fleet, member);
    if (!outcome.contended) return outcome;
    if (Date.now() >= until) {
      tellEnd(fleet, member, outcome);
      return outcome;
    }
    await systemClock.sleep(LOOK_EVERY_MS, fleet.stop);
  }
}
