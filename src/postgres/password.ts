import pgpass from 'pgpass';
import type { LibpqKeywords } from './connection-settings.js';

interface Target {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
}

/**
 * The password: the one given, else the matching line of libpq's password file (PGPASSFILE or
 * ~/.pgpass), looked up at connect time.
 */
export function passwordFrom(
  keywords: LibpqKeywords,
  target: Target,
): string | (() => Promise<string>) {
  const given = keywords['password'];
  if (given !== undefined) return given;
  return () =>
    new Promise((resolve) => {
      // node-postgres wants a text: with an empty one the server says what it misses.
      pgpass(target, (found) => {
        resolve(found ?? '');
      });
    });
}
