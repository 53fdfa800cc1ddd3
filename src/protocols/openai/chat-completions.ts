import { GatewayError } from "../../chat/error.ts";
import type { Admitted } from "../../chat/ports/calls.ts";
import { incomingRequest } from "../../codec/openai/incoming-request.ts";
import type { HttpIncoming, HttpOutgoing } from "../exchange.ts";
import { readBody } from "../read-body.ts";
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
  maxRequestBytes: number,
): Promise<GatewayError | undefined> {
  const incoming = incomingRequest(await readBody(request, maxRequestBytes));
  const { model, wantsUsage: usage } = incoming;
  const info = request.headers["x-sluice-info"] === "1";
  const stream = await call.chat(incoming);
  response.once("close", () => {
    if (!response.writableEnded) stream.cancel(new GatewayError("cancelled", "the client closed the connection"));
  });
  if (incoming.streamed) return writeStream(response, stream, new SseEvents({ model, usage, info }), call);
  await writeWhole(response, stream, model, info);
  return undefined;
}
