import { RunbookError } from '../../errors.js';
import { isContent, listAt, textAt } from '../content.js';
import type { Path, Problem } from '../diagnostic.js';

/** What a connection string says by itself. */
export interface DsnFacts {
  readonly hasPassword: boolean;
  /** Two strings with the same one lead to the same database, on every host. */
  readonly target: string;
}

/** @throws RunbookError for what is no connection string. */
export type DsnReader = (dsn: string) => DsnFacts;

interface Entry {
  readonly path: Path;
  readonly name: string | undefined;
  readonly dsn: string | undefined;
  readonly service: string | undefined;
}

/**
 * Finds what the schema cannot say of an inventory: names and databases that stand twice, and
 * connection strings that are none or hold a password. What cannot be read is passed over.
 */
export function checkDatabases(content: unknown, readDsn: DsnReader): readonly Problem[] {
  const entries = listAt(content, 'databases').flatMap((body, index): Entry[] =>
    isContent(body)
      ? [
          {
            path: ['databases', index],
            name: textAt(body, 'name'),
            dsn: textAt(body, 'dsn'),
            service: textAt(body, 'service'),
          },
        ]
      : [],
  );
  const names = new Map<string, Entry>();
  const targets = new Map<string, Entry>();
  const problems = entries.flatMap((entry) => [
    ...checkName(entry, names),
    ...checkConnection(entry, targets, readDsn),
  ]);
  return onePasswordWarning(problems);
}

/** Thousands of DSNs may hold the same password. */
function onePasswordWarning(problems: readonly Problem[]): Problem[] {
  const isWarning = ({ code }: Problem): boolean => code === 'password-in-dsn';
  const [first, ...others] = problems.filter(isWarning);
  const rest = problems.filter((problem) => !isWarning(problem));
  if (first === undefined) return rest;
  const more = others.length === 0 ? '' : `, and so do ${String(others.length)} more`;
  return [...rest, { ...first, message: `${first.message}${more}` }];
}

/** Beside the reports of the databases stands the summary, of a shard or of the whole. */
const SUMMARY = /^summary(?:-\d+-of-\d+)?$/;

function checkName(entry: Entry, seen: Map<string, Entry>): Problem[] {
  const { name } = entry;
  if (name === undefined) return [];
  const path = [...entry.path, 'name'];
  if (SUMMARY.test(name)) {
    const message = `\`name\` cannot be "${name}": the summary's file is called that`;
    return [{ code: 'reserved-name', message, hint: 'Choose another name.', path }];
  }
  if (!seen.has(name)) {
    seen.set(name, entry);
    return [];
  }
  const message = `the database "${name}" stands here a second time`;
  return [{ code: 'duplicate-database', message, hint: 'Each needs a name of its own.', path }];
}

function checkConnection(
  { path, name, dsn, service }: Entry,
  seen: Map<string, Entry>,
  readDsn: DsnReader,
): Problem[] {
  // Which of two holds, or what stands for neither, the schema asks.
  if ((dsn === undefined) === (service === undefined)) return [];
  const place = [...path, dsn === undefined ? 'service' : 'dsn'];
  const facts = dsn === undefined ? serviceFacts(service ?? '') : factsOf(dsn, place, readDsn);
  if ('code' in facts) return [facts];
  const other = seen.get(facts.target);
  seen.set(facts.target, other ?? { path, name, dsn, service });
  return [
    ...(facts.hasPassword ? [passwordInDsn(place)] : []),
    ...(other === undefined ? [] : [sameDatabase(place, other)]),
  ];
}

function serviceFacts(service: string): DsnFacts {
  return { hasPassword: false, target: `service ${service}` };
}

function factsOf(dsn: string, path: Path, readDsn: DsnReader): DsnFacts | Problem {
  try {
    return readDsn(dsn);
  } catch (error) {
    if (!(error instanceof RunbookError)) throw error;
    const { message, hint } = error;
    return { code: 'bad-dsn', message, ...(hint === undefined ? {} : { hint }), path };
  }
}

function passwordInDsn(path: Path): Problem {
  return {
    code: 'password-in-dsn',
    severity: 'warning',
    message: 'this DSN holds a password',
    hint: 'Take it from a password file (~/.pgpass), PGPASSWORD or a service: whoever reads the inventory can log in.',
    path,
  };
}

function sameDatabase(path: Path, { name }: Entry): Problem {
  const what = name === undefined ? 'an entry above' : `"${name}"`;
  return {
    code: 'duplicate-database',
    message: `this leads to the same database as ${what}`,
    hint: 'One of them is enough: nothing is done twice.',
    path,
  };
}
