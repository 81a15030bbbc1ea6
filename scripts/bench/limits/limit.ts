/** A figure that must not be above its limit. */
export interface LimitResult {
  readonly name: string;
  readonly figure: number;
  readonly unit: string;
  readonly limit: number;
  readonly met: boolean;
}

export function limited(name: string, figure: number, limit: number, unit: string): LimitResult {
  return { name, figure: Math.round(figure * 100) / 100, unit, limit, met: figure <= limit };
}
