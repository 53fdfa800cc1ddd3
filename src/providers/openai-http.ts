import { GatewayError } from "../chat/error.ts";
import type { Clock } from "../chat/ports/clock.ts";
import { type ChatStream, eventOf, type StreamEvent } from "../chat/stream.ts";
import { streamOf } from "../chat/stream-of.ts";
import { unfold } from "../chat/unfold.ts";
import { decodeError, decodeStreamError } from "../codec/openai/decode-error.ts";
import { decodeResponse } from "../codec/openai/decode-reply.ts";
import { encodeRequest } from "../codec/openai/encode-request.ts";
import { scanReply } from "../codec/openai/scan-chunk.ts";
import { spliceRequest } from "../codec/openai/splice-request.ts";
import { WireEvent } from "../codec/openai/wire-event.ts";
import { HttpClient, type HttpReply } from "../transport/http-client.ts";
import { noteUpstreamModel } from "./note-upstream-model.ts";
import { OpenAiStream } from "./openai-stream.ts";
import type { OfferedModel, Provider, UpstreamCall } from "./provider.ts";
import { upstreamFailure } from "./upstream-failure.ts";

/** A vendor that speaks OpenAI's chat completions API. */
export interface OpenAiHttpOptions {
  /** The provider's name in the configuration. */
  readonly name: string;
  /** Where the API is, up to and without `/chat/completions`. */
  readonly baseUrl: string;
  /** Headers of every request: authentication and the like. */
  readonly headers: Readonly<Record<string, string>>;
  /** Whether streams are asked to end with their usage. */
  readonly streamUsage: boolean;
  readonly models: readonly string[];
  readonly clock: Clock;
}

const maxErrorBytes = 64 * 1024;
const maxReplyBytes = 32 * 1024 * 1024;

/** Makes a provider that speaks OpenAI's API over HTTP: bytes pass where nobody changed them, messages are encoded otherwise. */
export function openAiHttp(options: OpenAiHttpOptions): Provider {
  const url = new URL(options.baseUrl);
  const client = new HttpClient({ origin: url.origin, provider: options.name, clock: options.clock });
  const path = `${url.pathname.replace(/\/+$/, "")}/chat/completions${url.search}`;
  const headers = { "content-type": "application/json", "user-agent": "sluice", ...options.headers };
  const offered: readonly OfferedModel[] = options.models.map((id) => ({ id, created: 0 }));

  async function chat(call: UpstreamCall): Promise<ChatStream> {
    const { lease, model, streamed, metadata, wire } = call;
    try {
      const body = { model, streamed, metadata, includeUsage: options.streamUsage };
      const bytes = wire === undefined ? encodeRequest(call.request(), body) : spliceRequest(wire, body);
      const reply = await client.send({
        method: "POST",
        path,
        headers: { ...headers, accept: streamed ? "text/event-stream" : "application/json" },
        body: bytes,
        lease,
      });
      const requestId = reply.headers["x-request-id"] ?? reply.headers["request-id"];
      if (typeof requestId === "string") call.notes.upstreamRequestId = requestId.slice(0, 200);
      if (reply.status < 200 || reply.status > 299) throw await refusal(reply, options.name);
      if (isEventStream(reply)) return new OpenAiStream(reply.body, call, options.name);
      return await wholeReply(reply, call, options.name);
    } catch (error) {
      const failure = upstreamFailure(error, options.name);
      lease.close(failure);
      throw failure;
    }
  }

  return { name: options.name, chat, models: () => offered, close: () => client.close() };
}

function isEventStream(reply: HttpReply): boolean {
  return contentType(reply).startsWith("text/event-stream");
}

function contentType(reply: HttpReply): string {
  return String(reply.headers["content-type"] ?? "").toLowerCase();
}

async function refusal(reply: HttpReply, provider: string): Promise<GatewayError> {
  let body = "";
  try {
    body = (await reply.body.all(maxErrorBytes)).toString("utf8");
  } catch {
    // The status alone says enough.
  }
  return decodeError({ status: reply.status, headers: reply.headers, body, provider });
}

/** An unstreamed reply, also where chunks were asked for: some servers cannot stream. */
async function wholeReply(reply: HttpReply, call: UpstreamCall, provider: string): Promise<ChatStream> {
  if (!contentType(reply).startsWith("application/json"))
    throw new GatewayError("upstream_error", "the upstream's reply is not JSON");
  const bytes = await reply.body.all(maxReplyBytes);
  const event = wholeEvent(bytes, call, provider);
  call.lease.close();
  return streamOf([[event]]);
}

function wholeEvent(bytes: Buffer, call: UpstreamCall, provider: string): StreamEvent {
  const text = bytes.toString("latin1");
  const scan = scanReply(text);
  if (scan.isError) throw decodeStreamError(bytes.toString("utf8"), provider);
  if (scan.choices.length === 0) throw new GatewayError("upstream_error", "the upstream's reply has no choices");
  noteUpstreamModel(call.notes, scan, text, 0);
  if (call.forwardsWire && !call.streamed) return new WireEvent("completion", text, 0, text.length, scan, 0, call.requestedModel);
  const [chunk] = unfold(decodeResponse(bytes.toString("utf8"), { model: call.requestedModel }));
  if (chunk === undefined) throw new GatewayError("internal", "internal error");
  return eventOf(chunk);
}
