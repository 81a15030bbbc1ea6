import { describe, expect, it } from 'vitest';
import { selectForAnalyze } from '../../../src/steps/analyze/discover.js';
import { selectForReindex } from '../../../src/steps/reindex/discover.js';
import { selectForVacuum } from '../../../src/steps/vacuum/discover.js';
import type { AnalyzeSpec, ReindexSpec, VacuumSpec } from '../../../src/model/runbook.js';
import type { Target } from '../../../src/generated/plan.v1.js';
import { target } from '../support.js';

const NONE = {
  include: [],
  exclude: [],
  min_size: undefined,
  max_size: undefined,
  limit: undefined,
};
const names = ({ targets }: { targets: readonly Target[] }): string[] => targets.map((t) => t.name);

describe('vacuum', () => {
  const spec = (more: Partial<VacuumSpec['tables']>): VacuumSpec => ({
    options: {},
    tables: {
      ...NONE,
      min_dead_rows: undefined,
      min_dead_ratio: undefined,
      min_xid_age: undefined,
      min_mxid_age: undefined,
      not_vacuumed_for_ms: undefined,
      order_by: 'size',
      ...more,
    },
  });
  const a = target('s.a', {
    size_bytes: 100,
    facts: { dead_rows: 5, dead_ratio: 0.5, xid_age: 900, mxid_age: 3, seconds_since_vacuum: 60 },
  });
  const b = target('s.b', {
    size_bytes: 200,
    facts: {
      dead_rows: 50,
      dead_ratio: 0.1,
      xid_age: 100,
      mxid_age: 7,
      seconds_since_vacuum: null,
    },
  });
  const pick = (more: Partial<VacuumSpec['tables']>): string[] =>
    names(selectForVacuum(spec(more), [a, b]));

  it.each([
    [{}, ['s.b', 's.a']],
    [{ min_dead_rows: 6 }, ['s.b']],
    [{ min_dead_ratio: 0.2 }, ['s.a']],
    [{ min_xid_age: 101 }, ['s.a']],
    [{ min_mxid_age: 4 }, ['s.b']],
    [{ min_size: 101 }, ['s.b']],
    [{ max_size: 100 }, ['s.a']],
    [{ not_vacuumed_for_ms: 61_000 }, ['s.b']],
    [{ not_vacuumed_for_ms: 60_000 }, ['s.b', 's.a']],
    [{ limit: 1 }, ['s.b']],
    [{ order_by: 'xid_age' as const }, ['s.a', 's.b']],
    [{ order_by: 'mxid_age' as const }, ['s.b', 's.a']],
    [{ order_by: 'dead_rows' as const }, ['s.b', 's.a']],
    [{ order_by: 'name' as const }, ['s.a', 's.b']],
  ])('with %j selects %j', (more, expected) => {
    expect(pick(more)).toEqual(expected);
  });
});

describe('analyze', () => {
  it('takes partitioned tables whatever their modified rows, which nobody counts', () => {
    const spec: AnalyzeSpec = {
      options: {},
      tables: {
        ...NONE,
        min_modified_rows: 10,
        not_analyzed_for_ms: undefined,
        foreign: false,
        order_by: 'modified_rows',
      },
    };
    const targets = [
      target('s.few', { facts: { relkind: 'r', modified_rows: 9 } }),
      target('s.many', { facts: { relkind: 'r', modified_rows: 10 } }),
      target('s.parent', { facts: { relkind: 'p', modified_rows: 0 } }),
    ];
    expect(names(selectForAnalyze(spec, targets))).toEqual(['s.many', 's.parent']);
  });
});

describe('reindex', () => {
  const index = (name: string, table: number, size: number, tableSize: number): Target =>
    target(name, {
      table_oid: table,
      size_bytes: size,
      facts: { table: `t${String(table)}`, table_indexes_bytes: tableSize, valid: true },
    });
  const indexes = [index('s.x', 1, 10, 30), index('s.y', 1, 20, 30), index('s.z', 2, 25, 25)];

  it('of tables takes all indexes of a table or none', () => {
    const spec = (more: object): ReindexSpec => ({
      concurrently: true,
      scope: { ...NONE, type: 'tables', order_by: 'size', ...more },
    });
    expect(names(selectForReindex(spec({}), indexes))).toEqual(['s.x', 's.y', 's.z']);
    expect(names(selectForReindex(spec({ limit: 1 }), indexes))).toEqual(['s.x', 's.y']);
    expect(names(selectForReindex(spec({ max_size: 25 }), indexes))).toEqual(['s.z']);
  });

  it('of indexes takes no bloat estimate for no bloat', () => {
    const scope = {
      ...NONE,
      type: 'indexes',
      min_bloat: 0.4,
      invalid_only: false,
      order_by: 'bloat',
    } as const;
    const bloated = indexes.map((t, i) => ({
      ...t,
      facts: { ...t.facts, bloat: [0.5, null, 0.9][i] ?? null },
    }));
    const selected = selectForReindex({ concurrently: true, scope }, bloated);
    expect(names(selected)).toEqual(['s.z', 's.x']);
  });
});
