/** A typed key for what middleware tell each other about one call. Make it once, at module level. */
export interface StateKey<T> {
  /** For people; keys are compared by identity. */
  readonly name: string;
  /** Carries the type; never set. */
  readonly type?: T;
}

/** Makes a key. */
export function stateKey<T>(name: string): StateKey<T> {
  return { name };
}

/** One call's typed state. A fork reads what its parent had and keeps its own writes until it is adopted. */
export class CallState {
  readonly #parent: CallState | undefined;
  readonly #values = new Map<StateKey<unknown>, unknown>();

  constructor(parent?: CallState) {
    this.#parent = parent;
  }

  get<T>(key: StateKey<T>): T | undefined {
    if (this.#values.has(key)) return this.#values.get(key) as T; // set() stored it under the key of its type
    return this.#parent?.get(key);
  }

  set<T>(key: StateKey<T>, value: T): void {
    this.#values.set(key, value);
  }

  has(key: StateKey<unknown>): boolean {
    return this.#values.has(key) || (this.#parent?.has(key) ?? false);
  }

  /** A state that reads through to this one and writes to itself. */
  fork(): CallState {
    return new CallState(this);
  }

  /** Takes over what a fork wrote. */
  merge(fork: CallState): void {
    for (const [key, value] of fork.#values) this.#values.set(key, value);
  }
}
