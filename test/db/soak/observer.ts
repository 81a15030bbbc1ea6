import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { budgetTag } from '../../../src/model/identity.js';

const LOOK_EVERY_MS = 50;

const LOOK = `select count(*)::int as all,
    -- A supervisor bears the name of its worker for the moment of the launch.
    (count(*) filter (where strpos(application_name, '${budgetTag('tight')}') > 0
                        and query not like 'CALL runbook.supervise%'))::int as tight,
    string_agg(application_name, ' ' order by application_name) as who
  from pg_stat_activity where backend_type = 'pg_background' and application_name like 'pg-runbook/%'`;

/** A client that is there again after each restart of the server. */
export async function steadily(
  uri: string,
  goesOn: () => boolean,
  work: (client: pg.Client) => Promise<void>,
): Promise<void> {
  while (goesOn()) {
    const client = new pg.Client({ connectionString: uri });
    client.on('error', () => undefined);
    try {
      await client.connect();
      while (goesOn()) await work(client);
    } catch (error) {
      if (!isRestart(error)) throw error;
      await sleep(100);
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}

/** Whether a client lost its server, or does not find it. */
function isRestart(error: unknown): boolean {
  const { code = '', message = '' } = error as { code?: string; message?: string };
  return (
    ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', '57P01', '57P02', '57P03'].includes(code) ||
    /connection (?:terminated|error)/i.test(message)
  );
}

/** Looks every 50 ms how many workers live, and remembers the most. */
export class Observer {
  looks = 0;
  most = { all: 0, tight: 0 };
  readonly excess: string[] = [];

  constructor(private readonly limits: { readonly all: number; readonly tight: number }) {}

  async watch(uri: string, goesOn: () => boolean): Promise<void> {
    await steadily(uri, goesOn, async (client) => {
      const { rows } = await client.query<{ all: number; tight: number; who: string }>(LOOK);
      const [{ all, tight, who } = { all: 0, tight: 0, who: '' }] = rows;
      this.looks += 1;
      this.most = { all: Math.max(this.most.all, all), tight: Math.max(this.most.tight, tight) };
      if (all > this.limits.all || tight > this.limits.tight) this.excess.push(who);
      await sleep(LOOK_EVERY_MS);
    });
  }
}
