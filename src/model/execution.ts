/**
 * How a kind's work is looked at and judged. It is carried out by functions of the ledger, so that
 * everybody who settles an attempt, an engine, a supervisor or a later reader, judges alike.
 * @see src/ledger/functions/judge-target.sql
 */
export interface Execution {
  /**
   * A query over `$1`, a JSON array of targets, each with the facts from `before` the launch (null
   * then). One row for each that is there: `oid`, `same` (false when its name now stands for another
   * relation), `facts` (jsonb), `result` (`done`, `not_done` or `unknown`), `reason`, and for kinds with
   * `skip_warnings` `promised`: whether the catalogs show what the options promise. Null: the kind has no targets.
   */
  readonly evidence: string | null;
  /** SQLSTATE of targets that are gone. */
  readonly gone_sqlstate: string;
  /** SQLSTATEs of warnings with which the server passes a relation by, and answers with success. */
  readonly skip_warnings: readonly string[] | null;
  /** Whether relations whose lock is not free are passed by. */
  readonly skip_locked: boolean;
  /** What stands before the names of relations, where several may share a worker. */
  readonly command: string | null;
  /**
   * How many statements of the runbook's one task has. In a transaction each of them is followed by one
   * command of ours, and the last one by the completion marker too. Null: the SQL is ours.
   */
  readonly statements: number | null;
}
