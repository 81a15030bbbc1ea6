import { describe, expect, it } from 'vitest';
import { migrateLedger } from '../../../src/index.js';
import { ledgerSources } from '../../../src/ledger/sources.js';
import { useTestDatabase } from '../../support/database.js';
import { connectionTo, withSession } from '../support/run-yaml.js';
import { dumpLedger } from './dump.js';

const db = await useTestDatabase();
await withSession(connectionTo(db), migrateLedger);

/** By number; sha256. */
const FROZEN = [
  [1, 'd3c179f9c3861941b4d5ba6c17414b7b84a5e66dd841750f66d1ed7505899582'],
  [2, '37b0760429893c66d61a1e4f90a7272b30b778a22a93723a7bfbd2cffcb04407'],
];

describe('the ledger’s schema', () => {
  it('is the one that stands beside this test; after a migration, read the difference', async () => {
    await expect(await dumpLedger(db)).toMatchFileSnapshot('./ledger-schema.txt');
  });

  it('has functions with the rights of their caller, and nobody else’s objects in their way', async () => {
    const loose = await db.rows(`
      select proname, prosecdef, proconfig from pg_proc
       where pronamespace = 'runbook'::regnamespace and (prosecdef or proconfig is null)
         -- A procedure that commits may have no SET clause, nor what sets settings for others, nor what
         -- executes SQL of a runbook, which means the role's own search_path.
         and proname not in ('supervise', 'tick', 'watch', 'settle_ended', 'launch_next', 'launch_into', 'launch_attempts',
                             'launch_attempt', 'prepare_attempts', 'enter_admission', 'ask_guards', 'judge_guards', 'run_batches', 'walk_part', 'walk_batch', 'rest_while_braked', 'rest',
                             'try_chunk', 'brake', 'breach', 'guard_breach', 'add_parts', 'sample_middle', 'split_part', 'claim_part')`);
    expect(loose).toEqual([]);
    const described = await db.rows(`
      select proname from pg_proc p
       where pronamespace = 'runbook'::regnamespace and length(prosrc) > 400
         and obj_description(p.oid, 'pg_proc') is null`);
    expect(described).toEqual([]);
  });
});

describe('the files of its tables', () => {
  it('never change once they are released: a change is a file more', () => {
    const digests = ledgerSources().tables.map(({ number, digest }) => [number, digest]);
    expect(digests).toEqual(FROZEN);
  });
});
