import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../../support/root.js';
import { readText } from './metadata.js';
import { runAction, type Call } from './runner.js';

const DONE = { 'install.sh': 0, 'validate.sh': 0, 'plan.sh': 0, 'comment.sh': 0 };
const MARKER = '<!-- pg-runbook review -->';
const THREAD = 'repos/octo/db/issues/7/comments';

const byProgram = (calls: readonly Call[], program: string): (readonly string[])[] =>
  calls.filter((call) => call.program === program).map(({ args }) => args);

const commentOf = (calls: readonly Call[]): Call | undefined =>
  calls.find(({ body }) => body !== undefined);

const PLAN = { 'plan ': { stdout: '## Plan of a\n\nDigest `d`\n' } };
const ME = { '{ viewer { login } }': { stdout: 'github-actions[bot]\n' } };

describe('install', () => {
  it('builds without running what dependencies bring', async () => {
    const { calls } = await runAction({ files: { 'runbooks/a.yaml': '' } });
    expect(byProgram(calls, 'npm')).toEqual([
      ['ci', '--include=dev', '--ignore-scripts'],
      ['run', 'build'],
    ]);
  });
});

describe('files', () => {
  it('are validated together and outlined one by one, whatever their names', async () => {
    const names = ["it's 50%.yaml", '-x.yaml', 'deep/er/$(date).yaml', 'a[1].yaml', 'left out.yml'];
    const { codes, calls } = await runAction({
      files: Object.fromEntries(names.map((name) => [name, ''])),
      inputs: { files: "it's*.yaml\n\n-x.yaml\n**/$(date).yaml\na[1].yaml\n" },
      replies: PLAN,
    });
    expect(codes).toEqual(DONE);
    const taken = names.slice(0, -1);
    expect(byProgram(calls, 'pg-runbook')).toEqual([
      ['validate', '--', ...taken],
      ...taken.map((name) => ['plan', '--format', 'markdown', '--offline', '--', name]),
    ]);
  });

  it('are planned on the server when `plan` names them, from the working directory', async () => {
    const { calls } = await runAction({
      files: { 'db/runbooks/a.yaml': '', 'db/runbooks/b.yaml': '' },
      inputs: { plan: 'runbooks/b.yaml', 'working-directory': 'db' },
      replies: PLAN,
    });
    expect(byProgram(calls, 'pg-runbook')).toEqual([
      ['validate', '--', 'runbooks/a.yaml', 'runbooks/b.yaml'],
      ['plan', '--format', 'markdown', '--', 'runbooks/b.yaml'],
    ]);
  });

  it('fail the job when a glob finds none', async () => {
    const { codes, calls, log } = await runAction({ files: { 'runbooks/a.yml': '' } });
    expect(codes).toEqual({ 'install.sh': 0, 'validate.sh': 2, 'comment.sh': 0 });
    expect(log).toContain('No file matches: runbooks/*.yaml');
    expect(commentOf(calls)?.body).toContain('No file matches:\n\n    runbooks/*.yaml\n');
  });
});

describe('failures', () => {
  it('of validate fail the job, and are commented as they are', async () => {
    const { codes, calls, log, summary } = await runAction({
      files: { 'runbooks/a.yaml': '' },
      replies: { 'validate ': { code: 2, stderr: 'a.yaml:1:1: error\n```\n<!-- b\n' } },
    });
    expect(codes).toEqual({ 'install.sh': 0, 'validate.sh': 2, 'comment.sh': 0 });
    const told = 'Validation failed:\n\n    a.yaml:1:1: error\n    ```\n    <!-- b\n';
    expect(summary).toContain(told);
    expect(commentOf(calls)?.body).toContain(told);
    expect(log).toContain('a.yaml:1:1: error');
  });

  it('of a plan fail the job with its code; the other plans and its findings are commented', async () => {
    const { codes, calls, log } = await runAction({
      files: { 'runbooks/a.yaml': '', 'runbooks/b `x`.yaml': '', 'runbooks/c.yaml': '' },
      inputs: { plan: 'runbooks/*' },
      replies: {
        'plan --format markdown -- runbooks/a': { code: 2, stdout: '- **error**: no\n' },
        'plan --format markdown -- runbooks/b': { code: 3, stderr: 'connect db1.internal\n' },
        ...PLAN,
      },
    });
    expect(codes).toEqual({ ...DONE, 'plan.sh': 2 });
    const body = commentOf(calls)?.body;
    expect(body).toContain(
      '- **error**: no\n\nNo plan (exit 3; the log tells why) of:\n\n    runbooks/b `x`.yaml\n\n## Plan of a\n',
    );
    expect(body).not.toContain('db1.internal');
    expect(log).toContain('db1.internal');
  });
});

describe('files of a pull request', () => {
  const SECRET = 'of the runner';

  it.each([
    ['a link to a file outside', { 'runbooks/a.yaml': '../../secret' }],
    ['a link to a file inside', { 'runbooks/a.yaml': '../.git/config' }],
    ['a file in a folder outside', { runbooks: '../outside' }],
    ['a file in the folder of git', { runbooks: '.git' }],
    ['a device', { 'runbooks/a.yaml': '/dev/null' }],
  ])('are read only where they are its own: not %s', async (_, links) => {
    const outside = { '../secret': SECRET, '../outside/a.yaml': SECRET };
    const { codes, calls, summary } = await runAction({
      files: { 'x.txt': '', '.git/config': SECRET, '.git/a.yaml': SECRET, ...outside },
      links,
    });
    expect(codes).toEqual({ 'install.sh': 0, 'validate.sh': 2, 'comment.sh': 0 });
    expect(byProgram(calls, 'pg-runbook')).toEqual([]);
    const told = 'No regular file of the repository:\n\n    runbooks/a.yaml\n';
    expect(summary).toContain(told);
  });

  it('may have names with control characters, which end no block of the comment', async () => {
    const name = 'runbooks/a\r@octocat\u001b[2J\n::error::x\n.yaml';
    const { calls } = await runAction({
      files: { [name]: '' },
      replies: { 'validate ': { code: 2, stderr: `${name}:1:1: error` } },
    });
    const body = commentOf(calls)?.body ?? '';
    const block = body.slice(body.indexOf('Validation failed:'));
    expect(block).not.toMatch(/[\r\u001b]/);
    for (const line of block.trimEnd().split('\n').slice(2)) expect(line).toMatch(/^(?: {4}|$)/);
  });

  it('give the runner no commands, whoever prints them', async () => {
    const commands = '::add-mask::x\n ::set-output name=a::b\r::error::c\n##[group]d\n';
    const { log } = await runAction({
      files: { 'runbooks/a.yaml': '', 'runbooks/::error::e.yml': '' },
      inputs: { files: 'runbooks/a.yaml', plan: 'runbooks/a.yaml\nrunbooks/*\n::error::f' },
      replies: {
        'validate ': { stdout: commands },
        'plan ': { code: 3, stderr: commands },
      },
    });
    expect(log).toContain('::add-mask::x');
    expect(obeyed(log).filter((line) => !line.startsWith('::warning::No comment'))).toEqual([]);
  });
});

/** The lines that GitHub's runner takes for commands; between `stop-commands` and its word there are none. */
function obeyed(log: string): string[] {
  let word: string | undefined;
  return log.split(/\r\n|\n|\r/).filter((line) => {
    const text = line.trimStart();
    if (word !== undefined) {
      if (text === `::${word}::`) word = undefined;
      return false;
    }
    word = /^::stop-commands::(.{20,})$/.exec(text)?.[1];
    return word === undefined && (text.startsWith('::') || text.includes('##['));
  });
}

describe('the comment', () => {
  const files = { 'runbooks/a.yaml': '' };

  it('is created when there is none', async () => {
    const { calls, summary } = await runAction({ files, replies: { ...PLAN, ...ME } });
    const { args, body } = commentOf(calls)!;
    expect(args.slice(0, 5)).toEqual(['api', '--silent', '--method', 'POST', THREAD]);
    expect(body).toMatch(new RegExp(`^${MARKER}\nCommit abc123, `));
    expect(body).toContain('(https://github.com/octo/db/actions/runs/42)\n\n## Plan of a\n');
    expect(summary).toBe('## Plan of a\n\nDigest `d`\n\n');
  });

  it('is updated when it is there and ours', async () => {
    const { calls } = await runAction({
      files,
      replies: { ...PLAN, ...ME, '--paginate': { stdout: '11\n12\n' } },
    });
    const listed = byProgram(calls, 'gh').find((args) => args.includes('--paginate'));
    expect(listed).toEqual([
      ...['api', '--paginate', `${THREAD}?per_page=100`, '--jq'],
      `.[] | select(.user.login == "github-actions[bot]" and (.body | startswith("${MARKER}"))) | .id`,
    ]);
    expect(commentOf(calls)?.args).toEqual(
      expect.arrayContaining(['PATCH', 'repos/octo/db/issues/comments/11']),
    );
    expect(byProgram(calls, 'gh')).toHaveLength(3);
  });

  it('is cut between lines when it is too long, and says so before anything else', async () => {
    const line = `${'ä'.repeat(49)}\n`;
    const { codes, calls, summary } = await runAction({
      files,
      replies: { 'plan ': { stdout: line.repeat(2_000) } },
    });
    expect(codes).toEqual(DONE);
    const body = commentOf(calls)!.body!;
    expect(Buffer.byteLength(body)).toBeLessThanOrEqual(65_536);
    expect(body).toContain(
      "\n\n**Too long for a comment; the rest is in the job's summary.**\n\nä",
    );
    expect(body.endsWith(line.repeat(600))).toBe(true);
    expect(summary).toContain(line.repeat(2_000));
  });

  it('that cannot be written is a warning', async () => {
    const { codes, log } = await runAction({
      files,
      replies: { ...PLAN, viewer: { code: 1, stderr: 'HTTP 403\n' } },
    });
    expect(codes).toEqual(DONE);
    expect(log).toMatch(/^::warning::No comment was written; the plan is in the summary/m);
  });

  it.each([
    ['with comment: false', { inputs: { comment: 'false' } }],
    ['outside of a pull request', { pullRequest: null }],
  ])('is not written %s; the summary is', async (_, job) => {
    const { codes, calls, summary } = await runAction({ files, replies: PLAN, ...job });
    expect(codes).toEqual(DONE);
    expect(byProgram(calls, 'gh')).toEqual([]);
    expect(summary).toContain('## Plan of a');
  });
});

describe('the real program', () => {
  it('validates through the script', async () => {
    const [tsx, cli] = [
      createRequire(import.meta.url).resolve('tsx'),
      join(ROOT, 'src/cli/main.ts'),
    ].map((path) => JSON.stringify(pathToFileURL(path).href));
    const text = readText('runbooks/vacuum-hot-tables.yaml');
    const { codes, calls, log } = await runAction({
      main: `import(${tsx}).then(() => import(${cli}));`,
      files: { "runbooks/it's good.yaml": text, 'runbooks/bad.yaml': `${text}nonsense: 1\n` },
    });
    expect(codes['validate.sh']).toBe(2);
    expect(log).toContain("runbooks/it's good.yaml: ok");
    expect(commentOf(calls)?.body).toMatch(/^ {4}runbooks\/bad\.yaml:\d+:1: error: /m);
  });
});
