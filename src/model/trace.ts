/** What a command that cannot run in a transaction leaves in the catalogs when it has done its work. */
export interface Trace {
  readonly left:
    | 'index_made'
    | 'index_gone'
    | 'index_rebuilt'
    | 'indexes_rebuilt'
    | 'vacuumed'
    | 'analyzed'
    | 'rewritten'
    | 'detached';
  /** As SQL writes it: its table, or the index or partition itself. It means what the worker's search_path finds. */
  readonly relation: string;
  /** The name of the index that is made, which lies in the schema of its table. */
  readonly index: string | undefined;
}
