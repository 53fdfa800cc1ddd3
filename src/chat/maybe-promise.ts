/** A value now or later. Callers await only what is a promise, so that synchronous hooks cost no turn of the event loop. */
export type MaybePromise<T> = T | Promise<T>;

/** Whether a hook's result has to be awaited. */
export function isPromise<T>(value: MaybePromise<T>): value is Promise<T> {
  return (
    value instanceof Promise ||
    (typeof value === "object" && value !== null && "then" in value && typeof value.then === "function")
  );
}

/** Runs `step` on each item in order, waiting only where it returns a promise. */
export function eachInOrder<T>(items: readonly T[], step: (item: T) => MaybePromise<void>, from = 0): MaybePromise<void> {
  for (let i = from; i < items.length; i++) {
    const pending = step(items[i] as T); // i is within bounds
    if (isPromise(pending)) return pending.then(() => eachInOrder(items, step, i + 1));
  }
}
