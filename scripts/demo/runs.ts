import { breakOffBuild } from './shop.js';

/** A runbook that the demo runs. */
export interface DemoRun {
  /** Of the file in runbooks/. */
  readonly name: string;
  readonly purpose: string;
  /** What happens to the shop before. */
  readonly first?: (uri: string) => Promise<void>;
  /** Makes it slow enough to be watched: the shop is small. */
  readonly slowly?: {
    readonly args?: readonly string[];
    /** Settings for PGOPTIONS. */
    readonly settings?: readonly string[];
    /** Says so. */
    readonly note: string;
  };
}

/** Shown with its plan and with what it bought. */
export const NIGHT: DemoRun = {
  name: 'nightly-maintenance',
  purpose: "A night's maintenance of all tables.",
  slowly: {
    settings: ['vacuum_cost_delay=10ms', 'vacuum_cost_limit=100', 'vacuum_cost_page_hit=10'],
    note: 'VACUUM and ANALYZE slowed by vacuum_cost_delay, so that bars can be seen',
  },
};

/**
 * After it: how far a backfill is, is told by the statistics, which then are fresh. A bar is drawn once a
 * second, and each of these takes several on a fast machine, too.
 */
export const REPAIRS: readonly DemoRun[] = [
  {
    name: 'backfill-segments',
    purpose: 'Marks customers who have stayed away: batches, in two parts at once.',
    slowly: {
      // 20,000 rows in two parts: 50 batches each, with five seconds of pauses on any machine.
      args: ['-p', 'max_rows=200', '-p', 'pause=100ms'],
      note: 'small batches with long pauses, so that the bar can be seen',
    },
  },
  {
    name: 'reindex-bloated',
    purpose: 'Mends a search index: its build has given up behind a long transaction.',
    // Nothing makes this one slow but the amount of text, see load.sql.
    first: breakOffBuild,
  },
];
