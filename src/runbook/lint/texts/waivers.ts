import type { RuleText } from './rule-text.js';

/** Rules of waivers themselves. */
export const WAIVERS_TEXTS = {
  'waiver-without-reason': {
    reason: 'A rule that is allowed without a reason tells the next reader nothing.',
    fix: 'Add `because:`.',
  },
  'unknown-rule': {
    reason: 'There is no rule of that name, so that nothing is allowed.',
    fix: 'Correct the name.',
  },
  'unused-waiver': {
    reason: 'Nothing breaks the rule any more; the waiver would hide the next one who does.',
    fix: 'Remove it.',
  },
} as const satisfies Record<string, RuleText>;
