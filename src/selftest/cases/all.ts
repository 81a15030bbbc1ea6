import type { Case } from '../contract.js';
import { LOST } from './lost.js';
import { STOPPED } from './stopped.js';
import { WAITED } from './waited.js';

/** What a server must do for pg-runbook to keep its word, the simplest first. */
export const CASES: readonly Case[] = [...WAITED, ...STOPPED, ...LOST];
