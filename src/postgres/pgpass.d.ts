declare module 'pgpass/lib/helper.js' {
  import type { Readable } from 'node:stream';

  /** Answers the password of the first line of a password file that matches. */
  export function getPassword(
    connection: { host: string; port: number; user: string; database: string },
    file: Readable,
    callback: (password: string | undefined) => void,
  ): void;
}
