import { oneLine } from '../../model/printable.js';
import type { Runbook } from '../../model/runbook.js';
import type { ServerInfo } from '../../postgres/server.js';
import type { Grant, Grants, Section } from './model.js';

/** A name with a line break in it would end the comment, and the rest of it be run. */
const comment = (text: string): string => `-- ${oneLine(text)}\n`;

function grantLine({ sql, has, byHand }: Grant): string {
  if (has) return comment(`has already: ${sql}`);
  return byHand ? comment(`by hand: ${sql}`) : `${sql}\n`;
}

function sectionText({ title, grants, remarks }: Section): string {
  const lines = [...remarks.map(comment), ...grants.map(grantLine)];
  return `\n${comment(title)}${lines.join('')}`;
}

/** Writes what a role needs as an SQL script: what it lacks as statements, all else as comments. Pure. */
export function renderGrants(grants: Grants, runbook: Runbook, server: ServerInfo): string {
  const { role, sections, optional } = grants;
  const missing = sections.flatMap((section) => section.grants).filter(({ has }) => !has).length;
  return [
    comment(`What role ${role} needs for ${runbook.name} version ${String(runbook.version)}`),
    comment(`in database ${server.database}, PostgreSQL ${server.version}: ${count(missing)}.`),
    comment('Relations: all that the patterns match now. Later ones need it too: look again then.'),
    comment('To run it, as a superuser or the owners: psql -1 -v ON_ERROR_STOP=1'),
    ...sections.map(sectionText),
    `\n${comment('Optional: to count the workers of other roles, and to name who blocks a task')}`,
    comment(optional.has ? `has already: ${optional.sql}` : optional.sql),
  ].join('');
}

function count(missing: number): string {
  return missing === 0 ? 'nothing is missing' : `${String(missing)} missing`;
}
