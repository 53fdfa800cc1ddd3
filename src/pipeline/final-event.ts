import { create } from "@bufbuild/protobuf";
import { type ChatCompletionChunk, ChatCompletionChunkSchema } from "#gen/sluice/chat/v1/chat_completion_chunk_pb";
import type { Cost } from "#gen/sluice/chat/v1/cost_pb";
import type { RouteInfo } from "#gen/sluice/chat/v1/route_info_pb";
import type { Usage } from "#gen/sluice/chat/v1/usage_pb";
import type { Immutable } from "../chat/immutable.ts";
import type { StreamEvent } from "../chat/stream.ts";
import type { CallContext } from "./call-context.ts";

/**
 * The event that ends every stream. Its chunk has no choices; usage, cost, route and the events no chunk carried. Its id, time and
 * fingerprint are those of `sample`, an event of the same reply, which is not decoded before somebody reads the chunk.
 */
export class FinalEvent implements StreamEvent {
  readonly route: Immutable<RouteInfo>;
  readonly #ctx: CallContext;
  readonly #sample: StreamEvent | undefined;
  #chunk: Immutable<ChatCompletionChunk> | undefined;

  constructor(ctx: CallContext, route: Immutable<RouteInfo>, sample: StreamEvent | undefined) {
    this.route = route;
    this.#ctx = ctx;
    this.#sample = sample;
  }

  get cost(): Immutable<Cost> | undefined {
    return this.#ctx.cost;
  }

  chunk(): Immutable<ChatCompletionChunk> {
    this.#chunk ??= this.#make();
    return this.#chunk;
  }

  #make(): Immutable<ChatCompletionChunk> {
    const ctx = this.#ctx;
    const like = readable(this.#sample);
    const chunk = create(ChatCompletionChunkSchema, {
      id: like?.id ?? "",
      created: like?.created ?? 0,
      model: ctx.model,
      events: ctx.pendingEvents.splice(0),
    });
    if (like?.serviceTier !== undefined) chunk.serviceTier = like.serviceTier;
    if (like?.systemFingerprint !== undefined) chunk.systemFingerprint = like.systemFingerprint;
    chunk.route = this.route as RouteInfo; // read-only again in what is given
    const { usage, cost } = ctx;
    if (usage !== undefined) chunk.usage = usage as Usage; // as above
    if (cost !== undefined) chunk.cost = cost;
    return chunk;
  }
}

/** An event as a chunk; undefined when it cannot be decoded: its bytes may have gone out without anybody reading them. */
function readable(event: StreamEvent | undefined): Immutable<ChatCompletionChunk> | undefined {
  try {
    return event?.chunk();
  } catch {
    return undefined;
  }
}
