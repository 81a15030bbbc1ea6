import type { Finding } from '../../generated/plan.v1.js';
import type { FindingPart } from './model.js';

const WEIGHTS = ['error', 'warning', 'info'];

/** Errors first; what is waived comes last. */
function worstFirst(findings: readonly Finding[]): Finding[] {
  const weight = ({ severity, waived }: Finding): number =>
    waived === null ? WEIGHTS.indexOf(severity) : WEIGHTS.length;
  return findings.toSorted((a, b) => weight(a) - weight(b));
}

/** Findings for people, the worst first. Pure. */
export function findingParts(findings: readonly Finding[]): FindingPart[] {
  return worstFirst(findings).map((finding) => {
    const { severity, code, message, hint, waived } = finding;
    return { severity, code, place: placeOf(finding), message, hint, waived };
  });
}

function placeOf({ step, file, line, column }: Finding): string {
  const place = [file, line, column].filter((part) => part !== null).join(':');
  const parts = [...(step === null ? [] : [`step ${step}`]), ...(place === '' ? [] : [place])];
  return parts.length === 0 ? '' : `${parts.join(', ')}: `;
}
