import { GatewayError } from "../../chat/error.ts";
import { eventOf, type StreamEvent } from "../../chat/stream.ts";
import { unfold } from "../../chat/unfold.ts";
import type { ChatCodec, ChunkDecoder, DecodeOptions } from "../../codec/chat-codec.ts";
import { utf8Of } from "../../codec/openai/utf8-of.ts";
import { SseFrames } from "../../transport/sse-frames.ts";
import type { UpstreamCall } from "../provider.ts";
import type { VendorApi } from "./http-provider.ts";
import { paramRules } from "./param-rules.ts";
import type { ParamSettings } from "./param-settings.ts";
import { type ReplyReader, UpstreamStream } from "./upstream-stream.ts";

/** A vendor's API by its codec. */
export interface CodecApiOptions {
  /** The provider's name in the configuration. */
  readonly provider: string;
  readonly codec: ChatCodec;
  /** Path and query of a call, below the base URL. */
  readonly path: (call: UpstreamCall) => string;
  /** Names of the vendor's own options that may pass, where the settings do not say. */
  readonly vendorOptions: ReadonlySet<string>;
  readonly settings: ParamSettings;
  /** The content type of a streamed reply, and how it is cut into events; default server-sent events. */
  readonly framing?: Framing;
}

/** How a streamed reply is cut into events. */
export interface Framing {
  readonly contentType: string;
  /** Makes what takes the reads and gives the payloads, as text, with the event's type where there is one. */
  frames(sink: (data: string, type?: string) => void): { push(read: Buffer): void };
}

const serverSentEvents: Framing = {
  contentType: "text/event-stream",
  frames: (sink) => new SseFrames((text, start, end) => sink(utf8Of(text, start, end))),
};

/** A vendor's API, spoken in messages: requests are encoded, replies decoded by a codec. */
export function codecApi(options: CodecApiOptions): VendorApi {
  const { provider, codec, path, settings, framing = serverSentEvents } = options;
  const { unsupported, allowedOptions } = paramRules(settings, options.vendorOptions);
  const decoding = (call: UpstreamCall): DecodeOptions => ({
    model: call.requestedModel,
    created: Math.floor(Date.now() / 1000),
    provider,
  });
  return {
    request(call) {
      const { model, streamed, metadata, notes } = call;
      const encoding = { model, streamed, metadata, unsupported: call.unsupportedParams ?? unsupported, allowedOptions };
      const encoded = codec.encodeRequest(call.request(), encoding);
      notes.droppedParams = [...(notes.droppedParams ?? []), ...encoded.dropped];
      return { path: path(call), body: Buffer.from(encoded.body), headers: encoded.headers };
    },
    isStream: (contentType) => contentType.startsWith(framing.contentType),
    stream: (body, call) =>
      new UpstreamStream(body, call, provider, new CodecReader(codec.decodeStream(decoding(call)), framing, call)),
    whole(bytes, call) {
      const { response, upstreamModel } = codec.decodeResponse(bytes.toString("utf8"), decoding(call));
      if (upstreamModel !== undefined) call.notes.upstreamModel = upstreamModel.slice(0, 200);
      const [chunk] = unfold(response);
      if (chunk === undefined) throw new GatewayError("internal", "internal error");
      chunk.id ||= replyId(call);
      return eventOf(chunk);
    },
    refusal: (failure) => codec.decodeError(failure),
  };
}

/** The id of a reply to which the vendor gives none: OpenAI's client, for one, takes the usage only from chunks that have an id. */
const replyId = ({ callId, notes }: UpstreamCall): string => notes.upstreamRequestId ?? callId;

class CodecReader implements ReplyReader {
  readonly #decoder: ChunkDecoder;
  readonly #call: UpstreamCall;
  readonly #frames: { push(read: Buffer): void };
  #events: StreamEvent[] = [];
  #hasModel = false;

  constructor(decoder: ChunkDecoder, framing: Framing, call: UpstreamCall) {
    this.#decoder = decoder;
    this.#call = call;
    this.#frames = framing.frames((data, type) => this.#event(data, type));
  }

  get done(): boolean {
    return false; // the connection serves again only when the reply has been read to its end
  }

  get complete(): boolean {
    return this.#decoder.complete;
  }

  push(read: Buffer): void {
    this.#frames.push(read);
  }

  take(): readonly StreamEvent[] {
    const events = this.#events;
    if (events.length > 0) this.#events = [];
    return events;
  }

  #event(data: string, type: string | undefined): void {
    const chunk = this.#decoder.next(data, type);
    if (chunk !== undefined) {
      chunk.id ||= replyId(this.#call);
      this.#events.push(eventOf(chunk));
    }
    if (this.#hasModel) return;
    const { upstreamModel } = this.#decoder;
    if (upstreamModel === undefined) return;
    this.#hasModel = true;
    this.#call.notes.upstreamModel = upstreamModel.slice(0, 200);
  }
}
