/** A value now or later. Callers await only what is a promise, so that synchronous hooks cost no turn of the event loop. */
export type MaybePromise<T> = T | Promise<T>;

/** Whether a hook's result has to be awaited. */
export function isPromise<T>(value: MaybePromise<T>): value is Promise<T> {
  return (
    value instanceof Promise ||
    (typeof value === "object" && value !== null && "then" in value && typeof value.then === "function")
  );
}
