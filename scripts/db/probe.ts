import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { serverUri, type State } from './state.js';

export interface Probe {
  readonly systemIdentifier: string;
  readonly dataDirectory: string;
  readonly versionNumber: number;
  readonly hasExtension: boolean;
}

const QUERY = `
  select system_identifier::text as "systemIdentifier",
         coalesce(current_setting('data_directory', true), '') as "dataDirectory",
         current_setting('server_version_num')::int as "versionNumber",
         exists (select from pg_available_extensions where name = 'pg_background') as "hasExtension"
    from pg_control_system()`;

/** Asks a server who it is; throws the driver's error when it does not answer. */
export async function probe(uri: string): Promise<Probe> {
  const client = new Client({ connectionString: uri, connectionTimeoutMillis: 5000 });
  // A server that goes away while we ask emits 'error' as well; unheard it would end the process.
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<Probe>(QUERY);
    if (rows[0] === undefined) throw new Error('pg_control_system() answered nothing');
    return rows[0];
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** True only when the very server that we remember answers: its port may be somebody else's now. */
export async function answers(state: State): Promise<boolean> {
  try {
    const seen = await probe(serverUri(state));
    return (
      seen.systemIdentifier === state.systemIdentifier && seen.dataDirectory === state.dataDirectory
    );
  } catch {
    return false;
  }
}

export async function answersWithin(state: State, milliseconds: number): Promise<boolean> {
  const end = Date.now() + milliseconds;
  while (!(await answers(state))) {
    if (Date.now() >= end) return false;
    await sleep(200);
  }
  return true;
}
