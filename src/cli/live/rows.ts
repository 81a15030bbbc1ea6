import { cut, join, pad, widthOf, type Line, type Piece } from './line.js';
import type { View, ViewRow } from './view.js';
import { pace, remaining, span } from './words.js';

/** Glyphs of a bar; without Unicode a terminal shows others for them. */
export interface Glyphs {
  readonly full: string;
  readonly empty: string;
}

export const UNICODE_GLYPHS: Glyphs = { full: '█', empty: '░' };
export const ASCII_GLYPHS: Glyphs = { full: '#', empty: '-' };

/** How wide the columns of all rows are; 0: left out. */
interface Columns {
  readonly id: number;
  readonly subject: number;
  readonly bar: number;
  readonly eta: number;
  readonly rate: number;
  readonly elapsed: number;
}

const GAP = '  ';
const PERCENT = 4;
const ETA = 'phase ~59m 59s'.length;
const RATE = '999,999 rows/s'.length;
const ELAPSED = '59m 59s'.length;

/** One line for each row: what matters least goes first where there is no room. */
export function renderRows(
  view: View,
  rows: readonly ViewRow[],
  width: number,
  glyphs: Glyphs,
): Line[] {
  const columns = columnsFor(rows, width);
  return rows.map((row) => renderRow(view, row, columns, width, glyphs));
}

function columnsFor(rows: readonly ViewRow[], width: number): Columns {
  const widest = (texts: string[], most: number): number =>
    Math.min(most, Math.max(0, ...texts.map((text) => widthOf(cut(text, most)))));
  const ids = rows.map(({ id, part }) => (part ? ` ${id}` : id));
  const subjects = rows.map(({ subject }) => subject);
  const from = (least: number, columns: number): number => (width >= least ? columns : 0);
  return {
    id: widest(ids, Math.max(10, Math.floor(width / 4))),
    subject: width >= 72 ? widest(subjects, Math.floor(width / 5)) : 0,
    bar: from(130, 24) || from(100, 16) || from(72, 10) || from(52, 8),
    eta: from(60, ETA),
    rate: from(112, RATE),
    elapsed: from(90, ELAPSED),
  };
}

function renderRow(
  view: View,
  row: ViewRow,
  columns: Columns,
  width: number,
  glyphs: Glyphs,
): Line {
  const { id, subject, share, waits, part } = row;
  const name: Piece[] = [
    { text: pad(part ? ` ${id}` : id, columns.id), style: 'bold' },
    ...(columns.subject === 0 ? [] : [{ text: GAP }, { text: pad(subject, columns.subject) }]),
  ];
  const tail: Piece =
    waits === '' ? { text: row.phase, style: 'dim' } : { text: waits, style: 'yellow' };
  // A walk's part has no share of its own; elsewhere a phase without one keeps the columns in place.
  const timed = share === undefined && row.phase === '' && waits === '';
  if (timed) return [...name, { text: GAP }, ...timePieces(row, width)];
  const meter = share === undefined ? blankMeter(columns) : meterPieces(share, columns, glyphs);
  const cells: Piece[] = [
    ...(columns.eta === 0 ? [] : [{ text: pad(etaText(row), columns.eta) }]),
    ...(columns.rate === 0 ? [] : [{ text: pad(rateText(row, view), columns.rate) }]),
    ...(columns.elapsed === 0
      ? []
      : [{ text: pad(elapsedText(row), columns.elapsed), style: 'dim' as const }]),
  ];
  return [
    ...name,
    { text: GAP },
    ...meter,
    ...cells.flatMap((cell) => [{ text: GAP }, cell]),
    { text: GAP },
    tail,
  ];
}

function meterPieces(share: number, { bar }: Columns, { full, empty }: Glyphs): Piece[] {
  const filled = Math.min(bar, Math.floor(share * bar));
  const percent = `${String(Math.floor(share * 100))}%`.padStart(PERCENT);
  return [
    { text: full.repeat(filled), style: 'green' },
    { text: empty.repeat(bar - filled), style: 'dim' },
    { text: `${bar === 0 ? '' : ' '}${percent}` },
  ];
}

function blankMeter({ bar }: Columns): Piece[] {
  return [{ text: ' '.repeat(bar + PERCENT + (bar === 0 ? 0 : 1)) }];
}

/** What comes after a phase, PostgreSQL does not tell; a walk is one. */
function etaText({ etaMs, counted }: ViewRow): string {
  return etaMs === undefined ? '' : remaining(etaMs, counted?.estimated === true);
}

function rateText({ rate, counted }: ViewRow, { blockSize }: View): string {
  return rate === undefined || counted === undefined ? '' : pace(rate, counted.unit, blockSize);
}

function elapsedText({ elapsedMs }: ViewRow): string {
  return elapsedMs === undefined ? '' : span(elapsedMs);
}

/** Where nothing tells the share there is no bar: time that passes is no progress. */
function timePieces({ elapsedMs, timeoutMs, usualMs }: ViewRow, width: number): Piece[] {
  if (elapsedMs === undefined) return [{ text: 'starting', style: 'dim' }];
  const usual = usualMs === null ? '' : `usually ${span(usualMs)}`;
  return [
    ...join([{ text: `${span(elapsedMs)} of at most ${span(timeoutMs)}` }, { text: usual }], ', '),
    { text: width >= 72 ? ' (time; nothing tells the progress)' : ' (time only)', style: 'dim' },
  ];
}
