import type pg from 'pg';
import type { ReportV1 } from '../../../src/generated/report.v1.js';
import type { Scenario } from './scenario.js';

/** What the relations were before the run. */
export interface Before {
  /** By OID; of an index with its table, of a table with itself. */
  readonly relations: ReadonlyMap<number, { readonly table: number; readonly file: number }>;
  readonly t: number;
  readonly xmin: string;
}

export async function lookBefore(client: pg.Client): Promise<Before> {
  const { rows } = await client.query<{ oid: number; table: number; file: number }>(
    `select c.oid::int, coalesce(i.indrelid, c.oid)::int as table, coalesce(pg_relation_filenode(c.oid), 0)::int as file
       from pg_class c left join pg_index i on i.indexrelid = c.oid where c.relnamespace = 's'::regnamespace`,
  );
  const { rows: now } = await client.query<{ t: number; xmin: string }>(
    `select 's.t'::regclass::oid::int as t, pg_snapshot_xmin(pg_current_snapshot())::text as xmin`,
  );
  const relations = new Map(rows.map(({ oid, table, file }) => [oid, { table, file }]));
  return { relations, t: now[0]?.t ?? 0, xmin: now[0]?.xmin ?? '0' };
}

/** By these a plan that is made after them finds other relations, or none. */
const MOVES = ['rename', 'swap', 'swap back', 'drop', 'drop index', 'drop view', 'detach'];

/**
 * Compares a report with the database, by queries of its own.
 * @returns what the report claims and the database contradicts.
 */
export async function contradictions(
  client: pg.Client,
  { step: { name }, changes }: Scenario,
  before: Before,
  report: ReportV1,
  exitCode: number | null,
): Promise<string[]> {
  const [step] = report.steps;
  if (step === undefined) return ['the report has no step'];
  const found = contradictionsOfCodes(report, exitCode);
  const begun = (step.progress?.batches ?? 0) > 0;
  if (step.status === 'skipped' && begun && exitCode === 0)
    found.push('begun, and told as skipped');
  const changed = (...names: string[]): boolean => changes.some((one) => names.includes(one.name));
  const target = step.tasks[0]?.targets[0]?.oid;
  if (step.kind !== 'sql' && target === undefined) {
    return changed(...MOVES) ? found : [...found, 'it selected nothing'];
  }
  const was = before.relations.get(target ?? before.t);
  const { rows } = await client.query<{ name: string }>(
    'select oid::regclass::text as name from pg_class where oid = $1::oid',
    [name === 'refresh' ? before.t : was?.table],
  );
  const ask = async (sql: string, values: unknown[] = []): Promise<number> => {
    const answer = await client.query<{ n: number }>(sql, values);
    return answer.rows[0]?.n ?? 0;
  };
  const wrong = await CLAIMS[name]?.({
    status: step.status,
    reason: reasonOf(report),
    table: rows[0]?.name,
    file: was?.file ?? 0,
    xmin: before.xmin,
    changed,
    ask,
  });
  return wrong === undefined ? found : [...found, wrong];
}

/** What cron sees must be what the report says. */
function contradictionsOfCodes({ run, steps }: ReportV1, exitCode: number | null): string[] {
  const fine = steps.every(({ status }) => ['succeeded', 'skipped'].includes(status));
  if (exitCode === 0 && !fine) return [`exit 0, and a step is ${steps[0]?.status ?? ''}`];
  if (exitCode === 0 && run.status !== 'succeeded') return [`exit 0, and the run is ${run.status}`];
  return [];
}

const reasonOf = ({ steps }: ReportV1): string =>
  steps
    .flatMap(({ reason, tasks }) => [
      reason,
      ...tasks.flatMap((t) => [t.reason, ...t.targets.map((x) => x.reason)]),
    ])
    .join(' ');

interface Claim {
  readonly status: string;
  readonly reason: string;
  /** The table that the plan was made for, by its name now; undefined: it was dropped. */
  readonly table: string | undefined;
  /** Of the relation that it was made for. */
  readonly file: number;
  readonly xmin: string;
  readonly changed: (...names: string[]) => boolean;
  readonly ask: (sql: string, values?: unknown[]) => Promise<number>;
}

type Check = (claim: Claim) => Promise<string | undefined>;

/** A check of a claim of success about a table that is still there. */
const ifDone =
  (check: (claim: Claim & { readonly table: string }) => Promise<string | undefined>): Check =>
  async (claim) => {
    const { table } = claim;
    return claim.status !== 'succeeded' || table === undefined
      ? undefined
      : check({ ...claim, table });
  };

/** VACUUM marks pages that all may see; a table that was made a moment ago has none. */
const hasVisiblePages = async (ask: Claim['ask'], table: string): Promise<string | undefined> => {
  const pages = await ask('select relallvisible as n from pg_class where oid = $1::regclass', [
    table,
  ]);
  return pages > 0 ? undefined : 'no page was vacuumed';
};

const vacuumed = ifDone(({ table, changed, ask }) =>
  changed('retype') ? Promise.resolve(undefined) : hasVisiblePages(ask, table),
);

const vacuumedPart: Check = ({ status, ask }) =>
  status === 'succeeded' ? hasVisiblePages(ask, 's.p_1') : Promise.resolve(undefined);

const frozen = ifDone(async ({ table, xmin, reason, changed, ask }) => {
  if (changed('retype') || reason.includes('not frozen as far')) return undefined;
  const older = await ask(
    `select (pg_snapshot_xmax(pg_current_snapshot())::text::bigint - age(relfrozenxid) < $2::bigint)::int as n
       from pg_class where oid = $1::regclass`,
    [table, xmin],
  );
  return older === 0 ? undefined : 'it is not frozen';
});

const rewritten = ifDone(async ({ table, file, changed, ask }) => {
  if (changed('retype')) return undefined;
  const same = await ask('select (pg_relation_filenode($1::regclass) = $2)::int as n', [
    table,
    file,
  ]);
  return same === 0 ? undefined : 'it has its old file';
});

/** A concurrent rebuild is another index, of the same name. */
const rebuilt = ifDone(async ({ table, file, changed, ask }) => {
  if (changed('retype')) return undefined;
  const wrong = await ask(
    `select count(*)::int as n from pg_index i join pg_class c on c.oid = i.indexrelid
      where i.indrelid = $1::regclass and c.relname ~ '_v' and (not i.indisvalid or pg_relation_filenode(c.oid) = $2)`,
    [table, file],
  );
  return wrong === 0 ? undefined : 'the index has its old file, or is invalid';
});

const analyzed = ifDone(async ({ table, ask }) => {
  const rows = await ask(
    'select count(*)::int as n from pg_statistic where starelid = $1::regclass',
    [table],
  );
  return rows > 0 ? undefined : 'it has no statistics';
});

const refreshed: Check = async ({ status, table, changed, ask }) => {
  if (status !== 'succeeded' || table === undefined || changed('insert', 'drop view'))
    return undefined;
  const off = await ask(
    `select ((select c from s.mv) <> (select count(*) from ${table}))::int as n`,
  );
  return off === 0 ? undefined : 'the view has not the rows of its table';
};

/** Rows that were there when the run began; each was to be changed once, and none twice. */
const backfilled = (column: string): Check =>
  ifDone(async ({ table, ask }) => {
    const wrong = await ask(
      `select count(*)::int as n from ${table} x join s.start using (id) where x.${column} <> 1`,
    );
    return wrong === 0 ? undefined : `${String(wrong)} rows were not changed once`;
  });

/** Where the names of the columns were exchanged, before the plan or after it, all is done in one of them. */
const backfill: Check = async (claim) => {
  const { table, ask } = claim;
  if (table === undefined) return undefined;
  const renamed = await ask(
    `select count(*)::int as n from pg_attribute where attrelid = $1::regclass and attname = 'was'`,
    [table],
  );
  const wrong = await backfilled('n')(claim);
  return renamed === 0 || wrong === undefined ? wrong : backfilled('was')(claim);
};

/** Rows of a partition that somebody has detached are not the table's any more. */
const backfilledParts: Check = async ({ status, ask }) => {
  if (status !== 'succeeded') return undefined;
  const wrong = await ask(
    'select count(*)::int as n from s.p join s.start using (id) where n <> 1',
  );
  return wrong === 0 ? undefined : `${String(wrong)} rows were not changed once`;
};

const purged = ifDone(async ({ table, ask }) => {
  const left = await ask(
    `select count(*)::int as n from ${table} x join s.start using (id) where x.v < 700`,
  );
  return left === 0 ? undefined : `${String(left)} rows were not deleted`;
});

/** The marker and the row are of one transaction. */
const inserted: Check = async ({ status, ask }) => {
  const rows = await ask('select count(*)::int as n from s.log');
  if (status === 'succeeded') return rows === 1 ? undefined : `${String(rows)} rows were inserted`;
  return rows === 0 || status === 'unknown' ? undefined : `told as ${status}, and committed`;
};

/** Its row is committed with the rows that were expected, wherever the name led. */
const expected: Check = async (claim) => {
  const wrong = await inserted(claim);
  if (wrong !== undefined || claim.status !== 'succeeded' || claim.changed('drop')) return wrong;
  let rows = 0;
  for (const name of ['s.t', 's.t_old', 's.t2']) {
    if ((await claim.ask('select (to_regclass($1) is not null)::int as n', [name])) === 0) continue;
    rows += await claim.ask(`select count(*)::int as n from ${name} where pad = 'y'`);
  }
  return rows === 18 ? undefined : `${String(rows)} rows were changed, and 18 expected`;
};

const indexed: Check = async ({ status, changed, ask }) => {
  if (status !== 'succeeded' || changed('drop', 'swap')) return undefined;
  const valid = await ask(
    `select count(*)::int as n from pg_index where indexrelid = to_regclass('s.u') and indisvalid and indisunique`,
  );
  return valid === 1 ? undefined : 'there is no valid unique index';
};

const CLAIMS: Readonly<Record<string, Check>> = {
  vacuum: vacuumed,
  freeze: frozen,
  full: rewritten,
  analyze: analyzed,
  rebuild: rebuilt,
  reindex: rebuilt,
  refresh: refreshed,
  backfill,
  'backfill-where': backfill,
  'backfill-parts': backfilledParts,
  'vacuum-part': vacuumedPart,
  purge: purged,
  insert: inserted,
  expect: expected,
  index: indexed,
};
