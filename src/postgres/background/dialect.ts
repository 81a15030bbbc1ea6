/**
 * pg_background's API, as SQL. One interface and one file per dialect; an ability that a version
 * lacks is an absent method, never a pretence.
 */
export interface BackgroundDialect {
  readonly name: '2.x' | '1.x';
  /**
   * An expression that launches a worker and yields its handle, a composite (pid, cookie). The
   * arguments are expressions too.
   */
  launch(sql: string, queueSize: string, label: string): string;
  /** A FROM item with the workers of this session: at least pid, cookie and state. */
  list(): string;
  /** An expression list item: stops tracking the worker; it runs on. */
  detach(pid: string, cookie: string): string;
  /**
   * Whether a worker may be stopped by its handle before its process was seen. pg_background 1.8 was seen to crash, and
   * the server to restart, when a worker was cancelled so right after its launch.
   */
  readonly cancelsUnseen: boolean;
  /** Sends SIGTERM. Always without a grace: before 2.0.2 its end was SIGKILL, which restarts the cluster. */
  cancel(pid: string, cookie: string): string;
  /** A FROM item that reads the worker's queue as one text column `r`; once, and only when it has ended. */
  result(pid: string, cookie: string): string;
  /**
   * A FROM item with has_error, command_tag and row_count of an ended worker. `pg_background_outcome`
   * would tell the same, but it is written in PL/pgSQL with unqualified names and fails when the
   * extension's schema is not in the search_path.
   */
  resultInfo?(pid: string, cookie: string): string;
  /** A FROM item with sqlstate, message, detail and hint of the worker's error. */
  errorInfo?(pid: string, cookie: string): string;
}
