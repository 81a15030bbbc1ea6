import { open } from 'node:fs/promises';
import { messageOf, RunbookError } from '../errors.js';
import type { PlanV1 } from '../generated/plan.v1.js';
import { REPORT_MODE, writeAtomically, type OutputFile } from './atomic-file.js';

/** A plan of 100,000 relations has some 60 MB. */
const MAX_PLAN_BYTES = 256 * 1024 * 1024;

/** The plan as JSON in pieces, a task a line: the text of 100,000 tasks at once would need much memory. */
export function* planJson({ steps, ...plan }: PlanV1): Generator<string> {
  const members = Object.entries(plan).map(([key, value]) => member(key, value));
  yield `{\n${members.join(',\n')},\n"steps": [`;
  for (const [index, { tasks, ...step }] of steps.entries()) {
    const fields = Object.entries(step).map(([key, value]) => member(key, value));
    yield `${index === 0 ? '' : ','}\n{${fields.join(',\n')},\n"tasks": [`;
    for (const [at, task] of tasks.entries()) {
      yield `${at === 0 ? '' : ','}\n${JSON.stringify(task)}`;
    }
    yield ']}';
  }
  yield ']\n}\n';
}

function member(key: string, value: unknown): string {
  return `${JSON.stringify(key)}: ${JSON.stringify(value)}`;
}

/**
 * Writes a plan whole or not at all.
 * @throws RunbookError `plan_not_written`.
 */
export async function writePlan({ path, mode }: OutputFile, plan: PlanV1): Promise<void> {
  try {
    await writeAtomically(path, planJson(plan), mode ?? REPORT_MODE);
  } catch (error) {
    throw new RunbookError(
      'plan_not_written',
      `cannot write the plan ${path}: ${messageOf(error)}`,
      {
        cause: error,
        hint: 'Name a path that can be written: --out PATH.',
      },
    );
  }
}

/**
 * Reads a plan's text.
 * @throws RunbookError `plan_invalid`.
 */
export async function readPlanText(path: string): Promise<string> {
  try {
    const file = await open(path, 'r');
    try {
      const { size } = await file.stat();
      if (size > MAX_PLAN_BYTES) throw new Error(`it has ${String(size)} bytes`);
      return await file.readFile('utf8');
    } finally {
      await file.close();
    }
  } catch (error) {
    throw new RunbookError('plan_invalid', `cannot read the plan ${path}: ${messageOf(error)}`, {
      cause: error,
    });
  }
}
