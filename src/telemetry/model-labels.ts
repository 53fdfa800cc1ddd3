/** The label of every model that has none of its own. */
const otherModel = "other";

/** Which models are told apart: those that are offered, so many and no more. Clients cannot add any. */
export class ModelLabels {
  readonly #most: number;
  readonly #given = new Set<string>();
  #offered: ReadonlySet<string> = new Set();

  constructor(most: number) {
    this.#most = most;
  }

  /** Says what is offered from now on. Labels that have been given stay. */
  offer(models: Iterable<string>): void {
    this.#offered = new Set(models);
  }

  /** The label of a model. */
  of(model: string): string {
    if (this.#given.has(model)) return model;
    if (!this.#offered.has(model) || this.#given.size >= this.#most) return otherModel;
    this.#given.add(model);
    return model;
  }
}
