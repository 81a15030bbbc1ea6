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
  minSize: undefined,
  maxSize: undefined,
  limit: undefined,
};
const names = ({ targets }: { targets: readonly Target[] }): string[] => targets.map((t) => t.name);

describe('vacuum', () => {
  const spec = (more: Partial<VacuumSpec['tables']>): VacuumSpec => ({
    options: {},
    tables: {
      ...NONE,
      minDeadRows: undefined,
      minDeadRatio: undefined,
      minXidAge: undefined,
      minMxidAge: undefined,
      notVacuumedForMs: undefined,
      orderBy: 'size',
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
    [{ minDeadRows: 6 }, ['s.b']],
    [{ minDeadRatio: 0.2 }, ['s.a']],
    [{ minXidAge: 101 }, ['s.a']],
    [{ minMxidAge: 4 }, ['s.b']],
    [{ minSize: 101 }, ['s.b']],
    [{ maxSize: 100 }, ['s.a']],
    [{ notVacuumedForMs: 61_000 }, ['s.b']],
    [{ notVacuumedForMs: 60_000 }, ['s.b', 's.a']],
    [{ limit: 1 }, ['s.b']],
    [{ orderBy: 'xid_age' as const }, ['s.a', 's.b']],
    [{ orderBy: 'mxid_age' as const }, ['s.b', 's.a']],
    [{ orderBy: 'dead_rows' as const }, ['s.b', 's.a']],
    [{ orderBy: 'name' as const }, ['s.a', 's.b']],
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
        minModifiedRows: 10,
        notAnalyzedForMs: undefined,
        foreign: false,
        orderBy: 'modified_rows',
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
      scope: { ...NONE, type: 'tables', orderBy: 'size', ...more },
    });
    expect(names(selectForReindex(spec({}), indexes))).toEqual(['s.x', 's.y', 's.z']);
    expect(names(selectForReindex(spec({ limit: 1 }), indexes))).toEqual(['s.x', 's.y']);
    expect(names(selectForReindex(spec({ maxSize: 25 }), indexes))).toEqual(['s.z']);
  });

  it('of indexes takes no bloat estimate for no bloat', () => {
    const scope = {
      ...NONE,
      type: 'indexes',
      minBloat: 0.4,
      invalidOnly: false,
      orderBy: 'bloat',
    } as const;
    const bloated = indexes.map((t, i) => ({
      ...t,
      facts: { ...t.facts, bloat: [0.5, null, 0.9][i] ?? null },
    }));
    const selected = selectForReindex({ concurrently: true, scope }, bloated);
    expect(names(selected)).toEqual(['s.z', 's.x']);
  });
});
