import type { RouteInfo } from "#gen/sluice/chat/v1/route_info_pb";
import { GatewayError } from "../../chat/error.ts";
import type { Immutable } from "../../chat/immutable.ts";
import { isPromise } from "../../chat/maybe-promise.ts";
import type { Admitted } from "../../chat/ports/calls.ts";
import type { ChatStream } from "../../chat/stream.ts";
import { encodeError } from "../../codec/openai/encode-error.ts";
import { type HttpOutgoing, isGone } from "../exchange.ts";
import type { Heartbeat } from "../heartbeat.ts";
import { send } from "../send.ts";
import { setRouteHeaders } from "./reply-headers.ts";
import type { SseEvents } from "./sse-events.ts";

/** A comment, which every reader of server-sent events skips. */
const signOfLife = ": ping\n\n";

/** What a stream is written with. */
export interface StreamOptions {
  readonly events: SseEvents;
  /** Knows the route, as far as it has come when the status is sent. */
  readonly call: Pick<Admitted, "route">;
  readonly heartbeat: Heartbeat | undefined;
}

/**
 * Writes a reply as server-sent events, one write per batch, waiting while the client does not read. The status line waits for the
 * first event, so that an error before it can still be one, or for the first sign of life.
 * @returns the error that the reply ended with after its status was sent: it is in the stream already.
 * @throws GatewayError what the stream failed with before.
 */
export async function writeStream(
  response: HttpOutgoing,
  starting: Promise<ChatStream>,
  { events, call, heartbeat }: StreamOptions,
): Promise<GatewayError | undefined> {
  const pulse = heartbeat?.add(() => {
    if (isGone(response) || response.writableEnded || response.writableLength > 0) return;
    if (!response.headersSent) begin(response, call.route);
    void send(response, signOfLife);
  });
  try {
    const iterator = (await starting)[Symbol.asyncIterator]();
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
      if (pulse !== undefined) pulse.wrote = true;
      const sent = send(response, text, "latin1");
      if (isPromise(sent)) await sent;
    }
  } catch (thrown) {
    const error = GatewayError.from(thrown);
    if (!response.headersSent) throw error;
    if (!isGone(response)) response.end(`data: ${encodeError(error)}\n\n`);
    return error;
  } finally {
    pulse?.stop();
  }
}

function begin(response: HttpOutgoing, route: Immutable<RouteInfo>): void {
  setRouteHeaders(response, route);
  response.setHeader("content-type", "text/event-stream; charset=utf-8");
  response.setHeader("cache-control", "no-cache");
  response.statusCode = 200;
}
