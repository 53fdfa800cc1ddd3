import type { IncomingChatRequest } from "../../chat/chat-request.ts";
import { GatewayError } from "../../chat/error.ts";
import type { Admitted } from "../../chat/ports/calls.ts";
import type { ChatStream } from "../../chat/stream.ts";
import { incomingRequest } from "../../codec/openai/incoming-request.ts";
import type { HttpIncoming, HttpOutgoing } from "../exchange.ts";
import type { Heartbeat } from "../heartbeat.ts";
import { SseEvents } from "./sse-events.ts";
import { writeStream } from "./write-stream.ts";
import { writeWhole } from "./write-whole.ts";

/**
 * `POST /v1/chat/completions`.
 * @returns the error a streamed reply ended with, already written.
 * @throws GatewayError what is to be answered instead; nothing has been sent then.
 */
export async function chatCompletions(
  request: HttpIncoming,
  response: HttpOutgoing,
  call: Admitted,
  body: Uint8Array,
  heartbeat: Heartbeat | undefined,
): Promise<GatewayError | undefined> {
  const incoming = incomingRequest(body);
  const { model, wantsUsage: usage } = incoming;
  const info = request.headers["x-sluice-info"] === "1";
  const starting = start(response, call, incoming);
  if (incoming.streamed) {
    return writeStream(response, starting, { events: new SseEvents({ model, usage, info }), call, heartbeat });
  }
  await writeWhole(response, await starting, model, info);
  return undefined;
}

async function start(response: HttpOutgoing, call: Admitted, incoming: IncomingChatRequest): Promise<ChatStream> {
  const stream = await call.chat(incoming);
  response.once("close", () => {
    if (!response.writableEnded) stream.cancel(new GatewayError("cancelled", "the client closed the connection"));
  });
  return stream;
}
