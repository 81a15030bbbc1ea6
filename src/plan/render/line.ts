import { oneLine } from '../../model/printable.js';
import { wrapLine } from '../../model/wrap.js';

/** How a line stands out where there are colours. */
export type Emphasis = 'heading' | 'error' | 'warning' | 'info';

/** A line for a terminal. SQL is `whole`: it is what will be sent, and never broken. */
export interface Line {
  readonly text: string;
  readonly whole?: boolean;
  readonly emphasis?: Emphasis;
}

/** How a text is laid out. */
export interface Layout {
  readonly columns: number;
  readonly paint: (emphasis: Emphasis, text: string) => string;
  /** True: name every relation that a filter keeps out. */
  readonly explainSelection: boolean;
}

/** For files and pipes. */
export const PLAIN: Layout = {
  columns: 80,
  paint: (_emphasis, text) => text,
  explainSelection: false,
};

export const line = (text: string): Line => ({ text });
export const whole = (text: string): Line => ({ text, whole: true });

/** Makes lines harmless for a terminal, and breaks them to its width. */
export function layOut(lines: readonly Line[], { columns, paint }: Layout): string {
  return lines
    .flatMap(({ text, whole: unbroken, emphasis }) => {
      const safe = oneLine(text);
      const rows = unbroken === true ? [safe] : wrapLine(safe, columns);
      return emphasis === undefined ? rows : rows.map((row) => paint(emphasis, row));
    })
    .join('\n');
}
