import type { ExtensionInfo } from '../server.js';
import { isAtLeast } from './detect.js';

/** Something that servers and versions of pg_background differ in. */
export interface Ability {
  readonly name: string;
  /** `not_used`: it is there, and pg-runbook goes without it everywhere, for the reason in the note. */
  readonly state: 'used' | 'missing' | 'not_used';
  /** What it gives; missing, what that means for the user. */
  readonly note: string;
}

/** What an installed version of the extension can do, by the functions that this role may call. */
export function readAbilities({ version, functions }: ExtensionInfo): Ability[] {
  const has = (...names: string[]): boolean =>
    names.some((name) => functions.includes(`pg_background_${name}`));
  const tellsEnds =
    (has('result_info') && has('error_info')) || (has('result_info_v2') && has('error_info_v2'));
  const unused: readonly (readonly [name: string, isThere: boolean, why: string])[] = [
    [
      'cancel with grace',
      isAtLeast(version, 2, 0) || has('cancel_v2_grace'),
      'before 2.0.2 it may end in SIGKILL, which restarts the server; its version in SQL does not tell',
    ],
    [
      'blocking wait',
      has('wait', 'wait_v2'),
      'its snapshot would hang REINDEX CONCURRENTLY and hold back VACUUM: short looks instead',
    ],
    [
      'progress',
      has('report_progress', 'progress'),
      'the ledger keeps the progress of a walk, for every session to see',
    ],
  ];
  return [
    {
      name: 'cookie',
      state: 'used',
      note: 'a worker is known by PID and cookie, so that a reused PID is noticed',
    },
    ability(
      'outcome',
      tellsEnds,
      'how a worker ended is told at once, with its SQLSTATE',
      'how a worker ended is heard by reading its queue; where that overflowed, only proof tells',
    ),
    ability(
      'label',
      isAtLeast(version, 1, 9),
      "the extension's own list of workers names run, step and task",
      'run, step and task of a worker are seen in pg_stat_activity alone',
    ),
    ...unused
      .filter(([, isThere]) => isThere)
      .map(([name, , note]): Ability => ({ name, state: 'not_used', note })),
  ];
}

/** One that is used where it is there. */
export function ability(name: string, isThere: boolean, gives: string, lack: string): Ability {
  return isThere ? { name, state: 'used', note: gives } : { name, state: 'missing', note: lack };
}
