import { Fold } from "../../chat/fold.ts";
import type { ChatStream, WireFrame } from "../../chat/stream.ts";
import { encodeResponse } from "../../codec/openai/encode-reply.ts";
import { FrameSplicer } from "../../codec/openai/frame-splicer.ts";
import { type HttpOutgoing, isGone } from "../exchange.ts";
import { setCostHeader, setRouteHeaders } from "./reply-headers.ts";
import { writeJson } from "./write-json.ts";

/**
 * Writes a reply as one body: the upstream's own bytes when nobody changed them, else the fold of the stream. `model`: the name that
 * the client used; `info`: whether it wants to know the route.
 * @throws GatewayError what the stream failed with; nothing has been sent then.
 */
export async function writeWhole(response: HttpOutgoing, stream: ChatStream, model: string, info: boolean): Promise<void> {
  const fold = new Fold();
  let frame: WireFrame | undefined;
  for await (const batch of stream) {
    for (const event of batch) {
      if (event.route !== undefined) {
        setRouteHeaders(response, event.route);
        setCostHeader(response, event.cost);
      }
      if (event.wire?.kind === "completion" && !info) frame = event.wire;
      else if (frame === undefined) fold.add(event.chunk());
    }
  }
  if (isGone(response)) return;
  if (frame === undefined) await writeJson(response, encodeResponse(fold.response(), { sluice: info }));
  else await writeJson(response, new FrameSplicer({ model, keepUsage: true }).append("", frame), "latin1");
}
