/** `1 task`, `2 tasks`. */
export function count(n: number, noun: string): string {
  return `${String(n)} ${noun}${n === 1 ? '' : 's'}`;
}

/** The first of some names, and how many more there are. */
export function listSome(names: readonly string[], most: number): string {
  const more = names.length - most;
  return `${names.slice(0, most).join(', ')}${more > 0 ? ` and ${String(more)} more` : ''}`;
}

let grouped: Intl.NumberFormat | undefined;

/** A number with its thousands apart: `1,234,567`. */
export function formatNumber(value: number): string {
  // Made when it is needed: its tables take longer to load than a whole module of ours.
  grouped ??= new Intl.NumberFormat('en');
  return grouped.format(value);
}
