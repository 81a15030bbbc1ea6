import type { InventoryV1 } from '../../generated/inventory.v1.js';
import type { Inventory } from '../../model/inventory.js';
import { limitProblems, sortDiagnostics, type Diagnostic } from '../diagnostic.js';
import { digestOf } from '../digest.js';
import { INVENTORY } from '../file-format.js';
import { parseYaml } from '../parse.js';
import { locate } from '../positions.js';
import { readYamlText } from '../read.js';
import { explainSchemaErrors } from '../schema-messages.js';
import { validateAgainstSchema } from '../schema.js';
import { checkDatabases, type DsnReader } from './check.js';
import { masked, starPasswords, withoutFragments } from './passwords.js';

/** An inventory, or all that is wrong with it. `source` is for frames around its lines, passwords starred. */
export type InventoryResult =
  | {
      readonly ok: true;
      readonly inventory: Inventory;
      readonly warnings: readonly Diagnostic[];
      readonly source: string;
    }
  | {
      readonly ok: false;
      readonly diagnostics: readonly Diagnostic[];
      readonly source: string | undefined;
    };

const DEFAULT_CONCURRENCY = 4;
const DEFAULT_PER_SERVER = 2;

/** True for a text that says it is an inventory, whatever else is wrong with it. */
export function saysInventory(text: string): boolean {
  return /^(["']?)api_version\1\s*:\s*["']?pg-runbook\/inventory\//m.test(text);
}

/**
 * Reads an inventory. All that is wrong with it comes back as diagnostics; nothing is thrown, and no
 * password shows in what comes back but in the DSNs themselves.
 * @param path the name of the file in diagnostics.
 * @param readDsn what a connection string says; the loader knows none itself.
 */
export function loadInventoryText(text: string, path: string, readDsn: DsnReader): InventoryResult {
  const parsed = parseYaml(text, path, INVENTORY);
  if (!parsed.ok) return failed(parsed.diagnostics.map(withoutFragments), text);
  const { source, content } = parsed;
  // Messages repeat values: of these, none has a password.
  const errors = validateAgainstSchema(masked(content), INVENTORY);
  const problems = [...explainSchemaErrors(errors, INVENTORY), ...checkDatabases(content, readDsn)];
  const diagnostics = sortDiagnostics(
    limitProblems(problems).map((problem) => locate(source, problem)),
  );
  if (diagnostics.some(({ severity }) => severity === 'error')) return failed(diagnostics, text);
  return {
    ok: true,
    inventory: toInventory(content as InventoryV1, path),
    warnings: diagnostics,
    source: starPasswords(text),
  };
}

/** {@link loadInventoryText} of a file. A file that cannot be read is a diagnostic as well. */
export async function loadInventoryFile(
  path: string,
  readDsn: DsnReader,
): Promise<InventoryResult> {
  const read = await readYamlText(path, INVENTORY);
  return read.ok
    ? loadInventoryText(read.text, path, readDsn)
    : failed(read.diagnostics, read.text);
}

function failed(diagnostics: readonly Diagnostic[], text: string | undefined): InventoryResult {
  return {
    ok: false,
    diagnostics: sortDiagnostics(diagnostics),
    source: text === undefined ? undefined : starPasswords(text),
  };
}

function toInventory(content: InventoryV1, path: string): Inventory {
  return {
    path,
    digest: digestOf(masked(content, withoutLengths)),
    concurrency: content.concurrency ?? DEFAULT_CONCURRENCY,
    perServer: content.per_server ?? DEFAULT_PER_SERVER,
    databases: content.databases.map(({ name, dsn, service = '', tags = [] }) => ({
      name,
      dsn: dsn ?? serviceDsn(service),
      tags,
    })),
  };
}

/** A digest of a password, or of its length, would help to guess it. */
function withoutLengths(text: string): string {
  return starPasswords(text).replaceAll(/\*+/g, '*');
}

function serviceDsn(service: string): string {
  return `service='${service.replaceAll(/['\\]/g, '\\$&')}'`;
}
