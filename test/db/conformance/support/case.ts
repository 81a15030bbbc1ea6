import type { ReportV1 } from '../../../../src/index.js';
import type { BackgroundDialect } from '../../../../src/postgres/background/dialect.js';
import type { Stage } from './stage.js';

/** Who drives the run: the engine; a supervisor for each step; `resume`, after the engine was killed. */
export const DRIVERS = ['waited', 'detached', 'killed'] as const;
export type Driver = (typeof DRIVERS)[number];

/**
 * One rule of docs/semantics.md, tried with each driver. The runbook gets a first step, `begin`, which is
 * always waited for and which all others need: it runs until `begun` is over, and the killed engine is killed
 * meanwhile.
 */
export interface Case {
  /** The anchor in docs/semantics.md. */
  readonly rule: string;
  readonly title: string;
  /** SQL that makes what it works on, in the schema `c`, which is empty before. */
  readonly setUp?: string;
  /** YAML of the runbook's top level. `NAME` is another name in each run. */
  readonly head?: string | ((driver: Driver) => string);
  /** YAML list of the steps. Those without a policy get the driver's. */
  readonly steps: string;
  readonly dialect?: BackgroundDialect;
  /** Done before the run. */
  readonly given?: (stage: Stage) => Promise<unknown>;
  /** Done while only `begin` runs; after the kill. */
  readonly begun?: (stage: Stage) => Promise<unknown>;
  /** Done while the other steps are at work. */
  readonly meanwhile?: (stage: Stage) => Promise<unknown>;
  /** The step in whose work the engine is killed, where that is not `begin`. */
  readonly killedIn?: string;
  /** The ledger in the end, line by line: see `ledgerOf`. */
  readonly expected: readonly string[];
  /** More lines: what the report shows beyond the statuses. */
  readonly shows?: readonly ((report: ReportV1) => string)[];
  /** More lines, after what the case noted: a query's only column `truth`. `RUN` is the run's id. */
  readonly truth?: string;
  /** Drivers for which the rule means nothing, each with the reason. */
  readonly without?: Partial<Record<Driver, string>>;
}
