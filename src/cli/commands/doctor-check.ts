/** One line of doctor. */
export interface Check {
  readonly name: string;
  /** `fix`: a run would be refused, or fail; `warn`: it would work, and know less. */
  readonly state: 'ok' | 'warn' | 'fix';
  readonly detail: string;
  readonly fix?: string;
}
