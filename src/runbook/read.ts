import { open } from 'node:fs/promises';
import type { Diagnostic } from './diagnostic.js';
import type { DiagnosticCode } from './diagnostic-texts.js';
import type { FileFormat } from './file-format.js';
import { MAX_FILE_BYTES, refuseText, sizeProblem, type DecodedText } from './text.js';

export type ReadResult =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[]; readonly text?: string };

const BY_ERRNO: Readonly<Record<string, readonly [code: DiagnosticCode, message: string]>> = {
  ENOENT: ['file-missing', 'there is no such file'],
  ENOTDIR: ['file-missing', 'there is no such file: a part of its path is no directory'],
  EISDIR: ['file-directory', 'this is a directory, not a file'],
  EACCES: ['file-unreadable', 'permission to read this file is denied'],
};

function failure(file: string, code: DiagnosticCode, message: string): ReadResult {
  const place = { file, line: 1, column: 1, endLine: 1, endColumn: 1 };
  return { ok: false, diagnostics: [{ code, severity: 'error', message, ...place }] };
}

/** One byte more than allowed tells a file that is too large, even one that has no size, like a pipe. */
async function readBytes(path: string): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    const chunks: Buffer[] = [];
    let total = 0;
    for await (const chunk of file.createReadStream({ autoClose: false, end: MAX_FILE_BYTES })) {
      chunks.push(chunk as Buffer);
      total += (chunk as Buffer).length;
    }
    return Buffer.concat(chunks, total);
  } finally {
    await file.close();
  }
}

/** Reads a file as text. Every way in which that can fail is a diagnostic, not an exception. */
export async function readYamlText(path: string, format: FileFormat): Promise<ReadResult> {
  let bytes: Buffer;
  try {
    bytes = await readBytes(path);
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    return failure(path, ...(BY_ERRNO[code] ?? (['file-unreadable', message] as const)));
  }
  if (bytes.length > MAX_FILE_BYTES) return { ok: false, diagnostics: [sizeProblem(path, format)] };
  const decoded = decode(bytes);
  const refused = refuseText(decoded, path, format);
  if (refused !== undefined) return { ok: false, diagnostics: [refused], text: decoded.text };
  return { ok: true, text: decoded.text };
}

function decode(bytes: Buffer): DecodedText {
  try {
    return {
      text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes),
      valid: true,
    };
  } catch {
    return { text: new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes), valid: false };
  }
}
