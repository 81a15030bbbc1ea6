import { describe, expect, it } from 'vitest';
import { isOverdue, nextRung, type LadderState } from '../../../src/engine/cancel-ladder.js';

const state = (more: Partial<LadderState>): LadderState => ({
  cause: 'interrupt',
  rung: 'none',
  rungAt: 0,
  launchedAt: 0,
  timeoutMs: 1000,
  identified: true,
  cancelsUnseen: true,
  ...more,
});

describe('the cancel ladder', () => {
  it('does nothing without a cause', () => {
    expect(nextRung(state({ cause: undefined }), 1e9)).toBeUndefined();
  });

  it('climbs from pg_cancel_backend to SIGTERM to giving up, with time between', () => {
    expect(nextRung(state({}), 0)).toBe('cancel_backend');
    expect(nextRung(state({ rung: 'cancel_backend' }), 4_999)).toBeUndefined();
    expect(nextRung(state({ rung: 'cancel_backend' }), 5_000)).toBe('cancel_worker');
    expect(nextRung(state({ rung: 'cancel_worker' }), 9_999)).toBeUndefined();
    expect(nextRung(state({ rung: 'cancel_worker' }), 10_000)).toBe('given_up');
    expect(nextRung(state({ rung: 'given_up' }), 1e9)).toBeUndefined();
  });

  it('never signals by PID a worker that it has not identified', () => {
    expect(nextRung(state({ identified: false }), 0)).toBeUndefined();
    expect(nextRung(state({ identified: false }), 500)).toBe('cancel_worker');
  });

  it('never uses the handle alone of a worker that it has not identified on pg_background 1.x', () => {
    const unseen = state({ identified: false, cancelsUnseen: false });
    expect(nextRung(unseen, 500)).toBeUndefined();
    expect(nextRung(unseen, 9_999)).toBeUndefined();
    expect(nextRung(unseen, 10_000)).toBe('given_up');
    expect(nextRung({ ...unseen, identified: true }, 500)).toBe('cancel_backend');
  });

  it('leaves the timeout to the server, and steps in only when that failed', () => {
    expect(isOverdue(0, 1_000, 1_001)).toBe(false);
    expect(isOverdue(0, 1_000, 4_001)).toBe(true);
  });
});
