import type { ChatCompletionChunk } from "#gen/sluice/chat/v1/chat_completion_chunk_pb";
import type { ChatCompletionResponse } from "#gen/sluice/chat/v1/chat_completion_response_pb";
import type { RequestGuard, TextGuard } from "../chat/guard.ts";
import type { Immutable } from "../chat/immutable.ts";
import type { MaybePromise } from "../chat/maybe-promise.ts";
import type { Operation } from "../chat/operation.ts";
import type { RequestHead } from "../chat/request-head.ts";
import type { ChatStream } from "../chat/stream.ts";
import type { RequestContext } from "./context.ts";
import type { ResponseText } from "./response-text.ts";

/** Answers a chat request: the rest of the pipeline, as a level-3 middleware sees it. */
export type ChatHandler = (ctx: RequestContext) => Promise<ChatStream>;

/**
 * A stage of the pipeline. It implements only what it needs: level 0 is one function, level 3 is everything.
 * Hooks are synchronous unless they return a promise. A hook that throws fails the call: a GatewayError as it is, anything else
 * as `internal`.
 */
export interface Middleware {
  /** Shown by `describe`, in verdicts and in logs. */
  readonly name: string;
  /** The operations it serves. Default chat. */
  readonly operations?: readonly Operation[];
  /** What `afterLlm` and `onSettled` need of the reply. Default "response": it is folded for them. */
  readonly reads?: "nothing" | "usage" | "text" | "response";
  /** `skip`: a throw of this middleware is logged and the call goes on without it. Default `fail`. */
  readonly onError?: "fail" | "skip";

  /** Level 0. Before the first body byte: headers and peer. Throw to refuse. */
  admit?(head: RequestHead): MaybePromise<undefined>;
  /** Level 0. Before the model, in list order. A response short-circuits the model; it passes every output stage. */
  beforeLlm?(ctx: RequestContext): MaybePromise<ChatCompletionResponse | undefined>;
  /**
   * Level 0. After the last content was released and before the terminal event, in reverse order, once, for exactly the
   * middleware whose `beforeLlm` was entered (or would have been); also after an error or an abort. A throw turns the terminal
   * event into an error; after a cancel it is only logged.
   */
  afterLlm?(ctx: RequestContext): MaybePromise<undefined>;
  /** Level 0. After the reply is gone. May be slow; a throw is only logged. */
  onSettled?(ctx: RequestContext): MaybePromise<undefined>;

  /** Level 1. With it nothing newer than the last passed update leaves; the hook may pass or halt, not rewrite. */
  readonly hold?: boolean;
  /**
   * Level 1. Watches the reply's text: every N chunks of the call, or when unseen text reaches half the window, and at the end.
   * `ctx.haltWithError` stops the stream.
   */
  onResponseUpdate?(ctx: RequestContext, reply: ResponseText): MaybePromise<undefined>;

  /** Level 2. Changes the stream; one processor per call, its state plain closure variables. */
  processChunks?(ctx: RequestContext): ChunkProcessor;
  /** Level 2. An exact guardrail over the reply's text; undefined: this call needs none. */
  guardText?(ctx: RequestContext): TextGuard | undefined;
  /**
   * Level 2. An exact guardrail over every string of the request, at its place in the order of `beforeLlm`; undefined: this call
   * needs none.
   */
  guardRequest?(ctx: RequestContext): RequestGuard | undefined;
  /** Guards: what a choice says of which nothing may leave, and a reply to a request that is blocked. Default: the call fails. */
  readonly fallbackText?: string | undefined;
  /** `guardText`: what becomes of text that is undecided when a choice ends for its length. Default `drop`. */
  readonly onTruncation?: "drop" | "release" | undefined;
  /** What it does, in a few words, for `describe`. */
  readonly summary?: string | undefined;

  /** Level 3. Full control around the call: cache, retry, fallback, hedge. */
  aroundLlm?(ctx: RequestContext, next: ChatHandler): Promise<ChatStream>;
}

/** What a level-2 hook makes of a chunk: undefined = as it is, null = drop, a chunk or several = instead. */
export type ChunkResult = Immutable<ChatCompletionChunk> | readonly Immutable<ChatCompletionChunk>[] | null | undefined;

/** A level-2 middleware's work on one call. */
export interface ChunkProcessor {
  /** Takes the next chunk. */
  chunk(chunk: Immutable<ChatCompletionChunk>): MaybePromise<ChunkResult>;
  /** At the end of a complete reply only: what is still to be said. */
  flush?(): MaybePromise<ChunkResult>;
}
