import { formatNumber } from '../../model/phrases.js';
import { readDatabaseAges, STOP_AGE, WARN_AGE, type Ages } from '../../postgres/database-ages.js';
import type { Queryable } from '../../postgres/session.js';
import { quoteIdentifier } from '../../sql/quote.js';
import type { Check } from './doctor-check.js';

/** How far the databases are from the age at which the server refuses writes. */
export async function checkAges(db: Queryable): Promise<Check[]> {
  return (await readDatabaseAges(db)).map(describeAges);
}

const WORDS = {
  transactions: { name: 'xid age', what: 'transaction IDs', order: 'xid_age' },
  multixacts: { name: 'mxid age', what: 'multixact IDs', order: 'mxid_age' },
} as const;

function describeAges({ counter, here, oldest, autovacuum }: Ages): Check {
  const { name, what, order } = WORDS[counter];
  const { database, age } = oldest;
  const figures =
    `${formatNumber(here)} ${counter} here; the oldest database is ${database} with ${formatNumber(age)}; ` +
    `autovacuum freezes from ${formatNumber(autovacuum)} on, the server stops at ${formatNumber(STOP_AGE)}`;
  if (age >= STOP_AGE) {
    return { name, state: 'fix', detail: `${closed(counter)}: ${figures}`, fix: reopen(database) };
  }
  if (age >= WARN_AGE) {
    const left = `no more ${what} after ${formatNumber(STOP_AGE - age)} more, in any database`;
    return { name, state: 'warn', detail: `${left}: ${figures}`, fix: freeze(database, order) };
  }
  if (age >= autovacuum) {
    const detail = `autovacuum is behind: ${figures}`;
    return { name, state: 'warn', detail, fix: freeze(database, order) };
  }
  return { name, state: 'ok', detail: figures };
}

/** What the server refuses at that age; a run would fail at its ledger. */
function closed(counter: Ages['counter']): string {
  return counter === 'transactions'
    ? 'closed for writes: the server gives out no more transaction IDs'
    : 'rows can no longer be locked by several transactions: the server gives out no more multixact IDs';
}

const HOLDERS =
  'end old transactions and prepared ones, and drop replication slots that nobody reads';

/**
 * A run of ours could not help: it writes to its ledger. FULL needs what is used up, FREEZE does more than is needed, and
 * to truncate takes a transaction ID.
 */
function reopen(database: string): string {
  return (
    `${HOLDERS}; then, with psql as a superuser in database ${quoteIdentifier(database)}: VACUUM (TRUNCATE false), ` +
    'the oldest tables first. A run cannot do it: it could not write to its ledger'
  );
}

function freeze(database: string, order: string): string {
  return `${HOLDERS}, and vacuum the oldest tables of database ${quoteIdentifier(database)} (order_by: ${order})`;
}
