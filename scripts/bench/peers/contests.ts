import { backfill as walk, fill, PLAIN_UPDATE, requireSucceeded } from '../backfill.js';
import type { BenchServer } from '../bench-server.js';
import { runRunbook } from '../ours.js';
import type { Contest } from './contest.js';
import { oneTask, bareTask } from './one-task.js';
import {
  checkpoint,
  makeIndexes,
  makeSizedTables,
  makeSmallTables,
  wearSizedTables,
  wearSmallTables,
} from './tables.js';

/** Makes the data of a contest. */
export type Prepare = (server: BenchServer) => Promise<Contest[]>;

async function ours(uri: string, steps: string): Promise<number> {
  const { ms, report } = await runRunbook(uri, steps);
  requireSucceeded(report);
  return ms;
}

const VACUUM = `- id: vacuum
  vacuum: { tables: { include: ["small.*"] }, options: { analyze: true } }
  concurrency: 4`;

/** Only what has a hundred dead rows or more. */
const VACUUM_WORN = VACUUM.replace(']', '], min_dead_rows: 50');

const ANALYZE = `- id: analyze
  analyze: { tables: { include: ["small.*"] } }
  concurrency: 4`;

/** VACUUM and ANALYZE of many small tables. */
export function smallTables(count: number, rounds: number): Prepare {
  return async (server) => {
    const uri = await server.database(`small_${String(count)}`);
    await makeSmallTables(uri, count);
    const title = `of ${count.toLocaleString('en')} small tables`;
    const vacuumdb = (...args: string[]): Promise<number> =>
      server.time(uri, 'vacuumdb', ['-j', '4', '-n', 'small', '-q', ...args]);
    const vacuum = {
      peer: 'vacuumdb -z -j 4',
      rounds,
      theirs: () => vacuumdb('-z'),
    };
    return [
      {
        ...vacuum,
        name: `VACUUM (ANALYZE) ${title}`,
        goal: { by: 'ratio', most: 1 },
        reset: () => wearSmallTables(uri, count),
        ours: () => ours(uri, VACUUM),
      },
      {
        ...vacuum,
        name: 'the same, 5 % need it',
        goal: { by: 'ratio', most: 0.15 },
        reset: () => wearSmallTables(uri, count, 20),
        ours: () => ours(uri, VACUUM_WORN),
      },
      ...(count > 1_000
        ? []
        : [
            {
              name: `ANALYZE ${title}`,
              peer: 'vacuumdb -Z -j 4',
              rounds,
              goal: { by: 'ratio', most: 1 },
              reset: () => wearSmallTables(uri, count),
              ours: () => ours(uri, ANALYZE),
              theirs: () => vacuumdb('-Z'),
            } as const,
          ]),
    ];
  };
}

/** VACUUM of tables of very different sizes. */
export const sizedTables: Prepare = async (server) => {
  const uri = await server.database('sized');
  await makeSizedTables(uri);
  return [
    {
      name: 'VACUUM of 40 tables, 1 MB to 1 GB',
      peer: 'vacuumdb -j 4',
      goal: { by: 'ratio', most: 1 },
      rounds: 5,
      reset: () => wearSizedTables(uri),
      ours: () =>
        ours(uri, '- id: vacuum\n  vacuum: { tables: { include: ["sized.*"] } }\n  concurrency: 4'),
      theirs: () => server.time(uri, 'vacuumdb', ['-j', '4', '-n', 'sized', '-q']),
    },
  ];
};

const REINDEX = `- id: reindex
  reindex: { indexes: { include: ["indexed.*"] }, concurrently: true }
  concurrency: 4`;

/** REINDEX CONCURRENTLY of many indexes, small ones and such as are rebuilt for their bloat. */
export const indexes: Prepare = async (server) => {
  const made = [
    { count: 200, rows: 20_000, size: '0.4 MB' },
    { count: 40, rows: 500_000, size: '11 MB' },
  ].map(async ({ count, rows, size }) => {
    const uri = await server.database(`indexed_${String(count)}`);
    await makeIndexes(uri, count, rows);
    return {
      name: `REINDEX CONCURRENTLY of ${String(count)} indexes of ${size}`,
      peer: 'reindexdb --concurrently -j 4',
      goal: { by: 'ratio', most: 1 } as const,
      rounds: 5,
      reset: () => checkpoint(uri),
      ours: () => ours(uri, REINDEX),
      theirs: () =>
        server.time(uri, 'reindexdb', ['--concurrently', '-j', '4', '-S', 'indexed', '-q']),
    };
  });
  return Promise.all(made);
};

/** What a task and a run cost beside the work. */
export const overhead: Prepare = async (server) => {
  const uri = await server.database('overhead');
  return [
    {
      name: 'one SELECT 1 task',
      peer: 'launch, poll, detach',
      goal: { by: 'ratio', most: 1.3 },
      mostMs: 15,
      rounds: 5,
      ours: () => oneTask(uri),
      theirs: () => bareTask(uri),
    },
    {
      name: 'a run of one trivial step',
      peer: 'psql -c',
      goal: { by: 'difference', most: 400 },
      rounds: 15,
      ours: () => ours(uri, '- id: one\n  sql: SELECT 1'),
      theirs: () => server.time(uri, 'psql', ['-q', '-c', 'SELECT 1']),
    },
  ];
};

/** A backfill of a million rows beside one UPDATE of them. */
export const backfill: Prepare = async (server) => {
  const uri = await server.database('backfill');
  return [
    {
      name: 'backfill of 1,000,000 rows',
      peer: 'one UPDATE',
      goal: { by: 'ratio', most: 1.25 },
      rounds: 5,
      reset: () => fill(uri),
      ours: () => walk(uri),
      theirs: () => server.time(uri, 'psql', ['-q', '-c', PLAIN_UPDATE]),
    },
  ];
};
