/**
 * In a FROM clause: the commit of this statement waits neither for the disk nor for a standby. It is for
 * records that nothing outside of the ledger follows from before another commit, which does wait, and
 * takes them along, since WAL is written in order: a crash of the server leaves what a crash of the
 * engine a moment earlier would have left.
 * @see https://www.postgresql.org/docs/current/wal-async-commit.html
 */
export const COMMIT_LATER =
  "(SELECT pg_catalog.set_config('synchronous_commit', 'off', true) OFFSET 0) AS commit_later";
