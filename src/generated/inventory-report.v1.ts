// Generated from schemas/ by `npm run generate`. Do not edit.
/* eslint-disable */

/**
 * What run --inventory came to: a line for each database. What was done in it is in its own report.
 */
export interface InventoryReportV1 {
  /**
   * The version of this document's format.
   */
  report_version: 1;
  runbook: Runbook;
  inventory: Inventory;
  /**
   * Those that a database must have to be among these.
   */
  tags: string[];
  /**
   * Which part of the inventory this is, as i/n; null for the whole.
   */
  shard: string | null;
  /**
   * The pass over the inventory; null without one.
   */
  pass: string | null;
  /**
   * When the command started. RFC 3339 UTC.
   */
  started_at: string;
  /**
   * When it ended; null while it runs. RFC 3339 UTC.
   */
  finished_at: string | null;
  /**
   * The exit code of the command; null while it runs.
   */
  exit_code: number | null;
  /**
   * In the order of their names.
   */
  databases: Database[];
  /**
   * How many databases have each status.
   */
  counts: {
    [k: string]: number;
  };
}
/**
 * What was run.
 */
export interface Runbook {
  /**
   * Its name.
   */
  name: string;
  /**
   * Its version.
   */
  version: number;
  /**
   * The file, as it was named.
   */
  path: string;
  /**
   * Of its content.
   */
  digest: string;
}
/**
 * Where the databases stand.
 */
export interface Inventory {
  /**
   * The file, as it was named.
   */
  path: string;
  /**
   * Of its content, without passwords.
   */
  digest: string;
  /**
   * How many it has, before tags and shards.
   */
  databases: number;
}
/**
 * A database, and what became of it.
 */
export interface Database {
  /**
   * Its name in the inventory.
   */
  name: string;
  /**
   * user@host:port/database; null when the inventory and the environment do not say.
   */
  server: string | null;
  /**
   * That of its run; pending and running: not yet; refused: no run began; not_begun: a signal came first.
   */
  status:
    | 'pending'
    | 'running'
    | 'succeeded'
    | 'failed'
    | 'cancelled'
    | 'detached'
    | 'deferred'
    | 'unknown'
    | 'refused'
    | 'not_begun';
  /**
   * Why, where the status alone does not say it.
   */
  reason: string | null;
  /**
   * The code of the error that kept the run from beginning; null where none did.
   */
  error: string | null;
  /**
   * What run for this database alone would have ended with; null when it has not ended or not begun.
   */
  exit_code: number | null;
  /**
   * What this command did: run it, resume its run of this pass, or find that one ended; null: nothing.
   */
  did: 'run' | 'resumed' | 'found' | null;
  /**
   * Its run.
   */
  run_id: string | null;
  /**
   * The file of its own report; null without one.
   */
  report: string | null;
  /**
   * When this command came to it. RFC 3339 UTC.
   */
  started_at: string | null;
  /**
   * When this command was through with it. RFC 3339 UTC.
   */
  finished_at: string | null;
}
