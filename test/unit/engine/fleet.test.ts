import { fc, test } from '@fast-check/vitest';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { fleetExitCode, forEachMember } from '../../../src/engine/fleet.js';
import { EXIT } from '../../../src/errors.js';

const members = fc
  .array(fc.constantFrom('a', 'b', 'c'), { maxLength: 30 })
  .map((servers) => servers.map((server, index) => ({ server, index })));
const limit = fc.integer({ min: 1, max: 5 });

describe('forEachMember', () => {
  test.prop([members, limit, limit])(
    'comes to each once, never to more at once than the limits allow',
    async (all, concurrency, perServer) => {
      const running = new Map<string, number>();
      let [now, most] = [0, 0];
      const mostOf = new Map<string, number>();
      const results = await forEachMember(all, { concurrency, perServer }, async (member) => {
        const own = (running.get(member.server) ?? 0) + 1;
        running.set(member.server, own);
        now += 1;
        most = Math.max(most, now);
        mostOf.set(member.server, Math.max(mostOf.get(member.server) ?? 0, own));
        for (let i = 0; i <= member.index % 4; i += 1) await turn();
        now -= 1;
        running.set(member.server, (running.get(member.server) ?? 0) - 1);
        return member.index;
      });
      expect(results).toEqual(all.map(({ index }) => index));
      expect(most).toBeLessThanOrEqual(concurrency);
      expect(Math.max(0, ...mostOf.values())).toBeLessThanOrEqual(perServer);
    },
  );

  it('lets a slow server hold up no other', async () => {
    const ended: string[] = [];
    let release = (): void => undefined;
    const slow = new Promise<void>((resolve) => (release = resolve));
    const all = ['slow', 'slow', 'slow', 'slow', 'quick', 'quick'].map((server) => ({ server }));
    await forEachMember(all, { concurrency: 3, perServer: 2 }, async ({ server }) => {
      if (server === 'slow') await slow;
      ended.push(server);
      if (ended.length === 2) release();
    });
    expect(ended.slice(0, 2)).toEqual(['quick', 'quick']);
  });
});

describe('fleetExitCode', () => {
  it.each<[codes: (number | null)[], interrupted: 130 | 143 | undefined, expected: number]>([
    [[], undefined, EXIT.ok],
    [[0, 0], undefined, EXIT.ok],
    [[0, 75], undefined, EXIT.notNow],
    [[75, 1], undefined, EXIT.taskFailed],
    [[0, 2], undefined, EXIT.taskFailed],
    [[75, 3], undefined, EXIT.taskFailed],
    [[3, 4, 75], undefined, EXIT.outcomeUnknown],
    // The run of the pass that a signal ended before: this command was not interrupted.
    [[0, 143], undefined, EXIT.taskFailed],
    [[0, null], undefined, EXIT.taskFailed],
    [[0, 0], EXIT.interrupted, EXIT.interrupted],
    [[4, 1], EXIT.terminated, EXIT.terminated],
  ])('of %j, interrupted by %s, is %i', (codes, interrupted, expected) => {
    expect(fleetExitCode(codes, interrupted)).toBe(expected);
  });
});
