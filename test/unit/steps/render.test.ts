import { describe, expect, it } from 'vitest';
import { renderAnalyze } from '../../../src/steps/analyze/render.js';
import { renderRefresh } from '../../../src/steps/refresh/render.js';
import { renderReindex } from '../../../src/steps/reindex/render.js';
import { renderSql } from '../../../src/steps/sql/render.js';
import { renderVacuum } from '../../../src/steps/vacuum/render.js';
import type {
  ReindexSpec,
  SqlSpec,
  VacuumOptions,
  VacuumSpec,
} from '../../../src/model/runbook.js';
import { target } from '../support.js';

const SELECTOR = {
  include: [],
  exclude: [],
  min_size: undefined,
  max_size: undefined,
  limit: undefined,
};

const vacuum = (options: VacuumOptions): VacuumSpec => ({
  options,
  tables: {
    ...SELECTOR,
    min_dead_rows: undefined,
    min_dead_ratio: undefined,
    min_xid_age: undefined,
    min_mxid_age: undefined,
    not_vacuumed_for_ms: undefined,
    order_by: 'size',
  },
});

const MARKER = `
;
INSERT INTO runbook.completion (attempt_id)
VALUES (pg_catalog.current_setting('pg_runbook.attempt'))`;

describe('VACUUM', () => {
  it('names all targets, quoted, in one statement', () => {
    const targets = [target('app.a'), target('app.x', { relation: 'we"ird; DROP TABLE x' })];
    expect(renderVacuum(vacuum({}), targets).sql).toBe(
      'VACUUM "app"."a", "app"."we""ird; DROP TABLE x"',
    );
  });

  it('writes its options in the order of the runbook', () => {
    const options = {
      analyze: true,
      truncate: false,
      parallel: 2,
      index_cleanup: 'auto',
      buffer_usage_limit: '16 MB',
    } as const;
    expect(renderVacuum(vacuum(options), [target('app.a')]).sql).toBe(
      `VACUUM (ANALYZE, TRUNCATE FALSE, PARALLEL 2, INDEX_CLEANUP 'auto', BUFFER_USAGE_LIMIT '16 MB') "app"."a"`,
    );
  });

  it('gives a verbose one room for its account', () => {
    const targets = [target('app.a'), target('app.b')];
    const [quiet, verbose] = [{}, { verbose: true }].map(
      (options) => renderVacuum(vacuum(options), targets).queue_size,
    );
    expect(verbose ?? 0).toBeGreaterThan((quiet ?? 0) + 60_000);
  });
});

describe('ANALYZE', () => {
  const spec = {
    options: { skip_locked: true },
    tables: {
      ...SELECTOR,
      min_modified_rows: undefined,
      not_analyzed_for_ms: undefined,
      foreign: false,
      order_by: 'size',
    },
  } as const;

  it('takes a partitioned table alone where the server can', () => {
    const targets = [target('app.p', { facts: { only: true } }), target('app.a')];
    expect(renderAnalyze(spec, targets).sql).toBe(
      'ANALYZE (SKIP_LOCKED) ONLY "app"."p", "app"."a"',
    );
  });
});

describe('REINDEX', () => {
  const scope = {
    ...SELECTOR,
    type: 'indexes',
    min_bloat: undefined,
    invalid_only: false,
    order_by: 'size',
  } as const;
  const spec = (concurrently: boolean): ReindexSpec => ({ concurrently, scope });

  it('is one index, concurrently or not', () => {
    const index = [target('app.a_pkey')];
    expect(renderReindex(spec(true), index).sql).toBe('REINDEX INDEX CONCURRENTLY "app"."a_pkey"');
    expect(renderReindex(spec(false), index).sql).toBe('REINDEX INDEX "app"."a_pkey"');
    expect(() => renderReindex(spec(true), [...index, ...index])).toThrow();
  });
});

describe('REFRESH', () => {
  it('commits a completion marker with the refresh', () => {
    const spec = { concurrently: true, views: { include: [], exclude: [] } };
    expect(renderRefresh(spec, [target('app.mv')])).toMatchObject({
      sql: `REFRESH MATERIALIZED VIEW CONCURRENTLY "app"."mv"${MARKER}`,
      proof: 'marker',
    });
  });
});

describe('sql', () => {
  const sqlOf = (sql: string): Omit<SqlSpec, 'transaction'> => ({
    ...{ sql, locking: [], idempotent: false, trace: undefined },
    statements: [{ sql, countable: null, expected: null }],
  });

  it('in a transaction ends with the marker, behind a comment at its end too', () => {
    expect(renderSql({ ...sqlOf('DELETE FROM a -- all\n'), transaction: true })).toMatchObject({
      sql: `DELETE FROM a -- all\n;\nSET ROLE NONE${MARKER}`,
      proof: 'marker',
    });
  });

  it('without one is sent alone, and proven by its tag', () => {
    expect(renderSql({ ...sqlOf(' CALL p()\n'), transaction: false })).toMatchObject({
      sql: 'CALL p()',
      proof: 'tag',
      reads_output: false,
    });
  });
});
