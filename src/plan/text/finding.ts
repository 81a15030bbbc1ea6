import type { Finding } from '../../generated/plan.v1.js';

const WEIGHTS = ['error', 'warning', 'info'];

/** Errors first; what is waived comes last. */
export function worstFirst(findings: readonly Finding[]): Finding[] {
  const weight = ({ severity, waived }: Finding): number =>
    waived === null ? WEIGHTS.indexOf(severity) : WEIGHTS.length;
  return findings.toSorted((a, b) => weight(a) - weight(b));
}

/** `step a, nightly.yaml:7:12: `, as far as it is known. */
export function placeOf({ step, file, line, column }: Finding): string {
  const place = [file, line, column].filter((part) => part !== null).join(':');
  const parts = [...(step === null ? [] : [`step ${step}`]), ...(place === '' ? [] : [place])];
  return parts.length === 0 ? '' : `${parts.join(', ')}: `;
}
