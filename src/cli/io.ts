import { styleText } from 'node:util';

/** Where a command writes, and whether there is a person with colours at the other end. */
export interface Output {
  /** Results: one document or one text. */
  write(text: string): void;
  /** Progress, warnings and errors. */
  note(text: string): void;
  /** Colours for what goes to stderr; plain text off a terminal and under NO_COLOR. */
  readonly paint: (style: Style, text: string) => string;
}

export type Style = 'red' | 'yellow' | 'green' | 'bold' | 'dim';

/** The process's own streams. */
export function processOutput(): Output {
  for (const stream of [process.stdout, process.stderr]) {
    // A reader that leaves early (`| head`) is no failure of ours.
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }
  return {
    write: (text) => process.stdout.write(text),
    note: (text) => process.stderr.write(`${text}\n`),
    paint: (style, text) => styleText(style, text, { stream: process.stderr }),
  };
}
