import { describeDuration } from '../model/duration.js';
import { oneLine } from '../model/printable.js';
import type { Ability } from '../postgres/background/abilities.js';
import { ALL_SESSIONS } from './capabilities.js';
import type { CaseResult } from './contract.js';
import type { SelftestDocument } from './document.js';

const STATUS_WORDS: Readonly<Record<CaseResult['status'], string>> = {
  ok: 'ok',
  failed: 'FAILED',
  not_run: 'not run',
};

const STATE_WORDS: Readonly<Record<Ability['state'], string>> = {
  used: 'yes',
  missing: 'NO',
  not_used: 'unused',
};

/** Columns of a case's title. */
const TITLE_WIDTH = 25;

/** A line: `ok        0.3s  what was tried       what was seen`. */
export function describeCase(
  { title, status, duration_ms: ms, seen }: CaseResult,
  columns: number,
): string {
  const took = describeDuration(ms).padStart(5);
  const head = `${STATUS_WORDS[status].padEnd(7)} ${took}  ${title.padEnd(TITLE_WIDTH)}  `;
  return hanging(head, oneLine(seen), columns);
}

/** What the server can do, a table; and what it all comes to. */
export function describeSelftest(document: SelftestDocument, columns: number): string {
  const { server, capabilities } = document;
  const { pg_background: extension } = server;
  const version = `pg_background ${extension.version ?? ''}, dialect ${extension.dialect}`;
  const seesAll = capabilities.every(
    ({ name, state }) => name !== ALL_SESSIONS || state === 'used',
  );
  const slots =
    `${String(server.free_worker_slots)} of ${String(server.max_worker_processes)} worker slots free` +
    (seesAll ? '' : ' as far as this role sees');
  const width = Math.max(...capabilities.map(({ name }) => name.length));
  return [
    '',
    hanging('', `PostgreSQL ${server.version}, ${version}, ${slots}:`, columns),
    ...capabilities.map(({ name, state, note }) =>
      hanging(`${STATE_WORDS[state].padEnd(6)}  ${name.padEnd(width)}  `, note, columns),
    ),
    '',
    hanging('', conclusion(document), columns),
  ]
    .map((line) => `${line}\n`)
    .join('');
}

function conclusion({
  status,
  cases,
  duration_ms: ms,
  left_behind: left,
}: SelftestDocument): string {
  const bad = cases.filter((each) => each.status !== 'ok').map(({ name }) => name);
  const all = String(cases.length);
  const took = describeDuration(ms);
  if (status === 'interrupted')
    return `Interrupted: ${String(cases.length - bad.length)} of ${all} cases hold so far.`;
  if (bad.length > 0) {
    return (
      `${String(bad.length)} of ${all} cases do not hold on this server: ${bad.join(', ')}. ` +
      'Do not rely on pg-runbook here for what they are about.'
    );
  }
  if (left !== null) return `All ${all} cases hold, but database ${left.database} is left behind.`;
  return `All ${all} cases hold: pg-runbook keeps its word on this server (${took}).`;
}

/** Breaks text at spaces; its further lines begin below its first word. */
function hanging(head: string, text: string, columns: number): string {
  const room = columns - head.length;
  const lines: string[] = [];
  let rest = text;
  while (rest.length > room) {
    const at = rest.lastIndexOf(' ', room);
    if (at <= 0) break;
    lines.push(rest.slice(0, at));
    rest = rest.slice(at + 1);
  }
  return [...lines, rest]
    .map((line, i) => (i === 0 ? head : ' '.repeat(head.length)) + line)
    .join('\n');
}
