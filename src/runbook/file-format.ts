/** A kind of YAML file that people write for this program: what parsing and messages need to know of it. */
export interface FileFormat {
  readonly noun: string;
  /** The same with its article. */
  readonly one: string;
  readonly apiVersion: string;
  /** What messages call an item of its lists, by the list's key. */
  readonly items: Readonly<Record<string, string>>;
  /** What to do with a list that is too long. */
  readonly shorten: string;
}

export const RUNBOOK: FileFormat = {
  noun: 'runbook',
  one: 'a runbook',
  apiVersion: 'pg-runbook/v1',
  items: { steps: 'this step', guards: 'this guard' },
  shorten: 'Split the runbook, or use patterns.',
};

export const INVENTORY: FileFormat = {
  noun: 'inventory',
  one: 'an inventory',
  apiVersion: 'pg-runbook/inventory/v1',
  items: { databases: 'this database' },
  shorten: 'Split the inventory.',
};

/** With a capital, for the beginning of a sentence. */
export function sentenceStart(format: FileFormat): string {
  return format.one.slice(0, 1).toUpperCase() + format.one.slice(1);
}
