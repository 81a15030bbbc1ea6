import stringWidth from 'string-width';
import { oneLine } from '../model/printable.js';

/** What a reader sees as one character, and the room that it takes on a terminal. */
export interface Cell {
  readonly text: string;
  readonly width: number;
  /** Its index in the line. */
  readonly start: number;
}

const TAB = '    ';
const ELLIPSIS: Omit<Cell, 'start'> = { text: '…', width: 1 };

/** Longer lines are looked at around the place of interest only; segmenting a megabyte is slow. */
const REACH = 400;

let segmenter: Intl.Segmenter | undefined;

function toCell(segment: string, start: number): Cell {
  if (segment === '\t') return { text: TAB, width: TAB.length, start };
  const text = oneLine(segment);
  return { text, width: stringWidth(text), start };
}

/** Splits a line into what a terminal shows; tabs become spaces, what cannot be shown is replaced. */
export function toCells(line: string, around = 0): readonly Cell[] {
  const from = Math.max(0, around - REACH);
  // Made once, and only when something is shown: its tables take longer to load than a file to check.
  segmenter ??= new Intl.Segmenter('en');
  const segments = segmenter.segment(line.slice(from, around + REACH));
  return [...segments].map(({ segment, index }) => toCell(segment, from + index));
}

/** As many cells as fit, none dropped from the end unless the width is over. */
function takeWidth(cells: readonly Cell[], width: number): readonly Cell[] {
  let left = width;
  const end = cells.findIndex((cell) => (left -= cell.width) < 0);
  return end < 0 ? cells : cells.slice(0, end);
}

function total(cells: readonly Cell[]): number {
  return cells.reduce((sum, cell) => sum + cell.width, 0);
}

/** Cuts a line that is too wide so that the place at an index stays in sight; `…` marks a cut. */
export function cutAround(cells: readonly Cell[], index: number, width: number): readonly Cell[] {
  if (total(cells) <= width && (cells[0]?.start ?? 0) === 0) return cells;
  const before = cells.filter((cell) => cell.start < index);
  const lead = takeWidth([...before].reverse(), Math.floor(width / 2) - 1).length;
  const from = before.length - lead;
  const cutLeft = from > 0 || (cells[0]?.start ?? 0) > 0;
  const rest = cells.slice(from);
  const room = width - (cutLeft ? 1 : 0);
  const shown = total(rest) <= room ? rest : takeWidth(rest, room - 1);
  return [
    ...(cutLeft ? [{ ...ELLIPSIS, start: -1 }] : []),
    ...shown,
    ...(shown.length < rest.length ? [{ ...ELLIPSIS, start: Infinity }] : []),
  ];
}
