import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { renderJunit } from '../../../src/report/junit.js';
import { escapeXml } from '../../../src/report/xml.js';
import { attempt, report, richReport, step, target, task, withHostileTexts } from './fixtures.js';

/** Start tags, end tags and text between them; throws on what is no well-formed XML of our kind. */
function parse(xml: string): string[] {
  const names: string[] = [];
  const open: string[] = [];
  const tag =
    /<(\/?)([a-z-]+)((?: [a-z_]+="[^"<]*")*)(\/?)>|<\?xml version="1.0" encoding="UTF-8"\?>/y;
  let at = 0;
  while (at < xml.length) {
    const text = /[^<]*/y;
    text.lastIndex = at;
    const between = text.exec(xml)?.[0] ?? '';
    expect(between).toMatch(/^(?:[^&]|&#\d+;)*$/);
    at += between.length;
    if (at === xml.length) break;
    tag.lastIndex = at;
    const match = tag.exec(xml);
    if (match === null) throw new Error(`no tag: ${xml.slice(at, at + 80)}`);
    at += match[0].length;
    const [, end, name, attributes = '', empty] = match;
    if (name === undefined) continue;
    expect(attributes).toMatch(/^(?:[^&]|&#\d+;)*$/);
    if (end === '/') expect(open.pop()).toBe(name);
    else {
      names.push(name);
      if (empty !== '/') open.push(name);
    }
  }
  expect(open).toEqual([]);
  return names;
}

const of = (xml: string, name: string): string[] =>
  [...xml.matchAll(new RegExp(`<testcase name="${name}[^>]*>(.*?)</testcase>`, 'gs'))].map(
    (match) => match[1] ?? '',
  );

describe('the report as JUnit XML', () => {
  it('has a suite for each step and a case for each task', async () => {
    const xml = renderJunit(richReport());
    await expect(xml).toMatchFileSnapshot('./junit.golden.xml');
    const names = parse(xml);
    expect(names.filter((name) => name === 'testsuite')).toHaveLength(5);
    expect(names.filter((name) => name === 'testcase')).toHaveLength(12);
  });

  it.each([
    ['failed', '<failure'],
    ['timed_out', '<failure'],
    ['cancelled', '<failure'],
    ['unknown', '<error'],
    ['skipped', '<skipped'],
    ['running', '<skipped'],
    ['pending', '<skipped'],
    ['detached', '<skipped'],
  ] as const)('%s is %s', (status, element) => {
    const one = task('a/1', {
      status,
      reason: 'so it is',
      attempts: [attempt(1, 0, 5, { status, sqlstate: '57014' })],
    });
    const [content] = of(renderJunit(report([step('a', [one], null)])), 'a/1');
    expect(content).toContain(element);
    expect(content).toContain(`${status} [57014]: so it is`);
  });

  it('takes what was deferred for skipped, whatever stopped it', () => {
    const one = task('a/1', { status: 'cancelled', deferred: true, reason: 'window' });
    expect(of(renderJunit(report([step('a', [one], null)])), 'a/1')).toEqual([
      '<skipped message="deferred: window"/>',
    ]);
  });

  it('is not green when a relation was skipped for lack of privilege', () => {
    const forbidden = target('app.a', null, null, {
      ...{ status: 'skipped', sqlstate: '42501', reason: 'permission denied' },
    });
    const xml = renderJunit(report([step('a', [task('a/1', { targets: [forbidden] })], null)]));
    expect(of(xml, 'a/1')[0]).toContain('<failure');
    expect(xml).toContain('failures="1"');
  });

  it('is not green when the run failed and no task says so', () => {
    const made = report([step('a', [task('a/1', { status: 'skipped' })], null)]);
    const run = { ...made.run, status: 'failed' as const, exit_code: 1 };
    const xml = renderJunit({ ...made, run });
    expect(xml).toContain('errors="1"');
    expect(xml).toContain('<testsuite name="run"');
  });

  property.prop([fc.string({ unit: 'binary', maxLength: 30 })])(
    'is well-formed, whatever things are called',
    (text) => {
      const hostile = `${text}]]>&<"'\u0000\u001b\ud800\n`;
      const xml = renderJunit(withHostileTexts(richReport(), hostile));
      parse(xml);
      expect(xml).not.toMatch(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u);
    },
  );

  it('replaces what XML 1.0 cannot hold', () => {
    expect(escapeXml('a\u0000\u000bb\ufffe\ud800c🐘\r')).toBe(
      'a\ufffd\ufffdb\ufffd\ufffdc🐘\ufffd',
    );
  });
});
