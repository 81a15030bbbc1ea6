import { count, listSome } from '../../model/phrases.js';
import type { Style } from '../io.js';
import { cut, fit, join, widthOf, type Line, type Piece } from './line.js';
import { ASCII_GLYPHS, renderRows, UNICODE_GLYPHS } from './rows.js';
import type { View, ViewRow } from './view.js';
import { span } from './words.js';

/** Where a view is drawn. */
export interface Canvas {
  readonly columns: number;
  readonly rows: number;
  readonly unicode: boolean;
  readonly paint: (style: Style, text: string) => string;
}

/** Narrower, nothing can be told in one line: then there are only plain lines. */
const LEAST_COLUMNS = 40;
const LEAST_ROWS = 4;

const SEPARATOR = ' · ';
const MOST_WAITS = 4;
const MOST_NEXT = 6;
const LABEL = 'waits  '.length;
/** A server that has not answered for so long is worth a word. */
const SILENT_MS = 5_000;

/**
 * Writes a view as lines, none wider than the terminal and never more than it has rows, less the one
 * of the cursor; none at all where there is too little room. Pure.
 */
export function render(view: View, canvas: Canvas): string[] {
  const { columns, rows, unicode, paint } = canvas;
  if (!hasRoom(canvas)) return [];
  // A line that fills the last column makes some terminals begin another one.
  const width = columns - 1;
  return compose(view, width, rows - 1, unicode).map((line) =>
    fit(line, width)
      .map(({ text, style }) => (style === undefined || text === '' ? text : paint(style, text)))
      .join(''),
  );
}

export function hasRoom({ columns, rows }: Pick<Canvas, 'columns' | 'rows'>): boolean {
  return columns >= LEAST_COLUMNS && rows >= LEAST_ROWS;
}

/** What must be seen stays; what runs is folded first, then what waits. */
function compose(view: View, width: number, height: number, unicode: boolean): Line[] {
  const top = [titleLine(view, width), countLine(view), slotLine(view)].slice(
    0,
    Math.max(1, height - 2),
  );
  const bottom = height > top.length + 1 ? [hintLine(view, width)] : [];
  const room = height - top.length - bottom.length;
  const waits = waitLines(view, Math.max(1, Math.min(MOST_WAITS, Math.floor(room / 3))));
  const running = runningLines(view, width, unicode, Math.max(0, room - waits.length));
  return [...top, ...running, ...waits.slice(0, room - running.length), ...bottom].slice(0, height);
}

function titleLine(view: View, width: number): Line {
  const { runbook, runId, status, elapsedMs, windowLeftMs, stopping } = view;
  const window = windowLeftMs === null ? '' : `window closes in ${span(windowLeftMs)}`;
  const state = stopping ? 'stopping' : status;
  return join(
    [
      { text: cut(runbook, Math.max(12, Math.floor(width / 3))), style: 'bold' },
      { text: width < 60 ? runId : `run ${runId}` },
      { text: `${state} ${span(elapsedMs)}`, style: stopping ? 'yellow' : undefined },
      {
        text: window,
        style: windowLeftMs !== null && windowLeftMs < 600_000 ? 'yellow' : undefined,
      },
    ],
    SEPARATOR,
  );
}

function countLine({ counts }: View): Line {
  const { all, done, failed, skipped, running, detached, waiting } = counts;
  const some = (n: number, word: string, style?: Style): Piece => ({
    text: n === 0 ? '' : `${String(n)} ${word}`,
    style,
  });
  return join(
    [
      { text: `${String(done)} of ${count(all, 'task')} done` },
      some(failed, 'failed', 'red'),
      some(skipped, 'skipped', 'yellow'),
      some(running, 'running', 'green'),
      some(detached, 'detached'),
      some(waiting, 'to come'),
    ],
    SEPARATOR,
  );
}

function slotLine({ slots, serverSlots }: View): Line {
  const { used, max, keepFree } = serverSlots;
  const free = keepFree === 0 ? '' : `, ${String(keepFree)} kept free`;
  return join(
    [
      ...slots.map(({ name, used: taken, limit }) => ({
        text: `${name === 'server' ? 'all runs' : name} ${String(taken)}/${String(limit)}`,
        style: taken >= limit ? ('yellow' as const) : undefined,
      })),
      { text: `server ${String(used)} of ${String(max)} worker slots${free}`, style: 'dim' },
    ],
    SEPARATOR,
  );
}

/** What runs, the waited tasks first; those for which there is no room are counted. */
function runningLines(view: View, width: number, unicode: boolean, room: number): Line[] {
  if (room <= 0) return [];
  const waited = view.rows.filter(({ policy }) => policy === 'wait');
  const detached = view.rows.filter(({ policy }) => policy === 'detach');
  const rows = [...waited, ...detached];
  const lines = renderRows(view, rows, width, unicode ? UNICODE_GLYPHS : ASCII_GLYPHS);
  const heading = detached.length + view.supervisors.length > 0;
  if (heading) lines.splice(waited.length, 0, detachedHeading(view));
  if (lines.length <= room) return lines;
  // A heading with nothing below it would say nothing.
  const kept = lines.slice(0, room - 1 === waited.length + 1 && heading ? room - 2 : room - 1);
  const shown = kept.length - (kept.length > waited.length ? 1 : 0);
  return [...kept, foldLine(rows.slice(shown))];
}

function foldLine(folded: readonly ViewRow[]): Line {
  const blocked = folded.filter(({ waits }) => waits !== '').length;
  const note = blocked === 0 ? '' : `, ${String(blocked)} of them blocked`;
  return [
    { text: `and ${String(folded.length)} more${note}`, style: blocked === 0 ? 'dim' : 'yellow' },
  ];
}

function detachedHeading({ watcher, supervisors, rows }: View): Line {
  const who = watcher === 'engine' ? 'this command' : 'any client';
  const pids = listSome(supervisors.map(String), 3);
  const under =
    supervisors.length === 0 ? 'their supervisor is not to be seen' : `supervisor: pid ${pids}`;
  const idle = rows.some(({ policy }) => policy === 'detach')
    ? ''
    : '; none of their tasks at the moment';
  return [{ text: `detached, these run on without ${who}; ${under}${idle}`, style: 'dim' }];
}

/** Why what does not run does not, and what comes then. */
function waitLines(view: View, most: number): Line[] {
  const { silentMs, reason, waits, next, stopping } = view;
  const silent = silentMs < SILENT_MS ? [] : [`no look at the server for ${span(silentMs)}`];
  const notes = [...silent, ...(reason === null ? [] : [reason])];
  const all = [
    ...notes.map((text) => ({ label: 'note', text })),
    ...(stopping ? [] : waits).map((text) => ({ label: 'waits', text })),
  ];
  const shown = all.slice(0, most);
  const more = all.length - shown.length;
  const lines: Line[] = shown.map(({ label, text }, index) => [
    { text: label.padEnd(LABEL), style: 'yellow' },
    { text: more > 0 && index === most - 1 ? `(and ${String(more)} more) ${text}` : text },
  ]);
  if (next.length > 0 && lines.length < most && !stopping) {
    lines.push([{ text: `${'then'.padEnd(LABEL)}${listSome(next, MOST_NEXT)}`, style: 'dim' }]);
  }
  return lines;
}

/** The longest way to say it that fits. */
function hintLine(view: View, width: number): Line {
  const text = hints(view).find((one) => widthOf(one) <= width) ?? '';
  return [{ text, style: view.stopping ? 'yellow' : 'dim' }];
}

function hints({ watcher, runId, stopping, counts }: View): string[] {
  const cancel = `pg-runbook cancel ${runId}`;
  if (stopping && watcher === 'engine') {
    return [
      'stopping: workers are asked to end, which is recorded; Ctrl-C again leaves at once, and they may run on',
      'stopping; Ctrl-C again leaves at once, and workers may run on',
      'stopping; Ctrl-C again: leave at once',
    ];
  }
  if (watcher === 'engine') {
    const rest = counts.detached === 0 ? '' : ', detached tasks run on';
    return [
      `Ctrl-C cancels what runs, launches nothing more${rest}; twice: leaves at once`,
      `Ctrl-C cancels what runs${rest}`,
      'Ctrl-C cancels what runs',
    ];
  }
  const word = watcher === 'wait' ? 'waiting' : 'looking';
  return [
    `Ctrl-C ends this ${word} only, the run goes on; to stop it: ${cancel}`,
    `Ctrl-C ends this ${word} only, the run goes on`,
    'Ctrl-C: the run goes on without us',
  ];
}
