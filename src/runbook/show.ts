/** A value as text, for building a hint. */
export function plain(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Shows a value in a message: short, on one line, its kind apparent. */
export function show(value: unknown): string {
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a mapping';
  if (typeof value !== 'string') return plain(value);
  const text = JSON.stringify(value);
  return text.length <= 60 ? text : `${text.slice(0, 56)}…"`;
}
