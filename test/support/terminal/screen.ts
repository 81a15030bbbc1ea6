import stringWidth from 'string-width';

/** What a terminal shows of the bytes that it gets: just as much of one as programs of ours use. */
export class Screen {
  /** Lines that have scrolled away, and those on the screen. */
  #lines: string[][] = [[]];
  #row = 0;
  #column = 0;
  cursorShown = true;
  /** What was asked of it that it does not know. */
  readonly unknown: string[] = [];

  constructor(
    public columns: number,
    public rows: number,
  ) {}

  get text(): string {
    return this.#lines.map(lineText).join('\n');
  }

  /** What is to be seen, without what has scrolled away. */
  get visible(): string[] {
    return this.#lines.slice(-this.rows).map(lineText);
  }

  /** Takes over a new size, and breaks the lines anew, as most terminals do. */
  resize(columns: number, rows: number): void {
    [this.columns, this.rows] = [columns, rows];
    const fromEnd = this.#lines.length - this.#row;
    this.#lines = this.#lines.flatMap((line) => {
      const parts: string[][] = [];
      for (let at = 0; at === 0 || at < line.length; at += columns)
        parts.push(line.slice(at, at + columns));
      return parts;
    });
    this.#row = this.#lines.length - fromEnd;
  }

  write(text: string): void {
    for (const [token] of text.matchAll(/\u001B\[[?0-9;]*[A-Za-z]|\u001B.|[^]/gu))
      this.#token(token);
  }

  #token(token: string): void {
    const csi = /^\u001B\[(\??)([0-9;]*)([A-Za-z])$/.exec(token);
    if (csi !== null) this.#control(csi[1] === '?', csi[2] ?? '', csi[3] ?? '');
    else if (token === '\r') this.#column = 0;
    else if (token === '\n') this.#down(1);
    else if (token === '\b') this.#column = Math.max(0, this.#column - 1);
    else if (/^[\u0000-\u001F\u007F]/.test(token)) this.unknown.push(JSON.stringify(token));
    else this.#put(token);
  }

  #put(character: string): void {
    const width = stringWidth(character);
    if (this.#column + width > this.columns) {
      this.#column = 0;
      this.#down(1);
    }
    const line = this.#line();
    while (line.length < this.#column) line.push(' ');
    if (width === 0) line[this.#column - 1] = `${line[this.#column - 1] ?? ''}${character}`;
    else line.splice(this.#column, width, character, ...Array<string>(width - 1).fill(''));
    this.#column += width;
  }

  #control(priv: boolean, values: string, letter: string): void {
    const n = Math.max(1, Number(values.split(';')[0] ?? 1));
    if (priv) {
      if (values === '25') this.cursorShown = letter === 'h';
      else if (values !== '2026') this.unknown.push(`?${values}${letter}`);
    } else if (letter === 'A') this.#row = Math.max(this.#top(), this.#row - n);
    else if (letter === 'B') this.#row = Math.min(this.#lines.length - 1, this.#row + n);
    else if (letter === 'G') this.#column = n - 1;
    else if (letter === 'K') this.#erase(values);
    else if (letter === 'J') {
      this.#line().splice(this.#column);
      this.#lines.splice(this.#row + 1);
    } else if (letter !== 'm') this.unknown.push(`${values}${letter}`);
  }

  #erase(values: string): void {
    if (values === '2') this.#line().splice(0);
    else if (values === '' || values === '0') this.#line().splice(this.#column);
    else this.unknown.push(`${values}K`);
  }

  /** The cursor cannot leave the screen upwards. */
  #top(): number {
    return Math.max(0, this.#lines.length - this.rows);
  }

  #down(n: number): void {
    this.#row += n;
    while (this.#lines.length <= this.#row) this.#lines.push([]);
  }

  #line(): string[] {
    const line = this.#lines[this.#row];
    if (line === undefined) throw new Error('the cursor has left the screen');
    return line;
  }
}

function lineText(line: readonly string[]): string {
  return line.join('').trimEnd();
}
