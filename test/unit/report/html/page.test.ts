import { createHash } from 'node:crypto';
import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { renderReportHtml } from '../../../../src/report/html/page.js';
import { SCRIPT, SCRIPT_HASH } from '../../../../src/report/html/script.js';
import { STYLE, STYLE_HASH } from '../../../../src/report/html/style.js';
import { html, lines } from '../../../../src/report/html/template.js';
import { largeReport, report, richReport, withHostileTexts } from '../fixtures.js';

const hashOf = (text: string): string =>
  `sha256-${createHash('sha256').update(text).digest('base64')}`;

/** Names of tags in order; whatever a text smuggled in would add one. */
const tags = (page: string): string[] =>
  [...page.matchAll(/<\/?[a-z][a-z0-9]*/gi)].map(([tag]) => tag.toLowerCase());

describe('the template', () => {
  it('escapes what is put in, and nothing twice', () => {
    const inner = html`<b>${'<&>"\'`'}</b>`;
    expect(html`<p title="${'"'}">${inner}${[1, inner]}${null}${undefined}</p>`.text).toBe(
      '<p title="&quot;"><b>&lt;&amp;&gt;&quot;&#39;&#96;</b>1<b>&lt;&amp;&gt;&quot;&#39;&#96;</b></p>',
    );
  });

  it('keeps the lines of SQL and of nothing else', () => {
    expect(html`${'a\nb\u202e\0'}`.text).toBe('a\ufffdb\ufffd\ufffd');
    expect(lines('a\r\n<b>').text).toBe('a\n&lt;b&gt;');
  });
});

describe('the page', () => {
  it('names its script and style by their hashes', () => {
    expect(SCRIPT_HASH).toBe(hashOf(SCRIPT));
    expect(STYLE_HASH).toBe(hashOf(STYLE));
    const page = renderReportHtml(richReport());
    const [script] = /(?<=<script>)[^]*(?=<\/script>)/.exec(page) ?? [''];
    const [style] = /(?<=<style>)[^]*?(?=<\/style>)/.exec(page) ?? [''];
    expect([hashOf(script), hashOf(style)]).toEqual([SCRIPT_HASH, STYLE_HASH]);
  });

  it('asks nobody for anything, and has no style or handler in an attribute', () => {
    const page = renderReportHtml(richReport());
    expect(page).not.toMatch(/https?:|\ssrc=|@import|url\((?!#hatch)/);
    expect(page).not.toMatch(/<[^>]*\s(?:style|on[a-z]+)=/);
  });

  it('is the same whenever it is made', () => {
    expect(renderReportHtml(richReport())).toBe(renderReportHtml(richReport()));
  });

  it('of a run that did nothing, or goes on, is a page too', () => {
    const made = report([]);
    expect(renderReportHtml(made)).toContain('there was nothing to do');
    const run = { ...made.run, status: 'running' as const, started_at: '?', finished_at: null };
    expect(renderReportHtml({ ...made, run })).toContain('The run had not ended');
  });

  it('of 2,000 tasks has less than 5 MB', () => {
    const bytes = Buffer.byteLength(renderReportHtml(largeReport(2_000)));
    console.info(`2,000 tasks: ${(bytes / 1e6).toFixed(2)} MB`);
    expect(bytes).toBeLessThan(5_000_000);
  });

  property.prop([fc.string({ unit: 'binary', minLength: 1, maxLength: 30 })], { numRuns: 50 })(
    'keeps its markup, whatever things are called',
    (text) => {
      const hostile = `${text}"'><img src=x onerror=1></script></style><!--`;
      // Of a long name only the class differs, so that the tags must be the same.
      const plain = withHostileTexts(richReport(), 'x'.repeat(60));
      const odd = withHostileTexts(richReport(), hostile);
      expect(tags(renderReportHtml(odd))).toEqual(tags(renderReportHtml(plain)));
      expect(renderReportHtml(odd)).not.toContain('<!--');
    },
  );
});
