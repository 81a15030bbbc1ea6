/** Every terminal has 80 columns. */
const WIDTH = 80;

/** Breaks long lines at spaces; what follows stands two columns further in than its line began. */
export function wrap(text: string, width = WIDTH): string {
  return text
    .split('\n')
    .map((line) => wrapLine(line, width))
    .join('\n');
}

function wrapLine(line: string, width: number): string {
  const indent = /^(?: *(?:\d+\.|-)? *)/.exec(line)?.[0].length ?? 0;
  const lines: string[] = [];
  let rest = line;
  while (rest.length > width) {
    const at = rest.lastIndexOf(' ', width);
    // A word wider than the line stays whole: it may be something to copy.
    if (rest.slice(0, Math.max(at, 0)).trim() === '') break;
    lines.push(rest.slice(0, at).trimEnd());
    rest = `${' '.repeat(indent + 2)}${rest.slice(at + 1).trimStart()}`;
  }
  return [...lines, rest].join('\n');
}

/** Columns side by side: the first from the left, the others as `right` says. */
export function table(rows: readonly (readonly string[])[], right: readonly number[]): string {
  const widths = (rows[0] ?? []).map((_, i) =>
    Math.max(...rows.map((row) => (row[i] ?? '').length)),
  );
  return rows
    .map((row) =>
      row
        .map((cell, i) =>
          right.includes(i) ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .map((line) => `  ${line}`)
    .join('\n');
}

/** 1234567 as 1,234,567. */
export function formatCount(count: number): string {
  return count.toLocaleString('en-US');
}
