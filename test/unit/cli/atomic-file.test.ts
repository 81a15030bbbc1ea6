import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { writeReportPieces } from '../../../src/cli/report-file.js';
import { REPORT_MODE, writeAtomically } from '../../../src/cli/atomic-file.js';

const STRANGER = 65_534;
const isRoot = process.geteuid?.() === 0;

function folder(): string {
  const path = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), 'pg-runbook-test-')));
  onTestFinished(() => {
    fs.rmSync(path, { recursive: true });
  });
  return path;
}

const write = (path: string, ...pieces: string[]): Promise<void> =>
  writeAtomically(path, pieces, REPORT_MODE);
const modeOf = (path: string): number => fs.statSync(path).mode & 0o777;

describe('a file written in pieces', () => {
  it('has them all, however many', async () => {
    const file = join(folder(), 'a');
    const pieces = Array.from({ length: 30_000 }, (_, i) => `${String(i)} é\n`);
    await write(file, ...pieces);
    expect(fs.readFileSync(file, 'utf8')).toBe(pieces.join(''));
  });

  it('stays as it was when a piece cannot be made, and nothing lies about', async () => {
    const path = folder();
    const file = join(path, 'a');
    await write(file, 'before');
    const broken = function* (): Generator<string> {
      yield 'x'.repeat(200_000);
      throw new Error('no more');
    };
    await expect(writeAtomically(file, broken(), REPORT_MODE)).rejects.toThrow('no more');
    expect(fs.readFileSync(file, 'utf8')).toBe('before');
    expect(fs.readdirSync(path)).toEqual(['a']);
  });
});

describe('the mode of a file', () => {
  it.each([0o600, 0o640, 0o644])('is the one asked for: %o', async (mode) => {
    const old = process.umask(0o077);
    onTestFinished(() => void process.umask(old));
    const file = join(folder(), 'a');
    await writeAtomically(file, ['x'], mode);
    expect(modeOf(file)).toBe(mode);
  });

  it.each([0o644, 0o444])('is not the one of the file before: %o', async (mode) => {
    const file = join(folder(), 'a');
    fs.writeFileSync(file, 'a longer text of before');
    fs.chmodSync(file, mode);
    await write(file, 'new');
    expect(fs.readFileSync(file, 'utf8')).toBe('new');
    expect(modeOf(file)).toBe(0o600);
  });

  it.runIf(isRoot)('goes with an owner: ours, not the one of the file before', async () => {
    const file = join(folder(), 'a');
    fs.writeFileSync(file, 'theirs');
    fs.chownSync(file, STRANGER, STRANGER);
    await write(file, 'secret');
    expect(fs.statSync(file).uid).toBe(0);
  });

  it('is never wider while the file is written', async () => {
    const path = folder();
    const seen: number[] = [];
    const looking = function* (): Generator<string> {
      seen.push(...fs.readdirSync(path).map((name) => modeOf(join(path, name))));
      yield 'x';
    };
    await writeAtomically(join(path, 'a'), looking(), 0o644);
    expect(seen).toEqual([0o600]);
  });
});

describe('links', () => {
  it('of our own are followed, and stay', async () => {
    const path = folder();
    fs.mkdirSync(join(path, 'reports'));
    fs.symlinkSync('reports', join(path, 'way'));
    fs.symlinkSync('way/../reports/night.json', join(path, 'latest.json'));
    await write(join(path, 'latest.json'), 'new');
    expect(fs.readFileSync(join(path, 'reports', 'night.json'), 'utf8')).toBe('new');
    expect(fs.lstatSync(join(path, 'latest.json')).isSymbolicLink()).toBe(true);
  });

  it('that lead round in a circle are refused', async () => {
    const path = folder();
    fs.symlinkSync('b', join(path, 'a'));
    fs.symlinkSync('a', join(path, 'b'));
    await expect(write(join(path, 'a'), 'x')).rejects.toThrow(/too many symbolic links/);
  });

  describe.runIf(isRoot)('that somebody else has planted', () => {
    /** A folder that is open to all, and a file that must not change. */
    function scene(): { readonly open: string; readonly victim: string } {
      const path = folder();
      const [open, victim] = [join(path, 'open'), join(path, 'victim')];
      fs.mkdirSync(open);
      fs.chmodSync(open, 0o777);
      fs.chmodSync(path, 0o755);
      fs.writeFileSync(victim, 'precious', { mode: 0o600 });
      return { open, victim };
    }

    /** Made by a process of the other user, as an attacker would. */
    function plant(program: string, ...args: string[]): void {
      execFileSync(program, args, { uid: STRANGER, gid: STRANGER });
    }

    it('in place of the file', async () => {
      const { open, victim } = scene();
      plant('ln', '-s', victim, join(open, 'night.json'));
      await expect(write(join(open, 'night.json'), 'x')).rejects.toThrow(
        /open\/night\.json is a symbolic link of another user/,
      );
      expect(fs.readFileSync(victim, 'utf8')).toBe('precious');
    });

    it('in place of a folder, also where a link of ours leads through it', async () => {
      const { open, victim } = scene();
      plant('ln', '-s', '..', join(open, 'reports'));
      await expect(write(join(open, 'reports', 'victim'), 'x')).rejects.toThrow(/another user/);
      fs.symlinkSync(join(open, 'reports', 'victim'), join(open, 'ours'));
      await expect(write(join(open, 'ours'), 'x')).rejects.toThrow(/another user/);
      const file = { path: join(open, 'reports', 'new', 'a'), mode: undefined };
      await expect(writeReportPieces(file, ['x'], '--report PATH')).rejects.toThrow(/another user/);
      expect(fs.readFileSync(victim, 'utf8')).toBe('precious');
      expect(fs.existsSync(join(open, '..', 'new'))).toBe(false);
    });

    it('under the names that a library gives temporary files', async () => {
      const { open, victim } = scene();
      const file = join(open, 'night.json');
      for (let n = 1; n <= 200; n += 1) plantLink(victim, `${file}.${predicted(n)}`);
      await write(file, 'x');
      expect(fs.readFileSync(victim, 'utf8')).toBe('precious');
      expect(fs.readFileSync(file, 'utf8')).toBe('x');
      expect(fs.lstatSync(file).isFile()).toBe(true);
    });

    it('and pipes of theirs are not written to', async () => {
      const { open } = scene();
      plant('mkfifo', join(open, 'night.json'));
      await expect(write(join(open, 'night.json'), 'x')).rejects.toThrow(/another user/);
    });
  });
});

/** So many processes would take long: what a link belongs to is set. */
function plantLink(target: string, path: string): void {
  fs.symlinkSync(target, path);
  fs.lchownSync(path, STRANGER, STRANGER);
}

/** As write-file-atomic names them, which anybody can compute who sees our process id. */
function predicted(invocation: number): string {
  const library = join(process.cwd(), 'node_modules', 'write-file-atomic', 'lib', 'index.js');
  const hash = createHash('sha1').update(library).update(String(process.pid));
  return String(hash.update('0').update(String(invocation)).digest().readUInt32BE(0));
}

describe('what is no regular file', () => {
  it('is written to and stays: a pipe', async () => {
    const file = join(folder(), 'pipe');
    execFileSync('mkfifo', [file]);
    const read = fs.promises.readFile(file, 'utf8');
    await write(file, 'one ', 'two');
    expect(await read).toBe('one two');
    expect(fs.lstatSync(file).isFIFO()).toBe(true);
  });

  it('is refused when it is a pipe that nobody reads, or whose reader has gone', async () => {
    const file = join(folder(), 'pipe');
    execFileSync('mkfifo', [file]);
    await expect(write(file, 'x')).rejects.toThrow(/nobody reads the pipe/);
    const reader = fs.openSync(file, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
    await write(file, 'x');
    fs.closeSync(reader);
    await expect(write(file, 'x')).rejects.toThrow(/nobody reads the pipe/);
  }, 30_000);

  it('is waited for when it is a full pipe, as long as its reader takes something', async () => {
    const file = join(folder(), 'pipe');
    execFileSync('mkfifo', [file]);
    const reader = fs.openSync(file, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
    const long = 'é'.repeat(500_000);
    await expect(write(file, long)).rejects.toThrow(/reader of the pipe takes nothing/);
    fs.closeSync(reader);
    const read = fs.promises.readFile(file, 'utf8');
    await write(file, 'first', long);
    expect(await read).toBe(`first${long}`);
  }, 30_000);

  it.runIf(isRoot)('is written to and stays: a device', async () => {
    const device = join(folder(), 'null');
    execFileSync('mknod', [device, 'c', '1', '3']);
    await write(device, 'x');
    expect(fs.lstatSync(device).isCharacterDevice()).toBe(true);
  });

  it('is written to and stays: what /dev/stdout stands for', async () => {
    const path = folder();
    const [link, file] = [join(path, 'stdout'), join(path, 'file')];
    const open = fs.openSync(file, 'w');
    fs.symlinkSync(`/proc/self/fd/${String(open)}`, link);
    await write(link, 'x');
    fs.closeSync(open);
    expect(fs.readFileSync(file, 'utf8')).toBe('x');
    expect(fs.readdirSync(path)).toEqual(['file', 'stdout']);
  });
});
