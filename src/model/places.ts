/** Names of scarce things that a worker uses, and how many workers of each may live on a server. */
export type NamedBudgets = Readonly<Record<string, number>>;

/** How many workers may be launched at one moment. */
export interface Room {
  readonly workers: number;
  /** Of the named budgets that are limited; for others there is room without end. */
  readonly named: NamedBudgets;
}

/** Room that is used up bit by bit. */
export class Places {
  #workers: number;
  readonly #named: Map<string, number>;

  constructor({ workers, named }: Room) {
    this.#workers = workers;
    this.#named = new Map(Object.entries(named));
  }

  get workers(): number {
    return this.#workers;
  }

  /** Whether there is room for one more worker of these budgets. */
  has(budgets: NamedBudgets): boolean {
    return this.#workers > 0 && Object.keys(budgets).every((name) => this.#roomOf(name) > 0);
  }

  take(count: number, budgets: NamedBudgets = {}): void {
    this.#workers -= count;
    for (const name of Object.keys(budgets)) this.#named.set(name, this.#roomOf(name) - count);
  }

  giveBack(count: number, budgets: NamedBudgets = {}): void {
    this.take(-count, budgets);
  }

  #roomOf(name: string): number {
    return this.#named.get(name) ?? Number.POSITIVE_INFINITY;
  }
}

/** All named budgets of some steps. Within a runbook a name has one limit. */
export function mergeBudgets(steps: readonly { readonly budgets: NamedBudgets }[]): NamedBudgets {
  return Object.fromEntries(steps.flatMap(({ budgets }) => Object.entries(budgets)));
}
