/** How much a finding matters. An error keeps the runbook from being planned and run. */
export type RuleSeverity = 'info' | 'warning' | 'error';

interface Rule {
  readonly severity: RuleSeverity;
  /** `catalog`: it needs a server, and is judged by the plan alone. */
  readonly judgedBy: 'declaration' | 'catalog';
}

const declaration = (severity: RuleSeverity): Rule => ({ severity, judgedBy: 'declaration' });
const catalog = (severity: RuleSeverity): Rule => ({ severity, judgedBy: 'catalog' });

/** All rules. The reason and the fix of each are in `texts/`. */
export const RULES = {
  // What a step declares.
  'vacuum-full': declaration('warning'),
  'reindex-blocking': declaration('warning'),
  'refresh-blocking': declaration('info'),
  'no-lock-timeout': declaration('warning'),
  'long-lock-timeout': declaration('warning'),
  'old-transactions-unused': declaration('warning'),
  'timeout-over-window': declaration('error'),
  'retry-after-timeout': declaration('warning'),
  unselective: declaration('warning'),
  'no-keep-free': declaration('warning'),
  'rebuild-beside-long-transaction': declaration('warning'),
  'backfill-without-where': declaration('info'),
  'where-may-stay-true': declaration('warning'),
  'purges-everything': declaration('warning'),
  'long-batches': declaration('warning'),
  // What the SQL of a sql step does.
  'dml-without-where': declaration('error'),
  truncate: declaration('warning'),
  'drop-object': declaration('warning'),
  'ddl-in-sql-step': declaration('warning'),
  'index-blocks-writes': declaration('warning'),
  'drop-index-blocking': declaration('warning'),
  'column-type-change': declaration('warning'),
  'set-not-null': declaration('warning'),
  'constraint-scans-table': declaration('warning'),
  'lock-table': declaration('warning'),
  'cluster-command': declaration('warning'),
  'maintenance-as-sql': declaration('warning'),
  'copy-program': declaration('error'),
  'server-files': declaration('warning'),
  'leaves-server': declaration('warning'),
  'set-role': declaration('warning'),
  'changes-privileges': declaration('warning'),
  'changes-server': declaration('warning'),
  'terminates-sessions': declaration('error'),
  'not-in-subquery': declaration('warning'),
  'insert-not-idempotent': declaration('warning'),
  'sleeps-in-transaction': declaration('warning'),
  'rows-thrown-away': declaration('info'),
  // What only the catalogs show.
  'matches-nothing': catalog('warning'),
  'nothing-selected': catalog('info'),
  'left-out': catalog('warning'),
  'no-privilege': catalog('warning'),
  'sessions-hidden': catalog('info'),
  'standby-counters': catalog('warning'),
  'sql-refused': catalog('error'),
  'made-by-step': catalog('info'),
  'not-tried': catalog('warning'),
  'foreign-code': catalog('warning'),
  'call-commits': catalog('warning'),
  'refresh-could-be-concurrent': catalog('warning'),
  'unordered-steps': catalog('warning'),
  'detach-beside': catalog('warning'),
  'unbatched-dml': catalog('warning'),
  'horizon-held': catalog('warning'),
  'invalid-index': catalog('warning'),
  'autovacuum-at-work': catalog('info'),
  'capacity-short': catalog('info'),
  'window-too-short': catalog('warning'),
  // Of waivers themselves.
  'waiver-without-reason': declaration('error'),
  'unknown-rule': declaration('error'),
  'unused-waiver': declaration('warning'),
} as const satisfies Record<string, Rule>;

export type RuleId = keyof typeof RULES;

export function isRuleId(text: string): text is RuleId {
  return Object.hasOwn(RULES, text);
}
