import pg from 'pg';
import { codePointIndex } from '../sql/offsets.js';
import { SQLSTATE } from './errors.js';

/** Enough to find it again. */
const PLACE_LENGTH = 40;

/** Without a place, and with names from the catalogs alone: a privilege or a generated column. */
const OF_NAMES: readonly string[] = [SQLSTATE.insufficientPrivilege, '428C9'];

const GRANTS =
  'An administrator can have `pg-runbook grants FILE --role NAME` print each GRANT that the role lacks.';

/** What may be told of a refusal. */
export interface Told {
  readonly message: string;
  readonly hint: string | undefined;
}

/** The server refused to plan, or to execute, a statement of a trial. */
export class TrialRefusal extends Error {
  override readonly name = 'TrialRefusal';
  readonly sqlstate: string;
  readonly #error: pg.DatabaseError;
  readonly #sent: string | undefined;

  /** @param sent what the server was asked, where that is the runbook's or ours. */
  constructor(error: pg.DatabaseError, sent: string | undefined) {
    super('the server refused a trial');
    this.sqlstate = error.code ?? 'XX000';
    this.#error = error;
    this.#sent = sent;
  }

  /** Where in the statement it is, by the statement's own words. */
  get #place(): string {
    const { position } = this.#error;
    if (position === undefined || this.#sent === undefined) return '';
    const [line = ''] = this.#sent
      .slice(codePointIndex(this.#sent, Number(position) - 1))
      .split('\n');
    return `, at \`${line.slice(0, PLACE_LENGTH)}\``;
  }

  /**
   * Its text, where that can hold no data. A planner computes what does not depend on rows, and reads
   * what its role may read: a text about a value has the value in it.
   * @param showAll the user is the one who may see it.
   */
  tell(showAll: boolean): Told {
    const place = this.#place;
    if (showAll || isAboutText(this.#error)) {
      const ours = this.sqlstate === SQLSTATE.insufficientPrivilege ? GRANTS : undefined;
      return { message: `${this.#error.message}${place}`, hint: this.#error.hint ?? ours };
    }
    return {
      message: `the server refused to plan a statement of it${place}`,
      hint: 'The text of the server may hold data: `pg-runbook plan FILE --show-server-errors` shows it.',
    };
  }
}

/**
 * Names, syntax and types as they stand in the statement: found before anything is computed, so with a
 * place in it. What a function raises has a context, whatever SQLSTATE it takes; what a cast of a
 * computed text to a name says has neither.
 */
function isAboutText({ code, where, position }: pg.DatabaseError): boolean {
  if (code === undefined || !code.startsWith('42') || where !== undefined) return false;
  return position !== undefined || OF_NAMES.includes(code);
}

/** A server's error as a refusal; anything else as it is. */
export function asRefusal(error: unknown, sent?: string): unknown {
  return error instanceof pg.DatabaseError && error.code !== undefined
    ? new TrialRefusal(error, sent)
    : error;
}
