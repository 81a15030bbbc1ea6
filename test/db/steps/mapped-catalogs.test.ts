import { expect, it } from 'vitest';
import { useTestDatabase } from '../../support/database.js';
import { runbookOf, runYaml } from '../support/run-yaml.js';

const db = await useTestDatabase();

/** Of a mapped catalog pg_class.relfilenode is 0, before and after a rebuild. */
const MAPPED = {
  index: 'pg_catalog.pg_class_oid_index',
  sharedIndex: 'pg_catalog.pg_shseclabel_object_index',
  // Others are asked by every session, with which a VACUUM FULL may deadlock.
  table: 'pg_catalog.pg_shseclabel',
};

const files = async (): Promise<Record<string, unknown>> => {
  const [row] = await db.rows(
    `select ${Object.entries(MAPPED)
      .map(([as, name]) => `pg_relation_filenode('${name}') as "${as}"`)
      .join(', ')}`,
  );
  return row ?? {};
};

it('rebuilds of mapped catalogs are told by their new files', async () => {
  const before = await files();
  const report = await runYaml(
    db,
    runbookOf(`
      - id: rebuild
        reindex: { indexes: { include: ["${MAPPED.index}", "${MAPPED.sharedIndex}"] }, concurrently: false }
      - id: full
        vacuum: { tables: { include: ["${MAPPED.table}"] }, options: { full: true } }`),
  );
  const targets = report.steps.flatMap(({ tasks }) => tasks.flatMap((task) => task.targets));
  expect(targets.map(({ name, status }) => [name, status])).toEqual(
    Object.values(MAPPED).map((name) => [name, 'succeeded']),
  );
  const after = await files();
  for (const name of Object.keys(MAPPED)) expect(after[name], name).not.toEqual(before[name]);
});
