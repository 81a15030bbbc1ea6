import { createLogUpdate } from 'log-update';
import stringWidth from 'string-width';

/** A terminal, as far as it is drawn on. */
export type Terminal = Pick<NodeJS.WriteStream, 'write' | 'on' | 'off' | 'columns' | 'rows'>;

/** The lines at the end of a terminal that are drawn anew again and again. */
export class Block {
  readonly #update: ReturnType<typeof createLogUpdate>;
  #lines: readonly string[] = [];

  constructor(private readonly terminal: Terminal) {
    // It hides the cursor while it draws, and gives it back when the program ends, by a signal too.
    this.#update = createLogUpdate(terminal as NodeJS.WriteStream);
  }

  get size(): { readonly columns: number; readonly rows: number } {
    // A pseudo-terminal that nobody has given a size says 0.
    return { columns: this.terminal.columns || 80, rows: this.terminal.rows || 24 };
  }

  /** Draws lines in place of those that are there. */
  draw(lines: readonly string[]): void {
    if (lines.length === 0) {
      this.clear();
      return;
    }
    this.#update(lines.join('\n'));
    this.#lines = lines;
  }

  clear(): void {
    if (this.#lines.length === 0) return;
    this.#update.clear();
    this.#lines = [];
  }

  /** A terminal that became narrower has broken the lines that are there into more of them. */
  clearResized(): void {
    if (this.#lines.length === 0) return;
    const { columns } = this.size;
    const broken = this.#lines.reduce(
      (sum, line) => sum + Math.max(0, Math.ceil(stringWidth(line) / columns) - 1),
      0,
    );
    // Up by as many, and away with all below: the rest is what `clear` knows of.
    if (broken > 0) this.terminal.write(`\u001B[${String(broken)}A\u001B[J`);
    this.clear();
  }

  /** Leaves the terminal as it was. */
  close(): void {
    this.clear();
    this.#update.done();
  }
}
