import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { combineStatuses, isFailure, isFinal, TASK_STATUSES } from '../../../src/model/status.js';

const status = fc.constantFrom(...TASK_STATUSES);

describe('statuses', () => {
  it('of nothing are succeeded', () => {
    expect(combineStatuses([])).toBe('succeeded');
  });

  test.prop([fc.array(status, { minLength: 1 })])(
    'combine to one of them, whatever the order',
    (parts) => {
      expect(parts).toContain(combineStatuses(parts));
      expect(combineStatuses([...parts].reverse())).toBe(combineStatuses(parts));
    },
  );

  test.prop([fc.array(status)])('never hide the unknown or a failure behind a success', (parts) => {
    const whole = combineStatuses(parts);
    if (parts.includes('unknown')) expect(whole).toBe('unknown');
    else if (parts.some(isFailure))
      expect(whole === 'succeeded' || whole === 'skipped').toBe(false);
  });

  it('that fail a run are final', () => {
    expect(TASK_STATUSES.filter(isFailure).every(isFinal)).toBe(true);
  });
});
