import { describe, expect, it } from 'vitest';
import type { RelationNeed } from '../../../src/model/privilege.js';
import { need } from '../../../src/model/privilege.js';
import type { Runbook } from '../../../src/model/runbook.js';
import { mergeNeeds } from '../../../src/plan/grants/merge.js';
import type { Draft, RelationRight } from '../../../src/plan/grants/model.js';
import { renderGrants } from '../../../src/plan/grants/script.js';
import { grantRole } from '../../../src/plan/grants/statements.js';
import type { RelationStanding } from '../../../src/postgres/privileges.js';
import type { ServerInfo } from '../../../src/postgres/server.js';

function right(wanted: RelationNeed, standing: Partial<RelationStanding> = {}): RelationRight {
  const [schema = '', relation = ''] = wanted.relation.split('.');
  const nothing = { system: false, owner: 'app', owner_is_superuser: false, schema_owner: 'dba' };
  const none = { other_columns: false, has: false, has_schema: true };
  return { need: wanted, standing: { schema, relation, ...nothing, ...none, ...standing } };
}

const draft = (title: string, ...relations: RelationRight[]): Draft => ({
  title,
  grants: [],
  relations,
  remarks: [],
});

function missing(drafts: readonly Draft[], serverVersion = 180_000): string[] {
  const sections = mergeNeeds(drafts, { role: 'r', serverVersion });
  return sections.flatMap(({ title, grants }) =>
    grants.filter(({ has }) => !has).map(({ sql }) => `${title}: ${sql}`),
  );
}

describe('merging what steps need', () => {
  it('makes one statement of a relation, in the step that comes first', () => {
    const found = missing([
      draft('a', right(need('s.t', 'SELECT', ['x'])), right(need('s.t', 'UPDATE', ['y']))),
      draft('b', right(need('s.t', 'SELECT', ['z'])), right(need('s.t', 'MAINTAIN'))),
    ]);
    expect(found).toEqual([
      'a: GRANT SELECT ("x", "z"), UPDATE ("y") ON TABLE "s"."t" TO "r";',
      'b: GRANT MAINTAIN ON TABLE "s"."t" TO "r";',
    ]);
  });

  it('a privilege on the whole relation covers its columns', () => {
    const columns = draft('a', right(need('s.t', 'SELECT', ['x'])));
    expect(missing([columns, draft('b', right(need('s.t', 'SELECT')))])).toEqual([
      'a: GRANT SELECT ON TABLE "s"."t" TO "r";',
    ]);
    const has = draft('b', right(need('s.t', 'SELECT'), { has: true }));
    expect(missing([columns, has])).toEqual([]);
  });

  it('what is no column of it is asked of the whole', () => {
    const standing = { other_columns: true };
    expect(missing([draft('a', right(need('s.t', 'SELECT', ['f']), standing))])).toEqual([
      'a: GRANT SELECT ON TABLE "s"."t" TO "r";',
    ]);
  });

  it('a member of the owner needs nothing more on what is theirs', () => {
    const drafts = [
      draft('a', right(need('s.t', 'SELECT'), { has_schema: false })),
      draft('b', right(need('s.u', 'OWNER')), right(need('s.v', 'SELECT'), { owner: 'other' })),
    ];
    expect(missing(drafts)).toEqual([
      'a: GRANT USAGE ON SCHEMA "s" TO "r";',
      'b: GRANT "app" TO "r" WITH INHERIT TRUE, SET FALSE;',
      'b: GRANT SELECT ON TABLE "s"."v" TO "r";',
    ]);
    expect(missing(drafts, 150_000)[1]).toBe('b: GRANT "app" TO "r";');
  });

  it('never makes a superuser of anybody', () => {
    const wanted = right(need('s.t', 'OWNER'), { owner: 'postgres', owner_is_superuser: true });
    const [section] = mergeNeeds([draft('a', wanted)], { role: 'r', serverVersion: 160_000 });
    const left = section?.grants.filter(({ has }) => !has);
    expect(left).toMatchObject([{ byHand: true, sql: expect.stringContaining('give') as string }]);
  });
});

it('no name can end a comment and be run', () => {
  const evil = 's.x"\ndrop table y; --\r\u2028';
  const drafts = [
    { ...draft(evil, right(need(evil, 'SELECT'), { has: true, schema: evil })), remarks: [evil] },
    draft('b', right(need(evil, 'OWNER'), { owner_is_superuser: true, owner: evil })),
  ];
  const sections = mergeNeeds(drafts, { role: evil, serverVersion: 180_000 });
  const optional = grantRole('pg_read_all_stats', evil, 180_000, false);
  const script = renderGrants(
    { role: evil, sections, optional, problems: [] },
    { name: evil, version: 1 } as Runbook,
    { database: evil, version: evil } as ServerInfo,
  );
  expect(script.split(/[\n\r\u2028]/).filter((line) => !/^(?:--|$)/.test(line))).toEqual([]);
});
