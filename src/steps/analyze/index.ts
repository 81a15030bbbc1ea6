import type { Target } from '../../generated/plan.v1.js';
import type { AnalyzeSpec } from '../../model/runbook.js';
import { placeholder, relationConflict, type StepKind } from '../contract.js';
import { locksOf } from '../locks.js';
import { doneSince, maintenanceExecution } from '../maintenance-evidence.js';
import { databaseMaintenance } from '../needs.js';
import { pack } from '../packing.js';
import { allMatching } from '../selection.js';
import { ANALYZE_ONLY_SINCE, discoverAnalyze } from './discover.js';
import { analyzeCommand, renderAnalyze } from './render.js';

function conflictsOf(target: Target): string[] {
  const tree = target.facts['partition_tree'];
  const own = relationConflict(target.table_oid);
  return typeof tree === 'number' ? [own, `partition-tree:${String(tree)}`] : [own];
}

/** ANALYZE, several small tables to a worker. */
export const analyzeKind: StepKind<AnalyzeSpec> = {
  kind: 'analyze',
  roughBytesPerSecond: 200 * 1024 * 1024,
  rerunnable: () => true,
  discover: discoverAnalyze,
  tasks: (_spec, targets, concurrency) =>
    pack(targets, concurrency).map((members) => ({
      targets: members,
      conflicts: [...new Set(members.flatMap(conflictsOf))],
      after: [],
    })),
  render: renderAnalyze,
  template: (spec) => renderAnalyze(spec, [placeholder('table')]).sql,
  locks: (_spec, serverVersion) =>
    locksOf(serverVersion >= ANALYZE_ONLY_SINCE ? 'ANALYZE ONLY' : 'ANALYZE', 'the table'),
  unfiltered: ({ tables, options }) => ({
    tables: {
      ...allMatching(tables),
      foreign: tables.foreign,
      min_modified_rows: undefined,
      not_analyzed_for_ms: undefined,
      order_by: 'name',
    },
    options,
  }),
  needs: databaseMaintenance,
  execution: (spec, serverVersion) =>
    maintenanceExecution(
      {
        command: analyzeCommand(spec),
        skipLocked: spec.options.skip_locked === true,
        done: doneSince('last_analyze'),
      },
      serverVersion,
    ),
};
