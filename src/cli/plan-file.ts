import { open } from 'node:fs/promises';
import writeFileAtomic from 'write-file-atomic';
import { RunbookError } from '../errors.js';
import type { PlanV1 } from '../generated/plan.v1.js';

/** A plan of 100,000 relations has some 60 MB. */
const MAX_PLAN_BYTES = 256 * 1024 * 1024;

export function planJson(plan: PlanV1): string {
  return `${JSON.stringify(plan, null, 2)}\n`;
}

/**
 * Writes a plan whole or not at all.
 * @throws RunbookError `plan_not_written`.
 */
export async function writePlan(path: string, plan: PlanV1): Promise<void> {
  try {
    await writeFileAtomic(path, planJson(plan));
  } catch (error) {
    throw new RunbookError('plan_not_written', `cannot write the plan ${path}: ${why(error)}`, {
      cause: error,
      hint: 'Name a path that can be written: --out PATH.',
    });
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
    throw new RunbookError('plan_invalid', `cannot read the plan ${path}: ${why(error)}`, {
      cause: error,
    });
  }
}

function why(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
