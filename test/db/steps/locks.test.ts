import type pg from 'pg';
import { describe, expect, it } from 'vitest';
import { LOCK_MODES, type LockingCommand, type LockMode } from '../../../src/model/locking.js';
import { lockingStatements } from '../../../src/sql/locking.js';
import { blockedBy, LOCK_FACTS, locksOf } from '../../../src/steps/locks.js';
import { useTestDatabase } from '../../support/database.js';
import { runbookOf, runYaml } from '../support/run-yaml.js';
import { FIXTURE, PROOFS, type Shown } from './lock-proofs.js';

const db = await useTestDatabase();
await db.query(FIXTURE);
const [holder, worker] = [await db.connect(), await db.connect()];

/** Runs work while another session is in a transaction that has done something. */
async function whileHeld<T>(hold: string, work: () => Promise<T>): Promise<T> {
  try {
    await holder.query(`begin; ${hold}`);
    return await work();
  } finally {
    await holder.query('rollback');
  }
}

/** The mode in which the worker's command waits for a relation. */
async function modeWaitedFor({ sql, at, hold }: Shown): Promise<string | undefined> {
  const held = hold ?? `lock table ${at} in access exclusive mode`;
  return whileHeld(held, async () => {
    const [{ pid } = { pid: 0 }] = await rowsOf<{ pid: number }>('select pg_backend_pid() as pid');
    let ended: Error | undefined;
    const command = worker.query(sql).then(
      () => (ended = new Error('it did not wait')),
      (error: unknown) => (ended = error as Error),
    );
    try {
      return await poll(async () => {
        if (ended !== undefined) throw ended;
        const [waits] = await db.rows<{ mode: string }>(
          'select mode from pg_locks where pid = $1 and relation = $2::regclass and not granted',
          [pid, at],
        );
        return waits?.mode;
      });
    } finally {
      await db.query('select pg_cancel_backend($1)', [pid]);
      await command;
      await worker.query('rollback');
    }
  });
}

async function rowsOf<Row extends pg.QueryResultRow>(sql: string): Promise<Row[]> {
  return (await worker.query<Row>(sql)).rows;
}

async function poll<T>(look: () => Promise<T | undefined>): Promise<T | undefined> {
  for (let i = 0; i < 500; i += 1) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return undefined;
}

/** `ShareUpdateExclusiveLock`, as pg_locks writes SHARE UPDATE EXCLUSIVE. */
const asInPgLocks = (mode: LockMode | null): string =>
  `${(mode ?? '').replaceAll(/\w+/g, (word) => word.charAt(0) + word.slice(1).toLowerCase()).replaceAll(' ', '')}Lock`;

const proofs = (Object.keys(LOCK_FACTS) as LockingCommand[]).flatMap((command) =>
  LOCK_FACTS[command].map((fact, index) => ({
    command,
    on: fact.on,
    mode: fact.mode,
    index,
    proof: PROOFS[command][index] ?? { because: '' },
  })),
);

describe('every fact is one that a server shows, or says why not', () => {
  it.each(proofs)('$command: $mode on $on', async ({ command, index, mode, proof }) => {
    if (!('sql' in proof)) {
      expect(proof.because).not.toBe('');
      return;
    }
    expect(await modeWaitedFor(proof)).toBe(asInPgLocks(mode));
    const statement = (await lockingStatements(proof.sql)).find((one) => one.command === command);
    const told = locksOf(command, ...(statement?.relations ?? []))[index]?.on;
    if (/^\$\d$/.test(LOCK_FACTS[command][index]?.on ?? '')) expect(told).toBe(proof.at);
  });

  it('and none is proven twice', () => {
    for (const command of Object.keys(PROOFS) as LockingCommand[]) {
      expect(PROOFS[command], command).toHaveLength(LOCK_FACTS[command].length);
    }
  });
});

describe('VACUUM', () => {
  it('gives empty pages back under ACCESS EXCLUSIVE, unless it is told not to', async () => {
    await db.query(`create table tail with (autovacuum_enabled = off) as
      select id from generate_series(1, 100000) id`);
    await db.query('delete from tail where id > 10');
    const vacuumed = async (options: string): Promise<boolean> => {
      await db.query(`vacuum ${options} tail`);
      const [row] = await db.rows<{ small: boolean }>(
        `select pg_relation_size('tail') < 100000 as small`,
      );
      return row?.small === true;
    };
    expect(await vacuumed('(truncate false)')).toBe(false);
    // ACCESS SHARE is in the way of ACCESS EXCLUSIVE alone.
    expect(await whileHeld('lock table tail in access share mode', () => vacuumed(''))).toBe(false);
    expect(await vacuumed('')).toBe(true);
  });
});

describe('batches', () => {
  it('hold their locks for a batch only: ACCESS EXCLUSIVE is to be had between two', async () => {
    await db.query('create table walked as select id, 0 as n from generate_series(1, 100) id');
    await db.query('alter table walked add primary key (id)');
    const steps = `
      - id: walk
        backfill:
          table: public.walked
          key: id
          set: { n: n + 1 }
          batch: { rows: 10, min_rows: 10, max_rows: 10, pause: 200ms }`;
    const run = runYaml(db, runbookOf(steps));
    const done = async (): Promise<number> =>
      (await holder.query('select from walked where n = 1')).rows.length;
    await poll(async () => ((await done()) > 0 ? true : undefined));
    const doneThen = await whileHeld('lock table walked in access exclusive mode', done);
    expect((await run).run.status).toBe('succeeded');
    expect(doneThen).toBeGreaterThan(0);
    expect(doneThen).toBeLessThan(100);
    expect(await done()).toBe(100);
  });
});

describe('what each mode blocks', () => {
  const ACTIVITIES = {
    reads: 'select * from t',
    row_locks: 'select * from t for update',
    writes: 'update t set note = note',
    maintenance: 'analyze t',
    ddl: 'alter table t alter note drop default',
  };

  it.each(LOCK_MODES)('%s', async (mode) => {
    await worker.query(`set lock_timeout = '100ms'`);
    const blocked = await whileHeld(`lock table t in ${mode} mode`, async () => {
      const found: string[] = [];
      for (const [what, sql] of Object.entries(ACTIVITIES)) {
        const sqlstate = await worker.query(sql).then(
          () => undefined,
          (error: unknown) => (error as pg.DatabaseError).code,
        );
        if (sqlstate === '55P03') found.push(what);
        else expect(sqlstate).toBeUndefined();
      }
      return found;
    });
    await worker.query('reset lock_timeout');
    expect(blocked).toEqual(blockedBy(mode));
  });
});
