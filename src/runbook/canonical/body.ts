import type * as V1 from '../../generated/runbook.v1.js';
import { parseRelationGlob, type RelationGlob } from '../../model/relation-glob.js';
import type { Parameters, ReindexSpec, StepBody } from '../../model/runbook.js';
import { lockingStatements } from '../../sql/locking.js';
import { substituteSqlParameters } from '../../sql/parameters.js';
import { splitStatements } from '../../sql/separate.js';
import { traceOf } from '../../sql/trace.js';
import { backfill, purge } from './batches.js';
import { expecting } from './expectations.js';
import { toGlobs, toMs, toSelector } from './selector.js';

function vacuum({ tables, options = {} }: V1.Vacuum): StepBody {
  return {
    kind: 'vacuum',
    spec: {
      tables: {
        ...toSelector(tables),
        min_dead_rows: tables.min_dead_rows,
        min_dead_ratio: tables.min_dead_ratio,
        min_xid_age: tables.min_xid_age,
        min_mxid_age: tables.min_mxid_age,
        not_vacuumed_for_ms: toMs(tables.not_vacuumed_for),
        order_by: tables.order_by ?? 'size',
      },
      options,
    },
  };
}

function analyze({ tables, options = {} }: V1.Analyze): StepBody {
  return {
    kind: 'analyze',
    spec: {
      tables: {
        ...toSelector(tables),
        min_modified_rows: tables.min_modified_rows,
        not_analyzed_for_ms: toMs(tables.not_analyzed_for),
        foreign: tables.foreign ?? false,
        order_by: tables.order_by ?? 'size',
      },
      options,
    },
  };
}

/** A schema's name may hold a dot, which ends the schema in a pattern. */
function allTablesOf(schema: string): RelationGlob {
  const everything = { text: '*', literal: false };
  const unquoted = { schema: { text: schema, literal: false }, name: everything };
  return parseRelationGlob(`${schema}.*`) ?? unquoted;
}

function reindexScope(authored: V1.Reindex): ReindexSpec['scope'] {
  const { indexes } = authored;
  if (indexes !== undefined) {
    return {
      type: 'indexes',
      ...toSelector(indexes),
      min_bloat: indexes.min_bloat,
      invalid_only: indexes.invalid_only ?? false,
      order_by: indexes.order_by ?? 'size',
    };
  }
  const orderBy = authored.tables?.order_by ?? 'size';
  const selector = toSelector(authored.tables ?? { include: [] });
  const schemas = (authored.schemas ?? []).map(allTablesOf);
  return {
    type: 'tables',
    ...selector,
    include: [...selector.include, ...schemas],
    order_by: orderBy,
  };
}

function reindex(authored: V1.Reindex): StepBody {
  const spec = { concurrently: authored.concurrently ?? true, scope: reindexScope(authored) };
  return { kind: 'reindex', spec };
}

function refresh({ views, concurrently = false }: V1.Refresh): StepBody {
  const selected = { include: toGlobs(views.include), exclude: toGlobs(views.exclude) };
  return { kind: 'refresh', spec: { views: selected, concurrently } };
}

async function sql(step: V1.Step, parameters: Parameters): Promise<StepBody> {
  const text = await substituteSqlParameters(step.sql ?? '', parameters);
  const transaction = step.transaction ?? true;
  return {
    kind: 'sql',
    spec: {
      sql: text,
      statements: expecting(await splitStatements(text), step.expect),
      trace: transaction ? undefined : await traceOf(text),
      locking: await lockingStatements(text),
      idempotent: step.idempotent ?? false,
      transaction,
    },
  };
}

/** The kind of a step and what it holds. The schema has made sure that there is exactly one. */
export async function toStepBody(step: V1.Step, parameters: Parameters): Promise<StepBody> {
  if (step.vacuum !== undefined) return vacuum(step.vacuum);
  if (step.analyze !== undefined) return analyze(step.analyze);
  if (step.reindex !== undefined) return reindex(step.reindex);
  if (step.refresh !== undefined) return refresh(step.refresh);
  if (step.backfill !== undefined) return backfill(step.backfill, parameters);
  if (step.purge !== undefined) return purge(step.purge, parameters);
  return sql(step, parameters);
}
