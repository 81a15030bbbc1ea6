import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrateLedger } from '../../../../src/index.js';
import type { TestDatabase } from '../../../support/database.js';
import { useFolder } from '../../engine/support.js';
import { connectionTo, withSession } from '../../support/run-yaml.js';
import { DRIVERS, type Case, type Driver } from './case.js';
import { drive, runbookFor } from './drivers.js';
import { ledgerOf } from './ledger.js';
import { Stage, STAGE } from './stage.js';

let serial = 0;

/** Tries each case with each driver, and prints the table of what came of it. */
export function conform(db: TestDatabase, cases: readonly Case[]): void {
  const folder = useFolder();
  const told = new Map<string, string>();
  beforeAll(() => withSession(connectionTo(db), migrateLedger));
  describe.each(cases.map((of) => [`${of.rule}: ${of.title}`, of] as const))('%s', (_title, of) => {
    for (const driver of DRIVERS) {
      const cell = cellOf(of, driver);
      if (of.without?.[driver] !== undefined) continue;
      it(driver, async () => {
        told.set(cell, 'FAILS');
        expect(await outcomeOf(db, folder, of, driver)).toEqual(of.expected);
        told.set(cell, 'holds');
      });
    }
  });
  afterAll(() => {
    console.log(tableOf(cases, told));
  });
}

const cellOf = ({ rule, title }: Case, driver: Driver): string => `${rule}: ${title} / ${driver}`;

/** Rules × drivers; below them, why something is not there. */
function tableOf(cases: readonly Case[], told: ReadonlyMap<string, string>): string {
  const width = Math.max(...cases.map(({ rule, title }) => `${rule}: ${title}`.length));
  const row = (first: string, cells: readonly string[]): string =>
    `  ${first.padEnd(width)}  ${cells.map((cell) => cell.padEnd(8)).join('  ')}`.trimEnd();
  const rows = cases.map((of) =>
    row(
      `${of.rule}: ${of.title}`,
      DRIVERS.map((driver) => told.get(cellOf(of, driver)) ?? '–'),
    ),
  );
  const notes = cases.flatMap((of) =>
    DRIVERS.flatMap((driver) => {
      const note = of.without?.[driver];
      return note === undefined ? [] : [`  ${cellOf(of, driver)}: ${note}`];
    }),
  );
  return ['Conformance:', row('', DRIVERS), ...rows, ...notes].join('\n');
}

async function outcomeOf(
  db: TestDatabase,
  folder: string,
  of: Case,
  driver: Driver,
): Promise<string[]> {
  serial += 1;
  const name = `conf-${String(process.pid)}-${String(serial)}`;
  const stage = new Stage(db, name, folder, runbookFor(of, driver, name));
  // What took how long before decides what a window has room for.
  await db.query('truncate runbook.run cascade');
  await db.query(STAGE + (of.setUp ?? ''));
  try {
    const end = await drive(of, driver, stage);
    const truth = of.truth?.replaceAll('RUN', end.report.run.id);
    const rows = truth === undefined ? [] : await db.rows<{ truth: string }>(truth);
    return [
      ...ledgerOf(end),
      ...(of.shows ?? []).map((show) => show(end.report)),
      ...stage.notes,
      ...rows.map(({ truth }) => `truth: ${truth}`),
    ];
  } finally {
    // Where something went wrong it may still wait for what will not come.
    stage.stop.abort();
    await stage.leave();
  }
}
