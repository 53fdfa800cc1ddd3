/** Time, as everything that waits sees it. Tests bring their own. */
export interface Clock {
  /** Milliseconds that never go backwards. */
  now(): number;
  /** Calls back once, `ms` from now at the earliest; returns what cancels it. */
  after(ms: number, callback: () => void): () => void;
}
