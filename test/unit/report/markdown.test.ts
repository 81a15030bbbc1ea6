import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { renderReportMarkdown } from '../../../src/report/markdown.js';
import { largeReport, report, richReport, withHostileTexts } from './fixtures.js';

describe('the report as Markdown', () => {
  it('has what happened, a line for each step, what needs attention, and what is next', async () => {
    await expect(renderReportMarkdown(richReport())).toMatchFileSnapshot('./report.golden.md');
  });

  it('fits a chat, however many tasks there are', () => {
    const text = renderReportMarkdown(largeReport(2_000));
    expect(text.length).toBeLessThan(6_000);
    expect(text).toContain('- and 11 more');
  });

  it('says so when there was nothing to do', () => {
    expect(renderReportMarkdown(report([]))).toContain('there was nothing to do');
  });

  property.prop([fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 })])(
    'keeps its shape, whatever things are called',
    (name) => {
      const hostile = `${name}|\`x\`\n# h\n</details><script>${name}`;
      const shape = (text: string): string[] => text.split('\n').map((line) => line.slice(0, 2));
      const [plain, odd] = [richReport(), withHostileTexts(richReport(), hostile)].map(
        renderReportMarkdown,
      );
      // Names in code may be anything; outside of it there is no markup of theirs.
      const outside = odd!.replaceAll(/(`+)[^]*?[^`]\1(?!`)/g, '');
      expect(outside).not.toMatch(/<script|<\/details|^# h/m);
      expect(shape(odd!).filter((start) => start === '| ')).toHaveLength(
        shape(plain!).filter((start) => start === '| ').length,
      );
    },
  );
});
