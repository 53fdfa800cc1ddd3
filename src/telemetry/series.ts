/** The values of a metric's labels, by their names. */
export type Labels = Readonly<Record<string, string>>;

/** What a metric keeps for each combination of label values: made when it is first asked for, kept for good. */
export class Series<T> {
  readonly #names: readonly string[];
  readonly #make: () => T;
  readonly #cells = new Map<string, readonly [Labels, T]>();

  constructor(names: readonly string[], make: () => T) {
    this.#names = names;
    this.#make = make;
  }

  /** What is kept for these label values, in the order of the names. */
  at(...values: readonly string[]): T {
    const key = values.join("\0");
    let cell = this.#cells.get(key);
    if (cell === undefined) {
      cell = [Object.fromEntries(this.#names.map((name, at) => [name, values[at] ?? ""])), this.#make()];
      this.#cells.set(key, cell);
    }
    return cell[1];
  }

  /** Something of everything that is kept, in the order it was made. */
  read<R>(pick: (kept: T) => R): readonly (readonly [Labels, R])[] {
    return [...this.#cells.values()].map(([labels, kept]) => [labels, pick(kept)]);
  }
}
