import type { ReportV1 } from '../generated/report.v1.js';

/** The report as a JSON document that ends with a line break. */
export function toJson(report: ReportV1): string {
  return `${JSON.stringify(report, null, 2)}\n`;
}
