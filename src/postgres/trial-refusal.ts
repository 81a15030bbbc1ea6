import pg from 'pg';
import { codePointIndex } from '../sql/offsets.js';
import { SQLSTATE } from './errors.js';

/** Enough to find it again. */
const PLACE_LENGTH = 40;

/** Without a place, and with names from the catalogs alone: a privilege or a generated column. */
const OF_NAMES: readonly string[] = [SQLSTATE.insufficientPrivilege, '428C9'];

const GRANTS =
  'An administrator can have `pg-runbook grants FILE --role NAME` print each GRANT that the role lacks.';

/** A statement as it was sent. */
interface Sent {
  readonly text: string;
  /** How many characters of ours stood before it. */
  readonly behind: number;
}

/** Why there was no trial, and what to do about it. */
export interface Untried {
  readonly why: string;
  readonly hint: string;
}

/** What may be told of a refusal. */
export interface Told {
  readonly sqlstate: string;
  readonly message: string;
  readonly hint: string | undefined;
}

/**
 * Errors of the moment or of the role, by SQLSTATE: of the connection, of our read-only transaction, of
 * deadlocks, resources, states of objects, operators and the system. Whether a run meets them as well is not known.
 */
const OF_THE_MOMENT = /^(?:08|25|40|53|55|57|58|F0|XX|42501$)/;

/** The server refused to plan, or to execute, a statement of a trial. */
export class TrialRefusal extends Error {
  override readonly name = 'TrialRefusal';
  readonly sqlstate: string;
  readonly #error: pg.DatabaseError;
  readonly #sent: Sent | undefined;

  /** @param sent where it is the runbook's or ours. */
  constructor(error: pg.DatabaseError, sent: Sent | undefined) {
    super('the server refused a trial');
    this.sqlstate = error.code ?? 'XX000';
    this.#error = error;
    this.#sent = sent;
  }

  /** True: the SQL itself is refused, by whichever role and whenever it is planned on these catalogs. */
  get isOfSql(): boolean {
    return !OF_THE_MOMENT.test(this.sqlstate);
  }

  /** The statement, where it is known. */
  get sent(): string | undefined {
    return this.#sent?.text;
  }

  /** The statement, and the index in it that the server names. */
  get place(): { readonly sent: string; readonly index: number } | undefined {
    const { position } = this.#error;
    if (position === undefined || this.#sent === undefined) return undefined;
    const { text, behind } = this.#sent;
    return { sent: text, index: codePointIndex(text, Number(position) - 1 - behind) };
  }

  /** Where in the statement it is, by the statement's own words. */
  get #words(): string {
    if (this.place === undefined) return '';
    const [line = ''] = this.place.sent.slice(this.place.index).split('\n');
    return `, at \`${line.slice(0, PLACE_LENGTH)}\``;
  }

  /**
   * Its text, where that can hold no data. A planner computes what does not depend on rows, and reads
   * what its role may read: a text about a value has the value in it.
   * @param showAll the user is the one who may see it.
   */
  tell(showAll: boolean): Told {
    const { sqlstate } = this;
    const place = this.#words;
    if (showAll || isAboutText(this.#error)) {
      const ours = this.sqlstate === SQLSTATE.insufficientPrivilege ? GRANTS : undefined;
      return {
        sqlstate,
        message: `${this.#error.message}${place}`,
        hint: this.#error.hint ?? ours,
      };
    }
    return {
      sqlstate,
      message: `a statement of it cannot be planned${place}`,
      hint: 'The text of the server may hold data: `pg-runbook plan FILE --show-server-errors` shows it.',
    };
  }
}

/**
 * Names, syntax and types as they stand in the statement, its constants too: found before anything is
 * computed, so with a place in it. What a function raises has a context, whatever SQLSTATE it takes; what a
 * cast of a computed text says has neither.
 */
function isAboutText({ code, where, position }: pg.DatabaseError): boolean {
  if (code === undefined || !/^(?:42|22)/.test(code) || where !== undefined) return false;
  return position !== undefined || OF_NAMES.includes(code);
}

/** A server's error as a refusal; anything else as it is. */
export function asRefusal(error: unknown, sent?: Sent): unknown {
  return error instanceof pg.DatabaseError && error.code !== undefined
    ? new TrialRefusal(error, sent)
    : error;
}

/** What the moment or the role, and not the SQL, kept the server from planning. */
export function asUntried({ sqlstate, message, hint }: Told): Untried {
  return {
    why: `not tried: ${message} (SQLSTATE ${sqlstate})`,
    hint: hint ?? 'Plan it again.',
  };
}
