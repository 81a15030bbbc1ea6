import type { Finding } from '../../generated/plan.v1.js';

const WEIGHTS = ['error', 'warning', 'info'];

/** Errors first; what is waived comes last. */
export function worstFirst(findings: readonly Finding[]): Finding[] {
  const weight = ({ severity, waived }: Finding): number =>
    waived === null ? WEIGHTS.indexOf(severity) : WEIGHTS.length;
  return findings.toSorted((a, b) => weight(a) - weight(b));
}

/** `step a, line 7: `, as far as it is known. */
export function placeOf({ step, line }: Finding): string {
  const parts = [
    ...(step === null ? [] : [`step ${step}`]),
    ...(line === null ? [] : [`line ${String(line)}`]),
  ];
  return parts.length === 0 ? '' : `${parts.join(', ')}: `;
}
