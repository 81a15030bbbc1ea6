import { describe, expect, it } from 'vitest';
import type { Step } from '../../../src/generated/report.v1.js';
import { expectedCell, verdictCell } from '../../../src/report/html/cells.js';
import type { Html } from '../../../src/report/html/template.js';
import { describeReport } from '../../../src/report/text.js';
import { timelineOf } from '../../../src/report/timeline.js';
import { richReport } from './fixtures.js';

type Expected = NonNullable<Step['expected']>;

const guess: Expected = { basis: 'guess', p50_ms: 1_000, p95_ms: null };
const once: Expected = { basis: 'same', p50_ms: 1_000, p95_ms: null };
const often: Expected = { basis: 'same', p50_ms: 1_000, p95_ms: 3_000 };
const textOf = ({ text }: Html): string => text.replaceAll(/\s+/g, ' ');
const verdict = (ms: number, expected: Expected): string => textOf(verdictCell(ms, expected));

describe('what was only guessed', () => {
  it('is no plan that a run could be slower than', () => {
    expect(verdict(47_900, often)).toContain('47.9× the plan');
    expect(verdict(47_900, guess)).toContain('–');
    expect(verdict(47_900, guess)).not.toContain('slow');
    expect(textOf(expectedCell(guess))).toMatch(/a guess.*\(guess\)/);
    expect(textOf(expectedCell(guess))).not.toContain('p95');
  });

  it('of one run has no p95, and nothing in red', () => {
    expect(textOf(expectedCell(once))).not.toContain('p95');
    expect(verdict(47_900, once)).toContain('slower than the last time');
    expect(verdict(47_900, once)).not.toContain('class="slow"');
    expect(verdict(1_100, once)).toContain('as planned');
  });

  it('has no mark in the timeline, and is called a guess in the text', () => {
    const report = richReport();
    const steps = timelineOf(report)?.steps ?? [];
    const guessed = report.steps.filter(({ expected }) => expected?.basis === 'guess');
    expect(guessed.length).toBeGreaterThan(0);
    for (const { id } of guessed) {
      expect(steps.find(({ step }) => step === id)?.planned).toBeUndefined();
    }
    expect(steps.some(({ planned }) => planned !== undefined)).toBe(true);
    expect(describeReport(report)).toContain('roughly 28m 20s guessed');
  });
});
