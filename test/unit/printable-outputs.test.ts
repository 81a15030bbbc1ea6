import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import type { PlanV1 } from '../../src/generated/plan.v1.js';
import { manyLines, message, oneLine } from '../../src/model/printable.js';
import { renderPlanMarkdown } from '../../src/plan/render/markdown.js';
import { renderPlanText } from '../../src/plan/render/text.js';
import { renderReportHtml } from '../../src/report/html/page.js';
import { renderJunit } from '../../src/report/junit.js';
import { renderReportMarkdown } from '../../src/report/markdown.js';
import { renderMetrics } from '../../src/report/metrics.js';
import { describeReport } from '../../src/report/text.js';
import { renderDiagnostic } from '../../src/runbook/render-diagnostic.js';
import { hostileText, invisibleIn, outsideCode } from './hostile-text.js';
import { richReport, withHostileTexts } from './report/fixtures.js';
import { makePlan, makeStep, makeTask, target } from './support.js';

/** A plan in which all that a database or a runbook's author names is called so. */
function planOf(name: string): PlanV1 {
  const facts = { size_bytes: 1, facts: {} };
  const step = makeStep('a', {
    tasks: [makeTask(1, [target(name, facts)], { sql: `SELECT '${name}'` })],
    left_out: [{ name, reason: name }],
    settings: { search_path: name },
    missing: [name],
  });
  const made = makePlan([step]);
  const where = { step: 'a', file: name, line: 1, column: 1, waived: null };
  return {
    ...made,
    server: { ...made.server, database: name, role: name },
    runbook: { ...made.runbook, path: name, parameters: { p: name } },
    findings: [{ severity: 'warning', code: 'left-out', message: name, hint: name, ...where }],
  };
}

const place = {
  file: 'a.yaml',
  line: 1,
  column: 3,
  endLine: 1,
  endColumn: 9,
  severity: 'error',
} as const;

const OUTPUTS: Readonly<Record<string, (name: string) => string>> = {
  'a line': oneLine,
  lines: manyLines,
  'a message': message,
  'a plan': (name) => renderPlanText(planOf(name)),
  'a plan as Markdown': (name) => renderPlanMarkdown(planOf(name)),
  'a report': (name) => describeReport(withHostileTexts(richReport(), name)),
  'a report as Markdown': (name) => renderReportMarkdown(withHostileTexts(richReport(), name)),
  'a report as HTML': (name) => renderReportHtml(withHostileTexts(richReport(), name)),
  'a report as JUnit XML': (name) => renderJunit(withHostileTexts(richReport(), name)),
  metrics: (name) => renderMetrics(withHostileTexts(richReport(), name)),
  'a frame': (name) =>
    renderDiagnostic({ code: 'yaml-syntax', ...place, message: name, hint: name }, `a: ${name}`),
};

describe('control, bidirectional and zero-width characters', () => {
  for (const [output, make] of Object.entries(OUTPUTS)) {
    property.prop([hostileText])(`do not get into ${output}`, (name) => {
      expect(invisibleIn(make(name))).toEqual([]);
    });
  }

  it('are those of emoji where they make one of several', () => {
    const [family, heart] = ['👩‍👩‍👧', '❤️'];
    expect(oneLine(family + heart)).toBe(family + heart);
    expect(oneLine('a\u200db\ufe0f')).toBe('a\ufffdb\ufffd');
  });
});

/** What GitHub makes links of, somebody is told by, or runs. */
const ACTIVE = fc.constantFrom(
  ...['@octocat', '@org/team', 'a@b.example', '#1', 'octo/db#12', 'GH-7', 'https://a.example/x'],
  ...['www.a.example', 'mailto:a@b.example', '0123456789abcdef0123456789abcdef01234567', 'deadbee'],
  ...['![x](https://a.example/i.png)', '<img src=x>', '[a](https://b)', '<!-- x', '</details>'],
  ...['$x$', '**x**', '&#64;octocat', '\\@octocat', 'octo/db@deadbee', 'a\\|b@c', '`@x'],
);
const active = fc
  .array(fc.tuple(ACTIVE, fc.constantFrom(' ', '', '"', '.', '(', '\n', '`', '|', '\\')), {
    minLength: 1,
    maxLength: 6,
  })
  .map((parts) => parts.flat().join(''));

const MARKDOWN: Readonly<Record<string, (name: string) => string>> = {
  'a plan': (name) => renderPlanMarkdown(planOf(name)),
  'a report': (name) => renderReportMarkdown(withHostileTexts(richReport(), name)),
};

describe('names in Markdown', () => {
  for (const [document, make] of Object.entries(MARKDOWN)) {
    property.prop([active])(`tell nobody and lead nowhere: ${document}`, (name) => {
      const ours = outsideCode(make('x')).match(/<[^>]*>/g);
      const outside = outsideCode(make(name));
      expect(outside).not.toMatch(/@|#\d|:\/\/|www\.|GH-\d|\b[0-9a-f]{7,40}\b/i);
      expect(outside).not.toMatch(/(?<!\\)(?:\$|\*\*x|\]\()/);
      expect(outside.match(/<[^>]*>/g)).toEqual(ours);
    });
  }
});
