/** node-postgres' own escape functions; its published types leave this file out. */
declare module 'pg/lib/utils.js' {
  const utils: {
    readonly escapeIdentifier: (text: string) => string;
    readonly escapeLiteral: (text: string) => string;
  };
  export = utils;
}
