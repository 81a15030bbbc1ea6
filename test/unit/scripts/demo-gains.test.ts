import { expect, it } from 'vitest';
import { gainsOf } from '../../../scripts/demo/gains.js';
import { report, step, target, task } from '../report/fixtures.js';

it('the demo counts what a walk of two parts came to once', () => {
  const part = (id: string, before: number, after: number) =>
    task(id, {
      targets: [target('app.users', { size_bytes: before }, { size_bytes: after })],
    });
  const walk = step('fill', [part('fill/1', 100, 160), part('fill/2', 100, 180)], [0, 5], {
    kind: 'backfill',
  });
  expect(gainsOf(report([walk]))).toEqual([
    {
      id: 'fill',
      status: 'succeeded',
      ms: 5_000,
      tasks: 2,
      deadRowsGone: undefined,
      bytesFreed: -80,
    },
  ]);
});
