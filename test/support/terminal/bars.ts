/** The percentages that the frames show of a task, equal ones in a row once. */
export function percentages(frames: readonly string[][], id: string): number[] {
  const shown = frames.flatMap((lines) =>
    lines.flatMap((line) => {
      const match = line.startsWith(`${id} `) ? / (\d+)%/.exec(line) : null;
      return match === null ? [] : [Number(match[1])];
    }),
  );
  return shown.filter((value, index) => value !== shown[index - 1]);
}

/** How many values there are at most, each larger than the one before. */
export function longestRise(values: readonly number[]): number {
  let best = 0;
  let length = 0;
  for (const [index, value] of values.entries()) {
    length = index > 0 && value > (values[index - 1] ?? 0) ? length + 1 : 1;
    best = Math.max(best, length);
  }
  return best;
}
