import type { RuleId } from '../rules.js';
import { CATALOGS_TEXTS } from './catalogs.js';
import type { RuleText } from './rule-text.js';
import { SQL_TEXTS } from './sql.js';
import { STEP_TEXTS } from './step.js';
import { WAIVERS_TEXTS } from './waivers.js';

/** The sections of docs/rules.md, with the rules of each. */
export const RULE_SECTIONS = {
  'What a step declares': STEP_TEXTS,
  'What the SQL of a sql step does': SQL_TEXTS,
  'What only the catalogs show': CATALOGS_TEXTS,
  'Of waivers themselves': WAIVERS_TEXTS,
} as const;

/** One entry for each rule: docs/rules.md is made of it, and `explain RULE` shows it. */
export const RULE_TEXTS: Readonly<Record<RuleId, RuleText>> = {
  ...STEP_TEXTS,
  ...SQL_TEXTS,
  ...CATALOGS_TEXTS,
  ...WAIVERS_TEXTS,
};
