/** What all runbooks of the soak share on the server. */
export const SERVER_WORKERS = 4;
export const TIGHT = 1;

/** Each engine has tables of its own, so that what is done to them can be counted. */
export const tablesOf = (engine: number): string => `
  create table kept_${String(engine)} (id int primary key, pad text, n int not null default 0);
  create index on kept_${String(engine)} (n);
  insert into kept_${String(engine)} select i, repeat('x', i % 40) from generate_series(1, 2000) i;
  create table shared_${String(engine)} (id int primary key, pad text);
  insert into shared_${String(engine)} select i, 'x' from generate_series(1, 500) i;`;

type Random = () => number;

const pick = <T>(random: Random, all: readonly [T, ...T[]]): T =>
  all[Math.floor(random() * all.length)] ?? all[0];

/** The row says which attempt committed: the truth that the ledger is held against. */
const noted = (seconds: string): string =>
  `INSERT INTO done SELECT current_setting('pg_runbook.attempt') FROM pg_sleep(${seconds})`;

function step(random: Random, id: string, engine: number, engines: number): string {
  const seconds = (0.02 + 0.4 * random()).toFixed(2);
  const other = String(Math.floor(random() * engines));
  const kind = pick(random, [
    `sql: "${noted(seconds)}"`,
    `sql: "${noted(seconds)}"\n    idempotent: true`,
    `sql: "${noted(seconds)}"\n    budgets: { tight: ${String(TIGHT)} }`,
    `sql: "${noted(seconds)}; SELECT 1 / 0"`,
    `sql: "${noted('30')}"\n    timeout: 1s`,
    `vacuum: { tables: { include: [public.shared_*] } }\n    concurrency: 2`,
    `analyze: { tables: { include: [public.shared_${other}] } }`,
    `reindex: { indexes: { include: [public.shared_${other}_*] } }`,
    `backfill:
      table: public.kept_${String(engine)}
      key: id
      set: { n: n + 1 }
      batch: { rows: 50, max_rows: 200, target_duration: 20ms, pause: 10ms }
    concurrency: 2`,
  ] as const);
  return `  - id: ${id}\n    ${kind}\n    policy: ${pick(random, ['wait', 'wait', 'detach'] as const)}`;
}

/** A runbook of short tasks, some of which fail or run into their timeout. */
export function randomRunbook(
  random: Random,
  name: string,
  engine: number,
  engines: number,
): string {
  const steps = Array.from({ length: 1 + Math.floor(random() * 4) }, (_, i) =>
    step(random, `s${String(i + 1)}`, engine, engines),
  );
  return `api_version: pg-runbook/v1
name: ${name}
version: 1
budget: { workers: 3, server_workers: ${String(SERVER_WORKERS)}, keep_free: 1, max_wait: 90s }
defaults:
  timeout: 30s
  lock_timeout: 3s
  on_failure: continue
  retry: { attempts: 3, delay: 100ms, on: [lock_not_available, deadlock_detected] }
steps:
${steps.join('\n')}
`;
}
