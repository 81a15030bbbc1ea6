import { describe, expect, it } from 'vitest';
import type { Target } from '../../../src/generated/plan.v1.js';
import type { BackfillSpec, PurgeSpec } from '../../../src/model/runbook.js';
import { namesUsed } from '../../../src/sql/names-used.js';
import { parseSql } from '../../../src/sql/parser.js';
import { backfillKind } from '../../../src/steps/backfill/index.js';
import { writeFacts, type WalkFacts } from '../../../src/steps/batches/facts.js';
import { walkedSql } from '../../../src/steps/batches/try-walk.js';
import type { WalkKind } from '../../../src/steps/batches/walk-kind.js';
import { cutsSql, leftSql, newestSql, sampleSql } from '../../../src/steps/batches/walk-sql.js';
import { purgeKind } from '../../../src/steps/purge/index.js';

const base = {
  table: { schema: 'app', name: 'Users"' },
  key: ['tenant', 'id'],
  where: 'done is null -- not yet',
  remaining: 3,
  allow_unchanged: false,
  batch: { rows: 10, min_rows: 1, max_rows: 100, target_ms: 500, pause_ms: 0 },
  throttle: { replica_lag_ms: 1000, sql: 'select $limits$ true', wal_bytes_per_second: undefined },
};
const backfill: BackfillSpec = { ...base, set: { done: 'true', 'odd "name"': "'$change$'" } };
const purge: PurgeSpec = { ...base, archive_to: { schema: 'cold', name: 'users' } };

const NO_CALLS: WalkKind<BackfillSpec> = {
  event: 'update',
  change: () => 'DELETE FROM app.t',
  columns: () => [],
  expressions: () => [],
  archive: () => undefined,
};

/** What of a table must stay; no SQL is made of it. */
const LASTING = { archive: null, columns: '[]', event: 'update' } as const;

function target(facts: Partial<WalkFacts> = {}): Target {
  return {
    oid: 1,
    name: 'app."Users"""',
    schema: 'app',
    relation: 'Users"',
    table_oid: 1,
    size_bytes: 1,
    facts: writeFacts({
      ...LASTING,
      part: 2,
      cuts: '[["o\'b", 5], ["p", 7]]',
      operatorSchema: null,
      keyTypes: ['text', 'bigint'],
      archiveColumns: ['tenant', 'id'],
      archiveOid: 7,
      samplePercent: 0.5,
      ...facts,
    }),
  };
}

describe('a walk', () => {
  it('is one call of the ledger’s procedure, whatever its texts hold', async () => {
    const { sql, proof } = backfillKind.render(backfill, [target()]);
    expect(proof).toBe('checkpoint');
    const parsed = await parseSql(sql);
    expect(parsed.ok && parsed.statements.map(({ type }) => type)).toEqual(['CallStmt']);
    expect(sql.split('\n').slice(0, 2)).toEqual([
      'CALL runbook.run_batches(p_part => 2,',
      `  p_cuts => '[["o''b", 5], ["p", 7]]',`,
    ]);
    expect(sql).toContain(`$change2$
UPDATE "app"."Users"""
   SET "done" = (true),
       "odd ""name""" = ('$change$')
 WHERE ($1 IS NULL OR ("tenant", "id") > (($1 ->> 0)::text, ($1 ->> 1)::bigint))
   AND ($2 IS NULL OR ("tenant", "id") <= (($2 ->> 0)::text, ($2 ->> 1)::bigint))
   AND (done is null -- not yet
)
$change2$`);
    expect(sql).toMatch(/p_limits => \$limits2\$\{"rows":10,/);
    expect(sql).toContain('"remaining":3');
  });

  it('of a purge moves rows to the archive in one statement', () => {
    const { sql } = purgeKind.render(purge, [target()]);
    expect(sql).toMatch(
      /DELETE FROM[^]*RETURNING "tenant", "id"\),\nkept AS \(\nINSERT INTO "cold"\."users" \("tenant", "id"\)\nOVERRIDING SYSTEM VALUE/,
    );
    expect(sql).toContain('"archives":true');
  });

  it('knows its last key by max() where the type has one, and keeps the keys where not', () => {
    const single = (type: string): string =>
      backfillKind.render({ ...backfill, key: ['id'] }, [target({ keyTypes: [type] })]).sql;
    for (const type of ['bigint', 'text', 'character varying(20)', 'timestamp with time zone']) {
      expect(single(type), type).toContain('pg_catalog.max("id")');
    }
    const own = backfillKind.render({ ...backfill, key: ['id'] }, [
      target({ keyTypes: ['ext.citext'], operatorSchema: 'ext' }),
    ]).sql;
    expect(own).toContain('("id") OPERATOR("ext".>) ((\$1 ->> 0)::ext.citext)'.replace('\\$', '$'));
    for (const type of ['uuid', 'app.bigint', 'integer[]', 'bytea', 'app."text"']) {
      expect(single(type), type).not.toContain('pg_catalog.max(');
    }
  });

  it('shares its table with the other parts of its step, and keeps others off the archive too', () => {
    const [task] = purgeKind.tasks(purge, [target()], 3);
    expect(task).toMatchObject({ shares_targets: true, conflicts: ['relation:1', 'relation:7'] });
  });

  it('is looked at with all its texts before one is planned', async () => {
    const facts = {
      ...LASTING,
      keyTypes: ['text', 'bigint'],
      operatorSchema: 'ext',
      archiveColumns: [],
      archiveOid: null,
      samplePercent: 0.5,
    };
    const throttle = { ...backfill.throttle, sql: 'true' };
    const walk = { spec: { ...backfill, throttle }, ...facts };
    const looked = await namesUsed(walkedSql(walk, facts, NO_CALLS));
    const bounds = { above: '$1', upto: '$2' };
    const sent = [
      cutsSql(walk, 2, 1),
      leftSql(walk) ?? '',
      newestSql(walk, bounds.above),
      sampleSql(walk, bounds, 1),
    ];
    for (const text of sent) {
      const used = await namesUsed([text]);
      expect(used?.functions.length).toBeGreaterThan(0);
      expect(looked?.functions).toEqual(expect.arrayContaining([...(used?.functions ?? [])]));
      expect(looked?.operators).toEqual(expect.arrayContaining([...(used?.operators ?? [])]));
    }
  });
});
