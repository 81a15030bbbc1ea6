// Generated from schemas/ by `npm run generate`. Do not edit.
/* eslint-disable */

/**
 * The databases that run --inventory works on, format pg-runbook/inventory/v1.
 */
export interface InventoryV1 {
  /**
   * The version of this file format. Always pg-runbook/inventory/v1.
   */
  api_version: 'pg-runbook/inventory/v1';
  /**
   * Databases that one process works on at once. Each takes a connection or two. Default 4.
   */
  concurrency?: number;
  /**
   * How many of these on one server, which is a host and a port. Default 2.
   */
  per_server?: number;
  /**
   * The databases. Shards are made of their names in order, so that lines may be moved.
   *
   * @minItems 1
   * @maxItems 5000
   */
  databases: [Database, ...Database[]];
}
/**
 * One database, and how to reach it. What is not said comes from libpq's environment.
 */
export interface Database {
  /**
   * What to call it, in messages and as the name of its report's file. Each name once.
   */
  name: string;
  /**
   * A connection string as libpq takes it, postgresql://… or host=… dbname=…, best without a password.
   */
  dsn?: string;
  /**
   * A section of libpq's connection service file.
   */
  service?: string;
  /**
   * Words by which run --tag selects it.
   */
  tags?: string[];
}
