/** Every terminal has this many columns. */
const WIDTH = 80;

/**
 * Breaks a line at spaces; what follows stands two columns further in than the line began. A word
 * wider than the line stays whole: it may be something to copy.
 */
export function wrapLine(line: string, width = WIDTH): string[] {
  const indent = /^(?: *(?:\d+\.|-)? *)/.exec(line)?.[0].length ?? 0;
  const lines: string[] = [];
  let rest = line;
  while (rest.length > width) {
    const at = rest.lastIndexOf(' ', width);
    if (rest.slice(0, Math.max(at, 0)).trim() === '') break;
    lines.push(rest.slice(0, at).trimEnd());
    rest = `${' '.repeat(indent + 2)}${rest.slice(at + 1).trimStart()}`;
  }
  return [...lines, rest];
}
