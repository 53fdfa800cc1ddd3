import type { ChatCompletionChunk } from "#gen/sluice/chat/v1/chat_completion_chunk_pb";
import type { ChatCompletionRequest } from "#gen/sluice/chat/v1/chat_completion_request_pb";
import { ChatCompletionService } from "#gen/sluice/chat/v1/chat_completion_service_pb";
import type { IncomingChatRequest } from "../../chat/chat-request.ts";
import { GatewayError } from "../../chat/error.ts";
import { Fold } from "../../chat/fold.ts";
import type { Immutable } from "../../chat/immutable.ts";
import { isPromise } from "../../chat/maybe-promise.ts";
import type { ChatStream } from "../../chat/stream.ts";
import { type Method, serverStreaming, unary } from "./method.ts";
import { cancelled, type RpcCall } from "./rpc-call.ts";
import { WholeCharacters } from "./whole-characters.ts";

/** The methods of `sluice.chat.v1.ChatCompletionService`. */
export const chatMethods: readonly Method[] = [
  unary(ChatCompletionService.method.createChatCompletion, "chat", async (request, call) => {
    const stream = await start(request, call, false);
    const fold = new Fold();
    for await (const batch of stream) {
      for (const event of batch) {
        const chunk = event.chunk();
        call.observe(chunk);
        fold.add(chunk);
      }
    }
    return fold.response();
  }),

  serverStreaming(ChatCompletionService.method.streamChatCompletion, "chat", async (request, call, send) => {
    const iterator = (await start(request, call, true))[Symbol.asyncIterator]();
    const characters = new WholeCharacters();
    for (;;) {
      const { done, value: batch } = await iterator.next();
      if (done === true || call.gone) return;
      const chunks: Immutable<ChatCompletionChunk>[] = [];
      for (const event of batch) {
        const chunk = tellingUsageOnce(characters.mend(event.chunk()));
        if (chunk === undefined) continue;
        call.observe(chunk);
        const owed = chunk.route === undefined ? undefined : characters.owed(chunk);
        if (owed !== undefined) chunks.push(owed);
        chunks.push(chunk);
      }
      if (chunks.length === 0) continue;
      const sent = send(chunks);
      if (isPromise(sent)) await sent;
    }
  }),
];

async function start(request: ChatCompletionRequest, call: RpcCall, streamed: boolean): Promise<ChatStream> {
  const stream = await call.admitted.chat(incoming(request, streamed));
  call.onGone(() => stream.cancel(cancelled()));
  return stream;
}

/** A chunk without its usage, which is the final one's to tell; undefined when its vendor sent it for nothing else. */
function tellingUsageOnce(chunk: Immutable<ChatCompletionChunk>): Immutable<ChatCompletionChunk> | undefined {
  if (chunk.usage === undefined || chunk.route !== undefined) return chunk;
  const { usage: _, ...rest } = chunk;
  const tellsMore =
    rest.choices.length > 0 ||
    rest.events.length > 0 ||
    rest.unknownFieldsJson !== undefined ||
    rest.moderationJson !== undefined ||
    Object.keys(rest.metadata).length > 0;
  return tellsMore ? rest : undefined;
}

/** @throws GatewayError when the message asks for the other method. */
function incoming(request: ChatCompletionRequest, streamed: boolean): IncomingChatRequest {
  if (request.stream !== undefined && request.stream !== streamed) {
    const method = streamed ? "CreateChatCompletion" : "StreamChatCompletion";
    throw new GatewayError("invalid_request", `stream: call ${method} for that`, { param: "stream" });
  }
  return { model: request.model, streamed, metadata: request.metadata, decode: () => request };
}
