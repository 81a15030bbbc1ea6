/** What such a code stands for, as the error codes of commands have it. */
interface StateText {
  readonly happened: string;
  readonly means: string;
  readonly remedy: string;
}

/** What `expect` of a sql step raises. Class RB is nobody's; PostgreSQL reserves none of letters after H. */
export const UNEXPECTED_ROWS = 'RB001';

/** SQLSTATEs of our own, which PostgreSQL's manual does not have. */
export const SQLSTATE_TEXTS: Readonly<Record<string, StateText>> = {
  [UNEXPECTED_ROWS]: {
    happened:
      'A statement of a sql step changed or returned another number of rows than `expect` says.',
    means: 'It was seen before the commit: everything that the step had done was rolled back.',
    remedy:
      'The message has both numbers. Look at the rows that the statement finds, then correct the statement or `expect`. ' +
      'If it changed 0 rows, somebody may have made the change before.',
  },
};
