import type { RouteInfo } from "#gen/sluice/chat/v1/route_info_pb";
import { GatewayError } from "../../chat/error.ts";
import type { Immutable } from "../../chat/immutable.ts";
import type { Admitted } from "../../chat/ports/calls.ts";
import type { ChatStream } from "../../chat/stream.ts";
import { encodeError } from "../../codec/openai/encode-error.ts";
import { drained, type HttpOutgoing, isGone, writePart } from "../exchange.ts";
import { setRouteHeaders } from "./reply-headers.ts";
import type { SseEvents } from "./sse-events.ts";

/**
 * Writes a reply as server-sent events, one write per batch, waiting while the client does not read. The status line waits for the
 * first event, so that an error before it can still be one.
 * @returns the error that the reply ended with after its status was sent: it is in the stream already.
 * @throws GatewayError what the stream failed with before.
 */
export async function writeStream(
  response: HttpOutgoing,
  stream: ChatStream,
  events: SseEvents,
  call: Pick<Admitted, "route">,
): Promise<GatewayError | undefined> {
  const iterator = stream[Symbol.asyncIterator]();
  try {
    for (;;) {
      const read = await iterator.next();
      if (isGone(response)) return undefined;
      const text = read.done === true ? "data: [DONE]\n\n" : events.render(read.value);
      if (text === "") continue;
      if (!response.headersSent) begin(response, call.route);
      if (read.done === true) {
        response.end(text);
        return undefined;
      }
      if (!writePart(response, text, "latin1")) await drained(response);
    }
  } catch (thrown) {
    const error = GatewayError.from(thrown);
    if (!response.headersSent) throw error;
    if (!isGone(response)) response.end(`data: ${encodeError(error)}\n\n`);
    return error;
  }
}

function begin(response: HttpOutgoing, route: Immutable<RouteInfo>): void {
  setRouteHeaders(response, route);
  response.setHeader("content-type", "text/event-stream; charset=utf-8");
  response.setHeader("cache-control", "no-cache");
  response.statusCode = 200;
}
