import type { GatewayError } from "./error.ts";
import type { ChatStream, StreamEvent } from "./stream.ts";

/** A stream of batches that are already there; when cancelled it fails with the reason. */
export function streamOf(batches: readonly (readonly StreamEvent[])[]): ChatStream {
  let at = 0;
  let cancelled: GatewayError | undefined;
  return {
    cancel(reason) {
      cancelled ??= reason;
    },
    [Symbol.asyncIterator]: () => ({
      next() {
        if (cancelled !== undefined) return Promise.reject(cancelled);
        const value = batches[at++];
        return Promise.resolve(value === undefined ? { done: true as const, value } : { done: false as const, value });
      },
    }),
  };
}
