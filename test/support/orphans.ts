import pg from 'pg';
import { startTime } from '../../scripts/db/process-identity.js';

/** PID and start time: an orphan's run is told from a living one, here and after a reboot. */
export function newRunId(): string {
  return `${process.pid}x${(startTime(process.pid) ?? '').replaceAll(/[^0-9a-z]/gi, '').toLowerCase()}`;
}

/** Whether the run that made a test database is over; names of other makers are none of ours. */
export function isOrphan(database: string, startTimeOf = startTime): boolean {
  const match = /^pgrb_test_(\d+)x(\w*?)_\d+_\d+$/.exec(database);
  if (match === null) return false;
  const started = startTimeOf(Number(match[1]))
    ?.replaceAll(/[^0-9a-z]/gi, '')
    .toLowerCase();
  return started !== match[2];
}

/** Drops the databases of killed runs. Sessions in one mean that it is another machine's: left alone. */
export async function dropOrphans(serverUri: string): Promise<void> {
  const client = new pg.Client({ connectionString: serverUri });
  await client.connect();
  try {
    const { rows } = await client.query<{ datname: string }>(
      `select datname from pg_database d
        where datname like 'pgrb\\_test\\_%'
          and not exists (select from pg_stat_activity a where a.datname = d.datname)`,
    );
    for (const { datname } of rows.filter((row) => isOrphan(row.datname))) {
      await client.query(`drop database if exists ${datname}`);
    }
  } finally {
    await client.end();
  }
}
