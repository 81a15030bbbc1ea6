import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { listenForStop } from '../../../src/cli/stop-signals.js';
import { systemClock } from '../../../src/engine/clock.js';

it('lets many engines wait for a signal, without a warning of Node', async () => {
  const warnings: string[] = [];
  const listener = ({ message }: Error): void => void warnings.push(message);
  process.on('warning', listener);
  const stop = listenForStop(
    () => undefined,
    () => undefined,
  );
  try {
    await Promise.all(Array.from({ length: 64 }, () => systemClock.sleep(5, stop.signal)));
    await turn();
  } finally {
    stop.release();
    process.off('warning', listener);
  }
  expect(warnings).toEqual([]);
});
