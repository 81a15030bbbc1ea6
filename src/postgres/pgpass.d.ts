declare module 'pgpass' {
  /** Looks a password up in the file that PGPASSFILE names, or in ~/.pgpass. */
  export default function pgpass(
    connection: { host: string; port: number; user: string; database: string },
    callback: (password: string | undefined) => void,
  ): void;
}
