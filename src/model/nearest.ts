/** Edits that make one word of another: insert, delete, replace, or swap two neighbours. */
export function editDistance(a: string, b: string): number {
  let [before, previous]: [number[], number[]] = [
    [],
    Array.from({ length: b.length + 1 }, (_, j) => j),
  ];
  for (let i = 1; i <= a.length; i += 1) {
    const current = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      current.push(
        Math.min(
          (previous[j] ?? 0) + 1,
          (current[j - 1] ?? 0) + 1,
          (previous[j - 1] ?? 0) + same,
          swapped ? (before[j - 2] ?? 0) + 1 : Infinity,
        ),
      );
    }
    [before, previous] = [previous, current];
  }
  return previous[b.length] ?? 0;
}

/** Of longer words and of more of them, a mistake is seen without us. */
const LONGEST_WORD = 100;
const MOST_CANDIDATES = 500;

/** The word that was most likely meant, or undefined when none is near. Case does not count. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const wanted = word.toLowerCase().slice(0, LONGEST_WORD);
  let best: { word: string; distance: number } | undefined;
  for (const candidate of candidates.slice(0, MOST_CANDIDATES)) {
    const near = Math.max(1, Math.floor(Math.max(wanted.length, candidate.length) / 3));
    if (Math.abs(wanted.length - candidate.length) > near) continue;
    const distance = editDistance(wanted, candidate.toLowerCase());
    if (distance <= near && distance < (best?.distance ?? Infinity))
      best = { word: candidate, distance };
  }
  return best?.word;
}

/** A hint that names the word most likely meant, or else the few that there are. */
export function suggest(word: string, candidates: readonly string[]): string | undefined {
  const near = nearest(word, candidates);
  if (near !== undefined) return `Did you mean \`${near}\`?`;
  if (candidates.length === 0 || candidates.length > 12) return undefined;
  return `Known here: ${candidates.map((one) => `\`${one}\``).join(', ')}.`;
}

/** {@link suggest} as a property that is absent when there is nothing to say. */
export function suggestion(word: string, candidates: readonly string[]): { hint?: string } {
  const hint = suggest(word, candidates);
  return hint === undefined ? {} : { hint };
}
