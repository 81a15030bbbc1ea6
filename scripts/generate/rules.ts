import { RULES, type RuleId } from '../../src/runbook/lint/rules.js';
import { RULE_SECTIONS, RULE_TEXTS } from '../../src/runbook/lint/texts/all.js';

const SEVERITIES = { info: 'Info', warning: 'Warning', error: 'Error' };

function section(id: RuleId): string {
  const { reason, fix } = RULE_TEXTS[id];
  return `### ${id}

${SEVERITIES[RULES[id].severity]}. ${reason}

**Fix**: ${fix}
`;
}

const sections = Object.entries(RULE_SECTIONS).map(
  ([title, rules]) => `## ${title}\n\n${(Object.keys(rules) as RuleId[]).map(section).join('\n')}`,
);

/** docs/rules.md: a section for each rule that a finding may name. Pure. */
export function rulesPage(): string {
  return `<!-- Generated from src/ by \`npm run generate\`. Do not edit. -->

# Rules

\`validate\` and \`plan\` say what a runbook is allowed to do and had better not. Each finding has a rule, a
severity, the place in the YAML and what to do. An **error** keeps the runbook from being run; a **warning**
is for the review; an **info** is worth knowing. \`validate\` judges what the text alone shows, \`plan\` also
what only the catalogs show.

What is right in one place is allowed there, with the reason:

\`\`\`yaml
api_version: pg-runbook/v1
name: shrink-audit
version: 1
defaults: { timeout: 2h, lock_timeout: 5s }
steps:
  - id: shrink-once
    vacuum: { tables: { include: [app.audit] }, options: { full: true } }
    allow:
      - { rule: vacuum-full, because: 'after the big purge, in the window of 21 November' }
\`\`\`

\`allow\` stands in a step, or at the top for all of them. The plan shows it with its reason. One without a
reason, for a rule that does not exist, or that nothing breaks is a finding itself.

${sections.join('\n')}`;
}
