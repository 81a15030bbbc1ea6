import { styleText } from 'node:util';
import { maskPasswords } from '../model/printable.js';

/** Where a command writes, and whether there is a person with colours at the other end. */
export interface Output {
  /** Results: one document or one text. */
  write(text: string): void;
  /** The same of a text too long to have in memory at once. */
  writeAll(pieces: Iterable<string>): Promise<void>;
  /** Progress, warnings and errors. */
  note(text: string): void;
  /** The first error of stdout; undefined: all results were written. */
  readonly trouble?: () => string | undefined;
  /** Colours for what goes to stderr; plain text off a terminal and under NO_COLOR. */
  readonly paint: (style: Style, text: string) => string;
  /** The same for what goes to stdout. */
  readonly paintResult: (style: Style, text: string) => string;
  /** How wide results may be: 80, and up to 120 on a terminal that has them. */
  readonly columns: number;
  /** Where stderr is a terminal that can draw; undefined: plain lines only. */
  readonly terminal?: NodeJS.WriteStream | undefined;
  /** Whether the terminal is set to Unicode. */
  readonly unicode: boolean;
  /** The moment, in front of a line of progress: in full off a terminal, where lines are kept. */
  readonly stamp: () => string;
}

export type Style = 'red' | 'yellow' | 'green' | 'bold' | 'dim';

/** Every terminal has so many columns. */
const NARROW = 80;
/** Longer lines of prose are hard to read. */
const WIDE = 120;

/** The process's own streams. */
export function processOutput(): Output {
  let trouble: string | undefined;
  // A full disk behind what is told must not end a run. A reader that leaves early (`| head`) is no failure at all.
  process.stderr.on('error', () => undefined);
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE' && error.code !== 'ERR_STREAM_DESTROYED') trouble ??= error.message;
  });
  const { TERM, LC_ALL, LC_CTYPE, LANG } = process.env;
  const canDraw = process.stderr.isTTY && TERM !== 'dumb' && TERM !== undefined;
  return {
    trouble: () => trouble,
    write: (text) => process.stdout.write(text),
    writeAll: async (pieces) => {
      for (const piece of pieces) {
        if (!process.stdout.write(piece) && !process.stdout.destroyed) await drained();
      }
    },
    note: (text) => process.stderr.write(`${maskPasswords(text)}\n`),
    paint: (style, text) => styleText(style, text, { stream: process.stderr }),
    paintResult: (style, text) => styleText(style, text, { stream: process.stdout }),
    columns: process.stdout.isTTY
      ? Math.min(Math.max(process.stdout.columns, NARROW), WIDE)
      : NARROW,
    terminal: canDraw ? process.stderr : undefined,
    unicode: /utf-?8/i.test([LC_ALL, LC_CTYPE, LANG].find((set) => (set ?? '') !== '') ?? ''),
    stamp: () => {
      const now = new Date().toISOString();
      return process.stderr.isTTY ? `${now.slice(11, 19)}Z` : `${now.slice(0, 19)}Z`;
    },
  };
}

/** A reader that leaves early is no failure of ours: then nothing drains, and nothing more is written. */
function drained(): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      process.stdout.off('drain', done).off('close', done);
      resolve();
    };
    process.stdout.on('drain', done).on('close', done);
  });
}
