/** Why there is a rule, and what to do about a finding. In Markdown, with links as from docs/. */
export interface RuleText {
  readonly reason: string;
  readonly fix: string;
}
