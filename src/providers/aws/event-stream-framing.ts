import { EventStreamFrames } from "../../transport/event-stream.ts";
import type { Framing } from "../http/codec-api.ts";

/**
 * AWS's event streams: the type of an event is its message's `:event-type`; that of a message that is no event has the message's kind
 * before it, `exception:` or `error:` (https://smithy.io/2.0/aws/amazon-eventstream.html).
 */
export const eventStreamFraming: Framing = {
  contentType: "application/vnd.amazon.eventstream",
  frames: (sink) =>
    new EventStreamFrames((headers, payload) => {
      const kind = headers.get(":message-type");
      const data = payload.toString("utf8");
      if (kind === undefined || kind === "event") sink(data, String(headers.get(":event-type") ?? ""));
      else sink(data, `${String(kind)}:${String(headers.get(`:${String(kind)}-type`) ?? headers.get(":error-code") ?? "")}`);
    }),
};
