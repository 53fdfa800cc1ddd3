import type { MaybePromise } from "../chat/maybe-promise.ts";
import type { StreamEvent } from "../chat/stream.ts";

/**
 * One stage of the reply's way out, made per call. The runner gives it batches and takes what it puts into `out`; a stage may
 * hold events back until a later batch or the end. A throw ends the reply: the stage is then only told `end("truncated")`.
 */
export interface OutputStage {
  /** Set once nothing that still comes can leave: the inner stream is cancelled and the stages are ended. */
  readonly over?: boolean;
  /** Takes a batch in order. What may go on goes into `out`. Returns a promise only when it has to wait. */
  push(batch: readonly StreamEvent[], out: StreamEvent[]): MaybePromise<void>;
  /**
   * The reply is over. `eof`: complete, and what was held is decided. `truncated`: it was cut (error, halt, cancel) and what is
   * undecided must be dropped.
   */
  end(kind: "eof" | "truncated", out: StreamEvent[]): MaybePromise<void>;
}
