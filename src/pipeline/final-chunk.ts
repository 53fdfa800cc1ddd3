import { create } from "@bufbuild/protobuf";
import { type ChatCompletionChunk, ChatCompletionChunkSchema } from "#gen/sluice/chat/v1/chat_completion_chunk_pb";
import type { RouteInfo } from "#gen/sluice/chat/v1/route_info_pb";
import type { Usage } from "#gen/sluice/chat/v1/usage_pb";
import type { Immutable } from "../chat/immutable.ts";
import type { StreamEvent } from "../chat/stream.ts";
import type { CallContext } from "./call-context.ts";

/**
 * The chunk that ends every stream: no choices; usage, cost, route and the events no chunk carried. Its id, time and fingerprint
 * are those of `sample`, an event of the same reply.
 */
export function finalChunk(ctx: CallContext, route: RouteInfo, sample: StreamEvent | undefined): ChatCompletionChunk {
  const like = readable(sample);
  const chunk = create(ChatCompletionChunkSchema, {
    id: like?.id ?? "",
    created: like?.created ?? 0,
    model: ctx.model,
    events: ctx.pendingEvents.splice(0),
    route,
  });
  if (like?.serviceTier !== undefined) chunk.serviceTier = like.serviceTier;
  if (like?.systemFingerprint !== undefined) chunk.systemFingerprint = like.systemFingerprint;
  const usage = ctx.usage;
  if (usage !== undefined) chunk.usage = asMessageField(usage);
  return chunk;
}

/** An event as a chunk; undefined when it cannot be decoded: its bytes may have gone out without anybody reading them. */
function readable(event: StreamEvent | undefined): Immutable<ChatCompletionChunk> | undefined {
  try {
    return event?.chunk();
  } catch {
    return undefined;
  }
}

/** A read-only usage as a field of a new message: the chunk it goes into is handed out read-only again. */
function asMessageField(usage: Immutable<Usage>): Usage {
  return usage as Usage;
}
